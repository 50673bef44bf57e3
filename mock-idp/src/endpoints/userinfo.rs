//! `GET` or `POST …/userinfo` with an access token → claims about the person, as JSON or signed (OIDC Core 5.3).

use super::token::crossing;
use crate::fault::{Pass, Seam};
use crate::grant::Access;
use crate::protocol::{Document, Encoded, ErrorCode, OAuthError, Object};
use crate::server::{Call, Reply};
use crate::token::{TokenSpec, claims_of};

pub(crate) async fn answer(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match bearer(&call).and_then(|token| claims(&call, &token, &mut pass)) {
        Ok(encoded) => encoded,
        Err(error) => error.encode(),
    };
    Reply::after(pass, crossing(encoded))
}

/// The access token in a request: in the header, or in the body of a POST (RFC 6750 2). Never in the query,
/// which is written into logs.
pub(super) fn bearer_token(call: &Call) -> Result<&str, OAuthError> {
    let header = call.authorization.as_deref();
    let header = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    match (header, call.form.given("access_token").filter(|_| call.is_post)) {
        (Some(_), Some(_)) => Err(OAuthError::bearer(
            400,
            ErrorCode::InvalidRequest,
            "the access token comes twice, in the header and in the body",
        )),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => {
            Err(OAuthError {
                // RFC 6750 3.1: nothing was tried, so no error is named in the challenge.
                challenge: Some("Bearer realm=\"mock-idp\"".into()),
                ..OAuthError::bearer(
                    401,
                    ErrorCode::InvalidToken,
                    "there is no access token; send it in the header Authorization: Bearer",
                )
            })
        }
    }
}

/// What the access token in a request stands for.
pub(super) fn bearer(call: &Call) -> Result<Access, OAuthError> {
    let token = bearer_token(call)?;
    call.state.grants.open().access.get(token, call.state.clock.unix()).cloned().ok_or_else(|| {
        OAuthError::bearer(
            401,
            ErrorCode::InvalidToken,
            "this access token is unknown, has expired or was revoked",
        )
    })
}

fn claims(call: &Call, access: &Access, pass: &mut Pass) -> Result<Encoded, OAuthError> {
    let openid = access.scope.split(' ').any(|word| word == "openid");
    let Some(granted) = access.granted.as_ref().filter(|_| openid) else {
        return Err(OAuthError::bearer(
            403,
            ErrorCode::InsufficientScope,
            "the access token was not granted the scope openid",
        ));
    };
    let client =
        call.state.desk().clients().iter().find(|client| client.client_id == access.client_id).cloned();
    let alg = client.as_ref().and_then(|client| client.userinfo_signed_response_alg.as_deref());
    let mut object = Object::default().with("sub", granted.user.sub.as_str());
    for (name, value) in claims_of(&granted.user, &access.scope, &granted.claims.userinfo) {
        object.push(name, value.clone());
    }
    if let Some(client) = &client {
        call.state.name_sources(granted, client, &mut object);
    }
    if alg.is_some() {
        // OIDC Core 5.3.2: a signed response says from whom and for whom it is.
        object.push("iss", call.state.issuer.as_str());
        object.push("aud", access.client_id.as_str());
    }
    let mut document = Document::from(object);
    pass.document(Seam::Userinfo, &mut document);
    let (content_type, body) = match alg {
        None => ("application/json", document.octets().into_owned()),
        Some(alg) => {
            let secret = client.as_ref().and_then(|client| client.client_secret.as_deref());
            (
                "application/jwt",
                TokenSpec::signed(document, alg, call.state.desk().keys, secret).seal().into(),
            )
        }
    };
    let headers = vec![("content-type", content_type.into()), ("cache-control", "no-store".into())];
    Ok(Encoded { status: 200, headers, body: body.into() })
}

//! `GET …/claims?source=…` with the access token from a `_claim_sources` → the claims that the source vouches for, as
//! a JWT (OIDC Core 5.6.2.2). A real source would be another party; here the provider plays it.

use super::userinfo::bearer;
use crate::grant::Granted;
use crate::protocol::{Encoded, ErrorCode, OAuthError, Object};
use crate::server::{Call, Reply};
use crate::sources::{scope_of, vouched};

pub(crate) async fn answer(call: Call) -> Reply {
    told(&call).unwrap_or_else(|error| error.encode()).into()
}

fn told(call: &Call) -> Result<Encoded, OAuthError> {
    let source = call.query.given("source").unwrap_or_default();
    let access = bearer(call)?;
    let claims = access.granted.as_deref().filter(|_| access.scope == scope_of(source));
    let Some(claims) = claims.and_then(|granted: &Granted| granted.user.distributed.get(source)) else {
        return Err(OAuthError::bearer(
            403,
            ErrorCode::InsufficientScope,
            "the access token is not the one that came with this source in _claim_sources",
        ));
    };
    let headers = vec![("content-type", "application/jwt".into()), ("cache-control", "no-store".into())];
    let object = Object::default().with("iss", call.state.issuer.as_str());
    Ok(Encoded { status: 200, headers, body: vouched(&call.state, object, claims).into() })
}

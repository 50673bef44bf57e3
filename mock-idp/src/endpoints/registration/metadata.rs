//! Client metadata, as a client sends it (RFC 7591 2, OIDC Dynamic Client Registration 2).

use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use crate::checks::{has_hidden_characters, is_on_loopback};
use crate::client::{AuthMethod, Client, is_key_set};
use crate::offer::Offer;
use crate::outgoing::is_reachable;
use crate::protocol::{ErrorCode, OAuthError, ResponseType};
use crate::server::Call;

/// What a client may say about itself. Anything else is ignored, as RFC 7591 2 wants.
const READ: &[&str] = &[
    "client_name",
    "redirect_uris",
    "post_logout_redirect_uris",
    "response_types",
    "grant_types",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "request_object_signing_alg",
    "request_uris",
    "jwks",
    "require_pushed_authorization_requests",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "default_max_age",
];

pub(super) fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description)
}

/// The body as an object.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>, OAuthError> {
    serde_json::from_slice(&call.json).map_err(|error| {
        invalid(format!("the body is not a JSON object with content-type: application/json: {error}"))
    })
}

/// The client that the body describes, with the defaults of RFC 7591 2, and without an id. `is_trusted` if whoever
/// asks was given a token for it.
pub(super) fn read(call: &Call, is_trusted: bool) -> Result<Client, OAuthError> {
    let mut given = object(call)?;
    if given.contains_key("jwks_uri") {
        return Err(invalid(
            "jwks_uri is not offered, because this provider fetches no keys; send them in jwks",
        ));
    }
    given.retain(|name, value| READ.contains(&name.as_str()) && !value.is_null());
    let mut client: Client =
        serde_json::from_value(Value::Object(given)).map_err(|error| invalid(error.to_string()))?;
    if client.response_types.is_empty() {
        client.response_types = vec!["code".into()];
    }
    if client.grant_types.is_empty() {
        client.grant_types = grant_types(&client);
    }
    client.token_endpoint_auth_method.get_or_insert(AuthMethod::ClientSecretBasic);
    let offer = Arc::clone(&call.state.desk().offer);
    redirects(&client)?;
    addresses(&client, is_trusted)?;
    values(&client)?;
    flows(&client, &offer)?;
    algorithms(&client, &offer)?;
    Ok(client)
}

/// What the response types need.
fn grant_types(client: &Client) -> Vec<String> {
    let kinds: Vec<ResponseType> =
        client.response_types.iter().filter_map(|kind| ResponseType::parse(kind)).collect();
    let mut names = Vec::new();
    if kinds.iter().any(|kind| kind.code) {
        names.push("authorization_code".to_owned());
    }
    if kinds.iter().any(|kind| kind.has_token()) {
        names.push("implicit".to_owned());
    }
    names
}

/// Whether it is given a secret.
pub(super) fn needs_secret(client: &Client) -> bool {
    client.token_endpoint_auth_method.unwrap_or(AuthMethod::ClientSecretBasic).needs_secret()
        || [&client.id_token_signed_response_alg, &client.userinfo_signed_response_alg]
            .into_iter()
            .flatten()
            .any(|alg| alg.starts_with("HS"))
}

fn redirects(client: &Client) -> Result<(), OAuthError> {
    let needs = client.grant_types.iter().any(|name| name == "authorization_code" || name == "implicit");
    let wrong = |text: String| OAuthError::new(ErrorCode::InvalidRedirectUri, text);
    if needs && client.redirect_uris.is_empty() {
        return Err(wrong("redirect_uris is missing; send at least one".into()));
    }
    match client.redirect_uris.iter().find(|uri| !is_good(uri)) {
        None => Ok(()),
        Some(uri) => Err(wrong(format!(
            "redirect_uris has \"{}\", which is not an absolute URI without a fragment; send one like \
             http://localhost:3000/callback",
            uri.escape_debug()
        ))),
    }
}

fn is_good(uri: &str) -> bool {
    !has_hidden_characters(uri)
        && Url::parse(uri).is_ok_and(|uri| {
            uri.fragment().is_none() && !["javascript", "data", "vbscript"].contains(&uri.scheme())
        })
}

/// The other addresses, which browsers and this provider go to.
fn addresses(client: &Client, is_trusted: bool) -> Result<(), OAuthError> {
    let after = client.post_logout_redirect_uris.iter().map(|uri| ("post_logout_redirect_uris", uri));
    let front = client.frontchannel_logout_uri.iter().map(|uri| ("frontchannel_logout_uri", uri));
    let back = client.backchannel_logout_uri.iter().map(|uri| ("backchannel_logout_uri", uri));
    for (name, uri) in after.chain(front).chain(back) {
        if !is_good(uri) || !Url::parse(uri).is_ok_and(|uri| matches!(uri.scheme(), "http" | "https")) {
            return Err(invalid(format!(
                "{name} has \"{}\", which is not an absolute http or https URI without a fragment; send one like \
                 http://localhost:3000/logout",
                uri.escape_debug()
            )));
        }
    }
    let back = client.backchannel_logout_uri.iter().map(|uri| ("backchannel_logout_uri", uri));
    for (name, uri) in back.chain(client.request_uris.iter().map(|uri| ("request_uris", uri))) {
        if !is_reachable(uri) || has_hidden_characters(uri) {
            return Err(invalid(format!(
                "{name} has \"{}\", which cannot be reached: this provider speaks plain http only; send an address \
                 that starts with http://",
                uri.escape_debug()
            )));
        }
        // Whoever asks could otherwise let the provider ask any address that it can reach.
        if !is_trusted && !is_on_loopback(uri) {
            return Err(invalid(format!(
                "{name} has \"{uri}\", which is not on loopback; without a registration_token only addresses there can \
                 be registered: set one, and send it as Bearer token"
            )));
        }
    }
    Ok(())
}

/// Values that would only be noticed much later.
fn values(client: &Client) -> Result<(), OAuthError> {
    if client.jwks.as_ref().is_some_and(|jwks| !is_key_set(jwks)) {
        return Err(invalid("jwks is no key set; send {\"keys\": [ … ]} with the public keys"));
    }
    match client.default_max_age {
        Some(age) if age < 0 => {
            Err(invalid(format!("default_max_age = {age} is less than nothing; send 0 or more seconds")))
        }
        _ => Ok(()),
    }
}

/// Response types, grant types and the way to authenticate are offered, and fit each other.
fn flows(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    for name in &client.response_types {
        let Some(kind) = ResponseType::parse(name).filter(|kind| offer.has_response_type(*kind)) else {
            let known: Vec<String> = offer.response_types().map(|kind| kind.to_string()).collect();
            return Err(invalid(format!(
                "response_types has \"{name}\", which is not offered; send some of: {}",
                known.join(", ")
            )));
        };
        for (needed, grant_type) in [(kind.code, "authorization_code"), (kind.has_token(), "implicit")] {
            if needed && !client.grant_types.iter().any(|own| own == grant_type) {
                return Err(invalid(format!("the response type {kind} needs {grant_type} in grant_types")));
            }
        }
    }
    if let Some(name) = client.grant_types.iter().find(|name| !offer.has_grant_type(name)) {
        let known: Vec<&str> = offer.grant_types().collect();
        return Err(invalid(format!(
            "grant_types has \"{name}\", which is not offered; send some of: {}",
            known.join(", ")
        )));
    }
    match client.token_endpoint_auth_method {
        Some(method) if !offer.has_auth_method(method) => {
            Err(invalid(format!("token_endpoint_auth_method = \"{}\" is not offered", method.as_str())))
        }
        Some(AuthMethod::PrivateKeyJwt) if client.jwks.is_none() => {
            Err(invalid("token_endpoint_auth_method = \"private_key_jwt\" needs the public keys in jwks"))
        }
        _ => Ok(()),
    }
}

fn algorithms(client: &Client, offer: &Offer) -> Result<(), OAuthError> {
    let ours = [
        ("id_token_signed_response_alg", &client.id_token_signed_response_alg),
        ("userinfo_signed_response_alg", &client.userinfo_signed_response_alg),
    ];
    let theirs = [
        ("token_endpoint_auth_signing_alg", &client.token_endpoint_auth_signing_alg),
        ("request_object_signing_alg", &client.request_object_signing_alg),
    ];
    let unsigned = ("request_object_signing_alg", "none");
    for (name, alg) in ours.into_iter().filter_map(given) {
        if !offer.signs_with(alg) {
            return Err(not_offered(name, alg));
        }
    }
    for (name, alg) in theirs.into_iter().filter_map(given) {
        if !offer.verifies(alg) && (name, alg) != unsigned {
            return Err(not_offered(name, alg));
        }
    }
    Ok(())
}

fn given<'a>((name, alg): (&'static str, &'a Option<String>)) -> Option<(&'static str, &'a str)> {
    Some((name, alg.as_deref()?))
}

fn not_offered(name: &str, alg: &str) -> OAuthError {
    invalid(format!("{name} = \"{alg}\" is not offered; the metadata tells which are"))
}

//! `GET /.well-known/webfinger?resource=…` → the issuer that answers for an account (RFC 7033, OIDC Discovery 2).

use serde_json::json;

use crate::protocol::{Encoded, ErrorCode, OAuthError};
use crate::server::{Call, Reply};

/// The relation that means an issuer.
const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

pub(crate) async fn answer(call: Call) -> Reply {
    let Some(resource) = call.query.given("resource") else {
        return OAuthError::invalid("resource is missing; send one like acct:alice@example.test")
            .encode()
            .into();
    };
    if !is_ours(&call, resource) {
        let text =
            "nobody here has this account; send the email address of a person, or a URL of this issuer";
        let error = OAuthError { status: 404, ..OAuthError::new(ErrorCode::InvalidRequest, text) };
        return error.encode().into();
    }
    let rels = call.query.all("rel");
    let mut found = json!({ "subject": resource, "links": [] });
    if rels.is_empty() || rels.contains(&ISSUER) {
        found["links"] = json!([{ "rel": ISSUER, "href": call.state.issuer }]);
    }
    let headers = vec![
        ("content-type", "application/jrd+json".into()),
        ("cache-control", "no-store".into()),
        ("access-control-allow-origin", "*".into()),
    ];
    Encoded { status: 200, headers, body: found.to_string().into() }.into()
}

/// An account of one of the issuer's people, by username or email address, or a URL below the issuer.
fn is_ours(call: &Call, resource: &str) -> bool {
    let Some(account) = resource.strip_prefix("acct:") else {
        let rest = resource.strip_prefix(&call.state.base);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    };
    let username = account.split('@').next().unwrap_or_default();
    let users = call.state.desk().users();
    users.iter().any(|user| user.username == username || user.is_meant_by(account))
}

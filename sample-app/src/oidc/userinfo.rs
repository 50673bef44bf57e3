//! What the userinfo endpoint says about the person, beyond the ID token (OpenID Connect Core 5.3).

use reqwest::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use super::claims::Claims;
use super::json;
use super::metadata::Metadata;
use super::provider::Provider;
use crate::app::App;
use crate::error::{ProviderError, Refusal};
use crate::rule::{Rule, check};

/// One row about an answer of the userinfo endpoint, given the claims of the ID token.
pub(crate) type UserinfoRule = Rule<Claims, Claims>;

/// How userinfo is asked for, and what must hold of it.
pub(crate) struct UserinfoPolicy {
    pub(crate) rules: Vec<UserinfoRule>,
    /// The address that is asked: it says nothing of the access token, because addresses are written down everywhere
    /// (RFC 6750 2.3).
    pub(crate) address: fn(&Url, &str) -> Url,
}

impl UserinfoPolicy {
    pub(crate) fn honest() -> Self {
        Self { rules: userinfo_rules(), address: |endpoint, _| endpoint.clone() }
    }
}

const DOCUMENT: &str = "userinfo";
/// Claims that decide about the session. Only the signed ID token sets them.
const NOT_FROM_HERE: [&str; 10] =
    ["iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "auth_time", "sid", "session_expiry"];

/// What must hold of an answer before anything in it counts.
pub(crate) fn userinfo_rules() -> Vec<UserinfoRule> {
    let row = UserinfoRule::new;
    vec![
        row("userinfo-sub-required", "OIDC Core 5.3.2", |answer, _| answer.contains_key("sub")),
        // The access token may have been put in the place of another one (5.3.4, token substitution).
        row("userinfo-sub-check", "OIDC Core 5.3.2", |answer, claims| {
            !answer.contains_key("sub") || answer.get("sub") == claims.get("sub")
        }),
    ]
}

/// Asks about the person whom the access token is for; what the ID token says in the same words is left out. A signed
/// or encrypted answer is not taken: the app is not registered for one.
pub(crate) async fn ask(
    app: &App,
    provider: &Provider,
    metadata: &Metadata,
    (access_token, claims): (&str, &Claims),
) -> Result<Map<String, Value>, Refusal> {
    let answer = fetch(&app.policy.userinfo, provider, metadata, access_token).await.map_err(|error| {
        tracing::warn!(reason = error.reason(), %error, "provider");
        app.policy.outage(&error)
    })?;
    check(&app.policy.userinfo.rules, &answer, claims)?;
    Ok(beyond(answer, claims))
}

async fn fetch(
    policy: &UserinfoPolicy,
    provider: &Provider,
    metadata: &Metadata,
    access_token: &str,
) -> Result<Claims, ProviderError> {
    let unusable = |why| ProviderError::Unusable { document: DOCUMENT, why };
    let endpoint = metadata.userinfo_endpoint.as_ref().ok_or(unusable("userinfo-endpoint-check"))?;
    let authorization = Some(format!("Bearer {access_token}"));
    let address = (policy.address)(endpoint, access_token);
    let answer = provider.http.get(&address, authorization, DOCUMENT).await?;
    match answer.status {
        StatusCode::OK if answer.is_json => {
            json::object(&answer.body).ok_or(unusable("it is not a JSON object, or a member stands twice"))
        }
        StatusCode::OK => Err(unusable("its content type is not application/json")),
        status if status.is_client_error() => Err(unusable("the provider refuses its own access token")),
        status => {
            let why = format!("status {}", status.as_u16());
            Err(ProviderError::Unreachable { document: DOCUMENT, why })
        }
    }
}

fn beyond(mut answer: Claims, claims: &Claims) -> Claims {
    answer.retain(|name, value| {
        !NOT_FROM_HERE.contains(&name.as_str()) && name != "sub" && claims.get(name) != Some(value)
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: &Value) -> Claims {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn only_the_same_person_counts() {
        let claims = object(&json!({"sub": "alice"}));
        let verdict = |answer: Value| {
            check(&userinfo_rules(), &object(&answer), &claims).err().map(|refusal| refusal.reason)
        };

        assert_eq!(verdict(json!({"sub": "alice", "name": "Alice"})), None);
        assert_eq!(verdict(json!({"name": "Alice"})), Some("userinfo-sub-required"));
        for sub in [json!("mallory"), json!("Alice"), json!(["alice"]), json!(null)] {
            assert_eq!(verdict(json!({"sub": sub})), Some("userinfo-sub-check"));
        }
    }

    #[test]
    fn what_is_known_already_and_what_decides_about_the_session_is_left_out() {
        let claims = object(&json!({"sub": "alice", "name": "Alice", "email": "a@example.org"}));
        let answer = json!({"sub": "alice", "name": "Alice", "email": "b@example.org", "phone_number": "1",
                            "iss": "x", "sid": "x", "session_expiry": 1});

        let kept = beyond(object(&answer), &claims);

        assert_eq!(Value::Object(kept), json!({"email": "b@example.org", "phone_number": "1"}));
    }
}

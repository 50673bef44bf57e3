//! `POST` to the token endpoint: how it is asked, and what must hold of its answer (RFC 6749 5, OIDC Core 3.1.3).

use reqwest::StatusCode;
use serde_json::{Map, Value};

use super::client_auth::{Form, identify};
use super::json;
use super::metadata::Metadata;
use super::provider::Provider;
use crate::error::{ProviderError, Refusal};
use crate::rule::{Rule, check};

/// One row about a token response.
pub(crate) type TokenResponseRule = Rule<Map<String, Value>, ()>;

const DOCUMENT: &str = "token response";
/// What a token is good for whose life nobody told, in seconds.
const USUAL_LIFE: i64 = 3600;

/// What must hold of every token response, and what of one that has to sign somebody in.
pub(crate) fn token_response_rules() -> Vec<TokenResponseRule> {
    let row = TokenResponseRule::new;
    vec![
        row("token-response-access-token", "RFC 6749 5.1", |response, ()| {
            text(response, "access_token").is_some()
        }),
        row("token-response-token-type", "OIDC Core 3.1.3.3", |response, ()| {
            text(response, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
        }),
        row("token-response-id-token", "OIDC Core 3.1.3.3", |response, ()| {
            text(response, "id_token").is_some()
        }),
    ]
}

/// What the endpoint gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) id_token: Option<String>,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    /// How long the access token is good for, in seconds.
    pub(crate) expires_in: i64,
}

/// Why it gave nothing.
pub(crate) enum NoTokens {
    /// What was shown is used up, too old, withdrawn, or made for somebody else.
    InvalidGrant,
    /// The answer is not what it has to be.
    Wrong(Refusal),
    /// The provider does not do its part.
    Outage(ProviderError),
}

impl From<Refusal> for NoTokens {
    fn from(refusal: Refusal) -> Self {
        Self::Wrong(refusal)
    }
}

/// Shows the endpoint what `form` says.
pub(crate) async fn ask(
    provider: &Provider,
    metadata: &Metadata,
    mut form: Form<'_>,
    rules: &[TokenResponseRule],
) -> Result<Tokens, NoTokens> {
    let unusable = |why| NoTokens::Outage(ProviderError::Unusable { document: DOCUMENT, why });
    let endpoint = metadata.token_endpoint.as_ref().ok_or(unusable("token-endpoint-check"))?;
    let authorization = identify(&provider.settings, &provider.ambient, &mut form);
    let posted = provider.http.post(endpoint, &form, authorization, DOCUMENT).await;
    let answer = posted.map_err(NoTokens::Outage)?;
    match answer.status {
        StatusCode::OK if answer.is_json => {
            let response = json::object(&answer.body)
                .ok_or(unusable("it is not a JSON object, or a member stands twice"))?;
            Ok(read(rules, &response)?)
        }
        StatusCode::OK => Err(unusable("its content type is not application/json")),
        StatusCode::BAD_REQUEST if is_invalid_grant(&answer.body) => Err(NoTokens::InvalidGrant),
        status if status.is_client_error() => {
            Err(unusable("the provider refuses this app: see CLIENT_SECRET"))
        }
        status => Err(NoTokens::Outage(ProviderError::Unreachable {
            document: DOCUMENT,
            why: format!("status {}", status.as_u16()),
        })),
    }
}

fn read(rules: &[TokenResponseRule], response: &Map<String, Value>) -> Result<Tokens, Refusal> {
    check(rules, response, &())?;
    let given = |name| text(response, name).map(str::to_owned);
    let life = response.get("expires_in").and_then(Value::as_i64).filter(|life| *life > 0);
    Ok(Tokens {
        id_token: given("id_token"),
        access_token: given("access_token").unwrap_or_default(),
        refresh_token: given("refresh_token"),
        expires_in: life.unwrap_or(USUAL_LIFE),
    })
}

fn text<'a>(response: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    response.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn is_invalid_grant(body: &[u8]) -> bool {
    json::object(body).is_some_and(|error| text(&error, "error") == Some("invalid_grant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(body: &str) -> Map<String, Value> {
        json::object(body.as_bytes()).unwrap()
    }

    #[test]
    fn a_token_response_that_lacks_something_is_refused_by_its_own_rule() {
        let verdict =
            |body: &str| read(&token_response_rules(), &object(body)).err().map(|refusal| refusal.reason);

        assert_eq!(verdict(r#"{"access_token":"a","token_type":"bEARER","id_token":"i"}"#), None);
        for (body, reason) in [
            (r#"{"token_type":"Bearer","id_token":"i"}"#, "token-response-access-token"),
            (r#"{"access_token":"a","id_token":"i"}"#, "token-response-token-type"),
            (r#"{"access_token":"a","token_type":"mac","id_token":"i"}"#, "token-response-token-type"),
            (r#"{"access_token":"a","token_type":"Bearer"}"#, "token-response-id-token"),
        ] {
            assert_eq!(verdict(body), Some(reason), "{body}");
        }
    }

    #[test]
    fn a_life_that_is_none_is_the_usual_one() {
        let life = |life: &str| {
            let body = format!(r#"{{"access_token":"a","token_type":"Bearer","id_token":"i"{life}}}"#);
            read(&token_response_rules(), &object(&body)).unwrap().expires_in
        };

        assert_eq!(life(r#","expires_in":60"#), 60);
        for odd in ["", r#","expires_in":0"#, r#","expires_in":-5"#, r#","expires_in":"60""#] {
            assert_eq!(life(odd), 3600, "{odd}");
        }
    }
}

//! The code for tokens: `POST` to the token endpoint (RFC 6749 4.1.3, OpenID Connect Core 3.1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::{Map, Value};
use url::form_urlencoded::byte_serialize;

use super::json;
use super::metadata::Metadata;
use super::provider::Provider;
use super::{http, pkce};
use crate::app::App;
use crate::config::{ClientAuth, IssuerSettings, Secret};
use crate::error::{ProviderError, Refusal};
use crate::rule::{Rule, check};

/// One row about a token response.
pub(crate) type TokenResponseRule = Rule<Map<String, Value>, ()>;

const DOCUMENT: &str = "token response";
const CODE_REFUSED: Refusal = Refusal::new("code-refused", "RFC 6749 5.2");

/// What must hold of the answer to a code.
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

/// What a code was worth.
pub(crate) struct Tokens {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
}

/// Redeems `code`, showing the verifier of the login that it was made for.
pub(crate) async fn redeem(
    app: &App,
    provider: &Provider,
    metadata: &Metadata,
    (code, sealed): (&str, Option<&str>),
) -> Result<Tokens, Refusal> {
    let outage = |error: ProviderError| {
        tracing::warn!(reason = error.reason(), %error, "provider");
        app.policy.outage(&error)
    };
    let unusable = |why| outage(ProviderError::Unusable { document: DOCUMENT, why });
    let endpoint = metadata.token_endpoint.as_ref().ok_or(unusable("token-endpoint-check"))?;
    let verifier = sealed.and_then(|sealed| pkce::unseal(&app.vault, sealed)).ok_or(CODE_REFUSED)?;
    let redirect_uri = app.settings.base_url.join("/callback");
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &verifier),
    ];
    let authorization = identify(&provider.settings, &mut form);
    let answer =
        http::post(endpoint, &form, authorization, DOCUMENT, provider.timeout).await.map_err(outage)?;
    match answer.status {
        StatusCode::OK if answer.is_json => read(&app.policy.token_response, &answer.body),
        StatusCode::OK => Err(Refusal::new("token-response-content-type", "RFC 6749 5.1")),
        StatusCode::BAD_REQUEST if is_invalid_grant(&answer.body) => Err(CODE_REFUSED),
        status if status.is_client_error() => {
            Err(unusable("the provider refuses this app: see CLIENT_SECRET"))
        }
        status => Err(outage(ProviderError::Unreachable {
            document: DOCUMENT,
            why: format!("status {}", status.as_u16()),
        })),
    }
}

/// Says who the app is: in the form, or in the header that is returned. In the header both halves are encoded as a
/// form would have them (RFC 6749 2.3.1).
fn identify<'a>(settings: &'a IssuerSettings, form: &mut Vec<(&'a str, &'a str)>) -> Option<String> {
    let secret = settings.client_secret.as_ref().map(Secret::text).unwrap_or_default();
    if settings.client_auth == ClientAuth::Basic {
        let half = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", half(&settings.client_id), half(secret));
        return Some(format!("Basic {}", STANDARD.encode(pair)));
    }
    form.push(("client_id", &settings.client_id));
    if settings.client_auth == ClientAuth::Post {
        form.push(("client_secret", secret));
    }
    None
}

fn read(rules: &[TokenResponseRule], body: &[u8]) -> Result<Tokens, Refusal> {
    let malformed = Refusal::new("token-response-json", "RFC 6749 5.1");
    let response = json::object(body).ok_or(malformed.clone())?;
    check(rules, &response, &())?;
    let text = |name| text(&response, name).map(str::to_owned).ok_or(malformed.clone());
    Ok(Tokens { id_token: text("id_token")?, access_token: text("access_token")? })
}

fn text<'a>(response: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    response.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The code is used up, too old, or made for somebody else.
fn is_invalid_grant(body: &[u8]) -> bool {
    json::object(body).is_some_and(|error| text(&error, "error") == Some("invalid_grant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(client_auth: ClientAuth) -> IssuerSettings {
        IssuerSettings {
            client_auth,
            client_secret: Some(Secret::new("p:ss w\u{f6}rd+%")),
            ..IssuerSettings::new("https://idp.example", "a b:c")
        }
    }

    #[test]
    fn colons_and_blanks_of_the_credentials_survive_the_header() {
        let basic = settings(ClientAuth::Basic);
        let mut form = Vec::new();

        let header = identify(&basic, &mut form).unwrap();

        let pair = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "a+b%3Ac:p%3Ass+w%C3%B6rd%2B%25");
        assert!(form.is_empty(), "one way at a time (RFC 6749 2.3)");
    }

    #[test]
    fn without_a_header_the_form_says_who_the_app_is() {
        let (post, none) = (settings(ClientAuth::Post), settings(ClientAuth::None));
        let (mut with, mut without) = (Vec::new(), Vec::new());

        assert_eq!((identify(&post, &mut with), identify(&none, &mut without)), (None, None));

        assert_eq!(with, [("client_id", "a b:c"), ("client_secret", "p:ss w\u{f6}rd+%")]);
        assert_eq!(without, [("client_id", "a b:c")]);
    }

    #[test]
    fn a_token_response_that_lacks_something_is_refused_by_its_own_rule() {
        let verdict =
            |body: &str| read(&token_response_rules(), body.as_bytes()).err().map(|refusal| refusal.reason);

        assert_eq!(verdict(r#"{"access_token":"a","token_type":"bEARER","id_token":"i"}"#), None);
        for (body, reason) in [
            (r#"{"token_type":"Bearer","id_token":"i"}"#, "token-response-access-token"),
            (r#"{"access_token":"a","id_token":"i"}"#, "token-response-token-type"),
            (r#"{"access_token":"a","token_type":"mac","id_token":"i"}"#, "token-response-token-type"),
            (r#"{"access_token":"a","token_type":"Bearer"}"#, "token-response-id-token"),
            (r#"{"access_token":"a","access_token":"b"}"#, "token-response-json"),
            ("[]", "token-response-json"),
        ] {
            assert_eq!(verdict(body), Some(reason), "{body}");
        }
    }
}

//! How the app shows the provider's own endpoints who it is (OIDC Core 9, RFC 6749 2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::ambient::Ambient;
use crate::config::{ClientAuth, IssuerSettings, Secret};

/// What is posted, in order.
pub(crate) type Form<'a> = Vec<(&'a str, String)>;

/// The one value of `client_assertion_type` (RFC 7523 2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion is made for one request, and good for so many seconds.
const LIFE: i64 = 60;

/// Says who the app is: in the form, or in the header that is returned. In the header both halves are encoded as a
/// form would have them (RFC 6749 2.3.1).
pub(crate) fn identify(settings: &IssuerSettings, ambient: &Ambient, form: &mut Form<'_>) -> Option<String> {
    let secret = settings.client_secret.as_ref().map(Secret::text).unwrap_or_default();
    if settings.client_auth == ClientAuth::Basic {
        let half = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", half(&settings.client_id), half(secret));
        return Some(format!("Basic {}", STANDARD.encode(pair)));
    }
    if form.iter().all(|(name, _)| *name != "client_id") {
        form.push(("client_id", settings.client_id.clone()));
    }
    if settings.client_auth == ClientAuth::Post {
        form.push(("client_secret", secret.to_owned()));
    }
    if settings.client_auth == ClientAuth::PrivateKeyJwt {
        form.push(("client_assertion_type", ASSERTION.to_owned()));
        form.push(("client_assertion", assertion(settings, ambient)));
    }
    None
}

/// A statement of the app about itself, for this issuer and no other, for now, once (RFC 7523 3).
fn assertion(settings: &IssuerSettings, ambient: &Ambient) -> String {
    let now = ambient.clock.unix();
    let claims = json!({
        "iss": settings.client_id, "sub": settings.client_id, "aud": settings.issuer,
        "jti": ambient.random.token(), "iat": now, "exp": now.saturating_add(LIFE),
    });
    settings.client_key.as_ref().and_then(|key| key.sign(&claims)).unwrap_or_default()
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
        let mut form = Vec::new();

        let header = identify(&settings(ClientAuth::Basic), &Ambient::system(), &mut form).unwrap();

        let pair = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "a+b%3Ac:p%3Ass+w%C3%B6rd%2B%25");
        assert!(form.is_empty(), "one way at a time (RFC 6749 2.3)");
    }

    #[test]
    fn without_a_header_the_form_says_once_who_the_app_is() {
        let (mut with, mut without) = (Vec::new(), vec![("client_id", "a b:c".to_owned())]);

        assert_eq!(identify(&settings(ClientAuth::Post), &Ambient::system(), &mut with), None);
        assert_eq!(identify(&settings(ClientAuth::None), &Ambient::system(), &mut without), None);

        let pair = |name, value: &str| (name, value.to_owned());
        assert_eq!(with, [pair("client_id", "a b:c"), pair("client_secret", "p:ss w\u{f6}rd+%")]);
        assert_eq!(without, [pair("client_id", "a b:c")]);
    }
}

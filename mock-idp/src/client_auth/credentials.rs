//! The credentials in a request: exactly one kind of them (RFC 6749 2.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::AuthMethod;
use crate::protocol::{OAuthError, Params};
use crate::server::Call;

/// What a request says about who sent it.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) method: AuthMethod,
    pub(crate) client_id: String,
    /// The secret as it may be meant: form-encoded as the specification wants, and as it stands.
    pub(super) secrets: Vec<String>,
    /// The JWT that proves the client, if there is one.
    pub(super) assertion: Option<String>,
}

impl Credentials {
    /// Reads them; two kinds at once are refused.
    pub(crate) fn of(call: &Call) -> Result<Self, OAuthError> {
        let header = call.authorization.as_deref().filter(|value| is_basic(value));
        let body = call.form.given("client_secret");
        let assertion = call.form.given("client_assertion");
        match (header, body, assertion) {
            (Some(header), None, None) => Self::basic(header, &call.form),
            (None, None, Some(assertion)) => super::assertion::read(assertion, &call.form),
            (None, body, None) => Self::in_body(body, &call.form),
            _ => Err(OAuthError::invalid(
                "the credentials come twice; send one of the header Authorization, client_secret and \
                 client_assertion",
            )),
        }
    }

    fn in_body(secret: Option<&str>, form: &Params) -> Result<Self, OAuthError> {
        let Some(id) = form.given("client_id") else {
            return Err(OAuthError::invalid_client(
                "nobody says who asks; send client_id, and client_secret if the client has one",
            ));
        };
        Ok(Self {
            method: if secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None },
            client_id: id.to_owned(),
            secrets: secret.map(str::to_owned).into_iter().collect(),
            assertion: None,
        })
    }

    fn basic(header: &str, form: &Params) -> Result<Self, OAuthError> {
        let Some((id, secret)) = basic(header) else {
            return Err(OAuthError::invalid_client(
                "the header Authorization is not Basic with the base64 of client_id:client_secret",
            ));
        };
        let client_id = decoded(&id);
        if let Some(other) = form.given("client_id").filter(|other| *other != client_id && *other != id) {
            return Err(OAuthError::invalid(format!(
                "the header is about the client \"{client_id}\", and client_id says \"{other}\"; send the same"
            )));
        }
        let secrets = vec![decoded(&secret), secret];
        Ok(Self { method: AuthMethod::ClientSecretBasic, client_id, secrets, assertion: None })
    }
}

fn is_basic(header: &str) -> bool {
    header.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic "))
}

/// Id and secret of a Basic header, as they stand there.
fn basic(header: &str) -> Option<(String, String)> {
    if !is_basic(header) {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(header[6..].trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The id in a Basic header.
pub(super) fn basic_id(header: &str) -> Option<String> {
    basic(header).map(|(id, _)| decoded(&id))
}

/// Undoes `application/x-www-form-urlencoded`, which each half is encoded with first (RFC 6749 2.3.1).
fn decoded(text: &str) -> String {
    let pair = Params::parse(&format!("x={}", text.replace('&', "%26")));
    pair.first("x").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_a_basic_header_are_form_decoded() {
        let header = format!("basic {}", STANDARD.encode("my%2Dapp:p%26q+r%3A"));

        let read = Credentials::basic(&header, &Params::default()).unwrap();

        assert_eq!(read.client_id, "my-app");
        assert_eq!(read.secrets, ["p&q r:", "p%26q+r%3A"]);
    }

    #[test]
    fn what_is_no_basic_header_is_refused() {
        for header in ["Basic", "Basic ", "Basic %%%", &format!("Basic {}", STANDARD.encode("no-colon"))] {
            assert!(basic(header).is_none(), "{header}");
        }
    }
}

//! Which flow a login takes, and how the app shows the provider who it is.

use std::fmt;

use super::read::Variables;
use super::{IssuerSettings, Secret, SettingsError};

/// What the authorization endpoint answers with (`response_type`, OAuth 2.0 Multiple Response Types).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseType {
    /// A code, which the app exchanges for tokens itself.
    pub code: bool,
    /// An ID token, in the form.
    pub id_token: bool,
    /// An access token, in the form.
    pub token: bool,
}

impl ResponseType {
    /// `id_token` alone: no secret, no request to the token endpoint.
    pub const ID_TOKEN: Self = Self { code: false, id_token: true, token: false };

    /// Reads words in any order, each once. Without `code` or `id_token` nobody is signed in, so that is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let mut asked = Self { code: false, id_token: false, token: false };
        for word in text.split_whitespace() {
            let flag = match word {
                "code" => &mut asked.code,
                "id_token" => &mut asked.id_token,
                "token" => &mut asked.token,
                _ => return None,
            };
            if std::mem::replace(flag, true) {
                return None;
            }
        }
        (asked.code || asked.id_token).then_some(asked)
    }
}

impl fmt::Display for ResponseType {
    /// In the order in which the words are registered.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.code, "code"), (self.id_token, "id_token"), (self.token, "token")];
        let words: Vec<_> = words.iter().filter(|(asked, _)| *asked).map(|(_, word)| *word).collect();
        f.write_str(&words.join(" "))
    }
}

/// How the provider's response reaches the app (`response_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// By a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
    /// In the address to which the browser is sent. For a code alone: addresses end up in histories and logs, where no
    /// token may be.
    Query,
}

impl ResponseMode {
    /// Its registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FormPost => "form_post",
            Self::Query => "query",
        }
    }
}

/// Reads `RESPONSE_MODE`.
pub(super) fn response_mode(variables: &Variables<'_>) -> Result<ResponseMode, SettingsError> {
    let choices = [ResponseMode::FormPost, ResponseMode::Query].map(|mode| (mode.name(), mode));
    variables.choice("RESPONSE_MODE", &choices, "`form_post` or `query`")
}

/// How the app shows the token endpoint who it is (OIDC Core 9). A proof of the code (PKCE) goes along in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// It has no secret.
    None,
    /// `client_secret_basic`: in the `Authorization` header.
    Basic,
    /// `client_secret_post`: in the form.
    Post,
}

const RESPONSE_TYPES: &str =
    "`id_token`, `code`, `id_token token`, `code id_token`, `code token` or `code id_token token`";

/// Reads the settings of the flow into `issuer`.
pub(super) fn read(
    variables: &Variables<'_>,
    issuer: &mut IssuerSettings,
    at: (usize, usize),
) -> Result<(), SettingsError> {
    if let Some(value) = variables.get("RESPONSE_TYPE") {
        let bad = || SettingsError::BadValue {
            variable: "RESPONSE_TYPE",
            value: value.into(),
            instead: RESPONSE_TYPES,
        };
        issuer.response_type = ResponseType::parse(value).ok_or_else(bad)?;
    }
    issuer.id_token_alg = super::alg::read(variables)?;
    issuer.client_secret = client_secret(variables.get("CLIENT_SECRET"), at)?;
    let usual = if issuer.client_secret.is_some() { "client_secret_basic" } else { "none" };
    let choices = [
        (usual, if issuer.client_secret.is_some() { ClientAuth::Basic } else { ClientAuth::None }),
        ("client_secret_basic", ClientAuth::Basic),
        ("client_secret_post", ClientAuth::Post),
        ("none", ClientAuth::None),
    ];
    let instead = "`client_secret_basic`, `client_secret_post` or `none`";
    issuer.client_auth = variables.choice("CLIENT_AUTH", &choices, instead)?;
    Ok(())
}

/// The secret at issuer number `at` of `of`. With one issuer a comma is a part of the secret like any other sign; with
/// several it stands between theirs.
fn client_secret(value: Option<&str>, (at, of): (usize, usize)) -> Result<Option<Secret>, SettingsError> {
    let Some(value) = value else { return Ok(None) };
    let secrets: Vec<&str> = if of == 1 { vec![value] } else { value.split(',').map(str::trim).collect() };
    if secrets.len() != 1 && secrets.len() != of || secrets.contains(&"") {
        return Err(SettingsError::SecretCount { secrets: secrets.len(), issuers: of });
    }
    Ok(secrets.get(at % secrets.len()).map(|secret| Secret::new(*secret)))
}

/// A secret without a way to show it, or the reverse, is a mistake that would surface at the first login; so is a
/// token in an address, which providers refuse.
pub(super) fn check(issuer: &IssuerSettings, mode: ResponseMode) -> Result<(), SettingsError> {
    let asked = issuer.response_type;
    if mode == ResponseMode::Query && (asked.id_token || asked.token) {
        let instead = "`form_post`, or set RESPONSE_TYPE to `code`: tokens never travel in an address";
        let value = mode.name().into();
        return Err(SettingsError::BadValue { variable: "RESPONSE_MODE", value, instead });
    }
    let bad = |value: &str, instead| SettingsError::BadValue {
        variable: "CLIENT_AUTH",
        value: value.into(),
        instead,
    };
    match (issuer.client_auth, &issuer.client_secret) {
        (ClientAuth::None, Some(_)) => {
            Err(bad("none", "`client_secret_basic` or `client_secret_post`, or leave CLIENT_SECRET out"))
        }
        (ClientAuth::Basic | ClientAuth::Post, None) => {
            Err(bad("client_secret_basic or client_secret_post", "`none`, or set CLIENT_SECRET"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_response_type_have_no_order_and_are_written_in_the_registered_one() {
        for (typed, written) in [
            ("id_token", "id_token"),
            ("token id_token", "id_token token"),
            ("code", "code"),
            ("id_token code", "code id_token"),
            ("token  code", "code token"),
            ("token id_token code", "code id_token token"),
        ] {
            assert_eq!(ResponseType::parse(typed).unwrap().to_string(), written);
        }
    }

    #[test]
    fn a_response_type_that_signs_nobody_in_is_refused() {
        for typed in ["", "token", "none", "code code", "Code", "id_token,token"] {
            assert_eq!(ResponseType::parse(typed), None, "{typed}");
        }
    }
}

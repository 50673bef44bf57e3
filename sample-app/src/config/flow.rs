//! Which flow a login takes.

use std::fmt;

use super::read::Variables;
use super::{IssuerSettings, SettingsError};

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

const RESPONSE_TYPES: &str =
    "`id_token`, `code`, `id_token token`, `code id_token`, `code token` or `code id_token token`";

/// Reads the settings of the flow into `issuer`.
pub(super) fn read(variables: &Variables<'_>, issuer: &mut IssuerSettings) -> Result<(), SettingsError> {
    if let Some(value) = variables.get("RESPONSE_TYPE") {
        let bad = || SettingsError::BadValue {
            variable: "RESPONSE_TYPE",
            value: value.into(),
            instead: RESPONSE_TYPES,
        };
        issuer.response_type = ResponseType::parse(value).ok_or_else(bad)?;
    }
    issuer.id_token_alg = super::alg::read(variables)?;
    Ok(())
}

/// A token in an address is refused by providers, and for a reason.
pub(super) fn check(issuer: &IssuerSettings, mode: ResponseMode) -> Result<(), SettingsError> {
    let asked = issuer.response_type;
    if mode == ResponseMode::FormPost || !(asked.id_token || asked.token) {
        return Ok(());
    }
    let instead = "`form_post`, or set RESPONSE_TYPE to `code`: tokens never travel in an address";
    Err(SettingsError::BadValue { variable: "RESPONSE_MODE", value: mode.name().into(), instead })
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

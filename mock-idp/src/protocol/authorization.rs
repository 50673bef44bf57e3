//! The authorization request, as far as it has been understood.

use super::claims_request::ClaimsRequest;
use super::params::{Params, ResponseMode};
use super::response_type::ResponseType;
use crate::client::Client;

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Client,
    /// Where the response goes, and how.
    pub destination: Destination,
    /// The requested scope, separated by spaces.
    pub scope: String,
    /// The nonce for the ID Token.
    pub nonce: Option<String>,
    /// Whom the application expects.
    pub login_hint: Option<String>,
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
    /// `acr_values`, in order of preference.
    pub acr_values: Vec<String>,
    /// The parameter `claims`.
    pub claims: ClaimsRequest,
    /// What shall come back.
    pub response_type: ResponseType,
    /// The `code_challenge`, whose method is S256 (RFC 7636 4.3).
    pub challenge: Option<String>,
    /// All of it, as it was sent.
    pub params: Params,
}

impl AuthorizationRequest {
    /// The levels of authentication that the application likes, the best first: those that `claims` names, or
    /// else `acr_values`.
    pub(crate) fn acr_wishes(&self) -> Vec<String> {
        let named = self.claims.id_token.values("acr");
        let named: Vec<String> = named.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        if named.is_empty() { self.acr_values.clone() } else { named }
    }

    /// Whether `claims` asks for the level of authentication, with values or without (OIDC Core 5.5.1).
    pub(crate) fn wants_acr(&self) -> bool {
        self.claims.id_token.want("acr")
    }

    /// Whether this level of authentication will do: it has to be among the values of an `acr` that `claims` has as
    /// essential (OIDC Core 5.5.1.1).
    pub(crate) fn is_met_by(&self, acr: Option<&str>) -> bool {
        let wishes = &self.claims.id_token;
        !wishes.need("acr") || wishes.allow("acr", &acr.into())
    }

    /// The level of authentication that the application likes best: the first that `claims` names, or the first
    /// of `acr_values` (OIDC Core 5.5.1.1).
    pub fn acr(&self) -> Option<String> {
        let wish = self.claims.id_token.values("acr").first().and_then(|value| value.as_str());
        wish.or(self.acr_values.first().map(String::as_str)).map(str::to_owned)
    }
}

/// Where a response goes, and how: known before anything else about a request, so that every later error has
/// somewhere safe to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The redirect URI.
    pub redirect_uri: String,
    /// The response mode.
    pub mode: ResponseMode,
    /// The value of `state` to send back.
    pub state: Option<String>,
}

impl Destination {
    /// Reads mode and state from a request whose redirect URI is trusted.
    ///
    /// The requested mode wins, unless it would carry a token in a query; what was sent twice counts as not
    /// sent. The default is the fragment for every response type but those without a token (OAuth 2.0
    /// Multiple Response Types 5).
    pub fn of(params: &Params, redirect_uri: &str) -> Self {
        let once = |name| params.given(name).filter(|_| params.all(name).len() == 1);
        let kind = once("response_type").and_then(ResponseType::parse);
        let tokenless = kind.is_some_and(|kind| !kind.has_token());
        let mode = match once("response_mode").and_then(ResponseMode::from_name) {
            Some(ResponseMode::Query) if !tokenless => ResponseMode::Fragment,
            Some(mode) => mode,
            None if tokenless => ResponseMode::Query,
            None => ResponseMode::Fragment,
        };
        Self { redirect_uri: redirect_uri.to_owned(), mode, state: once("state").map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_goes_into_a_query_even_when_asked_to() {
        for (request, mode) in [
            ("response_type=id_token&response_mode=query", ResponseMode::Fragment),
            ("response_type=id_token&response_mode=form_post", ResponseMode::FormPost),
            ("response_type=id_token", ResponseMode::Fragment),
            ("response_type=code", ResponseMode::Query),
            ("response_type=code+", ResponseMode::Query),
            ("response_type=code&response_mode=form_post", ResponseMode::FormPost),
            ("response_mode=form_post&response_mode=query", ResponseMode::Fragment),
            ("", ResponseMode::Fragment),
        ] {
            assert_eq!(Destination::of(&Params::parse(request), "http://x").mode, mode, "{request}");
        }
    }

    #[test]
    fn an_empty_or_repeated_state_is_no_state() {
        for request in ["state=", "state=a&state=b", ""] {
            assert_eq!(Destination::of(&Params::parse(request), "http://x").state, None, "{request}");
        }
    }
}

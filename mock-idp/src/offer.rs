//! What an issuer offers: everything, unless the settings say less.
//!
//! The metadata is generated from this value, and the checks ask it: what is not in it is neither advertised nor
//! served.

use serde::{Deserialize, Serialize};

use crate::client::AuthMethod;
use crate::protocol::{ResponseMode, ResponseType};
use crate::token::{CLIENT_ALGS, SIGNING_ALGS};
use crate::trace::Endpoint;

/// The grant type of devices (RFC 8628 3.4).
pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const RESPONSE_TYPES: &[&str] =
    &["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none"];
const RESPONSE_MODES: &[&str] = &["query", "fragment", "form_post"];
pub(crate) const GRANT_TYPES: &[&str] =
    &["authorization_code", "implicit", "refresh_token", "client_credentials", DEVICE_CODE];
const SCOPES: &[&str] = &["openid", "profile", "email", "address", "phone", "offline_access"];
const PROMPTS: &[&str] = &["none", "login", "consent", "select_account"];
/// Endpoints that can be switched off. The others are what makes a provider.
const ENDPOINTS: &[Endpoint] = &[
    Endpoint::Userinfo,
    Endpoint::Introspection,
    Endpoint::Revocation,
    Endpoint::PushedAuthorization,
    Endpoint::DeviceAuthorization,
    Endpoint::Registration,
    Endpoint::EndSession,
    Endpoint::Webfinger,
];

/// What an issuer offers (the table `[offer]` of the settings). A list that is left out is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Offer {
    /// Response types. Those with a code need the grant type `authorization_code`, those with a token `implicit`.
    pub response_types: Vec<String>,
    /// Response modes.
    pub response_modes: Vec<String>,
    /// Grant types.
    pub grant_types: Vec<String>,
    /// Ways in which a client authenticates.
    pub auth_methods: Vec<AuthMethod>,
    /// Algorithms that the provider signs with.
    pub signing_algs: Vec<String>,
    /// Algorithms that clients may sign assertions and request objects with.
    pub client_algs: Vec<String>,
    /// Scopes. Under lenient rules any other scope is granted as well, and means nothing.
    pub scopes: Vec<String>,
    /// Values of `prompt`.
    pub prompts: Vec<String>,
    /// Endpoints beyond those that every provider has.
    pub endpoints: Vec<Endpoint>,
    /// Whether the parameter `claims` is read.
    pub claims_parameter: bool,
    /// Whether the parameter `request` is read, and `request_uri` with an address that the client registered.
    pub request_parameter: bool,
    /// Whether every client has to push its authorization requests.
    pub require_pushed_authorization_requests: bool,
}

impl Default for Offer {
    fn default() -> Self {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            response_types: all(RESPONSE_TYPES),
            response_modes: all(RESPONSE_MODES),
            grant_types: all(GRANT_TYPES),
            auth_methods: AuthMethod::ALL.to_vec(),
            signing_algs: all(SIGNING_ALGS),
            client_algs: all(CLIENT_ALGS),
            scopes: all(SCOPES),
            prompts: all(PROMPTS),
            endpoints: ENDPOINTS.to_vec(),
            claims_parameter: true,
            request_parameter: true,
            require_pushed_authorization_requests: false,
        }
    }
}

impl Offer {
    /// Refuses what cannot be offered; the text says what can.
    pub fn check(&self) -> Result<(), String> {
        if let Some(kind) = self.response_types.iter().find(|kind| ResponseType::parse(kind).is_none()) {
            return Err(unknown("response_types", kind, RESPONSE_TYPES));
        }
        for (list, words, known) in [
            ("response_modes", &self.response_modes, RESPONSE_MODES),
            ("grant_types", &self.grant_types, GRANT_TYPES),
            ("signing_algs", &self.signing_algs, SIGNING_ALGS),
            ("client_algs", &self.client_algs, CLIENT_ALGS),
            ("prompts", &self.prompts, PROMPTS),
        ] {
            if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
                return Err(unknown(list, word, known));
            }
        }
        if let Some(endpoint) = self.endpoints.iter().find(|endpoint| !ENDPOINTS.contains(endpoint)) {
            let known: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.as_str()).collect();
            return Err(unknown("endpoints", endpoint.as_str(), &known));
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err("offer.scopes lacks \"openid\"; a provider without it is none".into());
        }
        if !self.signing_algs.iter().any(|alg| alg == "RS256") {
            // OIDC Discovery 3: RS256 must be included.
            return Err(
                "offer.signing_algs lacks \"RS256\", which every provider has to offer; add it".into()
            );
        }
        if self.require_pushed_authorization_requests && !self.serves(Endpoint::PushedAuthorization) {
            return Err("offer.require_pushed_authorization_requests needs \"pushed-authorization\" in \
                        offer.endpoints; add it"
                .into());
        }
        Ok(())
    }

    /// Whether a response type is offered.
    pub fn has_response_type(&self, kind: ResponseType) -> bool {
        self.response_types.iter().any(|known| ResponseType::parse(known) == Some(kind))
            && (!kind.code || self.has_grant_type("authorization_code"))
            && (!kind.has_token() || self.has_grant_type("implicit"))
    }

    /// The response types that are offered.
    pub fn response_types(&self) -> impl Iterator<Item = ResponseType> {
        ResponseType::ALL.iter().copied().filter(|kind| self.has_response_type(*kind))
    }

    /// Whether a response mode is offered.
    pub fn has_response_mode(&self, mode: ResponseMode) -> bool {
        self.response_modes.iter().any(|known| ResponseMode::from_name(known) == Some(mode))
    }

    /// Whether a grant type is offered.
    pub fn has_grant_type(&self, name: &str) -> bool {
        has(&self.grant_types, name)
            && (name != DEVICE_CODE || has_endpoint(self, Endpoint::DeviceAuthorization))
    }

    /// The grant types that are offered.
    pub fn grant_types(&self) -> impl Iterator<Item = &str> {
        self.grant_types.iter().map(String::as_str).filter(|name| self.has_grant_type(name))
    }

    /// Whether clients may authenticate like this.
    pub fn has_auth_method(&self, method: AuthMethod) -> bool {
        self.auth_methods.contains(&method)
    }

    /// Whether the provider signs with this.
    pub fn signs_with(&self, alg: &str) -> bool {
        has(&self.signing_algs, alg)
    }

    /// Whether clients may sign with this.
    pub fn verifies(&self, alg: &str) -> bool {
        has(&self.client_algs, alg)
    }

    /// Whether a client may prove itself by an assertion with this.
    pub fn has_assertions_with(&self, alg: &str) -> bool {
        let method =
            if alg.starts_with("HS") { AuthMethod::ClientSecretJwt } else { AuthMethod::PrivateKeyJwt };
        self.verifies(alg) && self.has_auth_method(method)
    }

    /// Whether an endpoint is there.
    pub fn serves(&self, endpoint: Endpoint) -> bool {
        match endpoint {
            Endpoint::Device | Endpoint::DeviceAuthorization => self.has_grant_type(DEVICE_CODE),
            other => !ENDPOINTS.contains(&other) || has_endpoint(self, other),
        }
    }
}

fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

fn has_endpoint(offer: &Offer, endpoint: Endpoint) -> bool {
    offer.endpoints.contains(&endpoint)
}

fn unknown(list: &str, word: &str, known: &[&str]) -> String {
    format!(
        "offer.{list} has \"{word}\", which this provider cannot offer; use some of: {}",
        known.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_offered_unless_something_is_left_out() {
        let offer: Offer = toml::from_str("grant_types = [\"authorization_code\"]").unwrap();

        offer.check().unwrap();
        let kinds: Vec<String> = offer.response_types().map(|kind| kind.to_string()).collect();
        assert_eq!(kinds, ["code", "none"]);
        assert!(!offer.serves(Endpoint::DeviceAuthorization) && offer.serves(Endpoint::Userinfo));
    }

    #[test]
    fn what_cannot_be_offered_is_refused_with_what_can() {
        for (text, expected) in [
            ("grant_types = [\"password\"]", "client_credentials"),
            ("response_types = [\"token\"]\nsigning_algs = []", "RS256"),
            ("response_types = [\"foo\"]", "id_token"),
            ("endpoints = [\"token\"]", "introspection"),
            ("signing_algs = [\"RS255\"]", "PS256"),
            ("scopes = []", "openid"),
            ("endpoints = []\nrequire_pushed_authorization_requests = true", "pushed-authorization"),
        ] {
            let offer: Offer = toml::from_str(text).unwrap();

            let problem = offer.check().unwrap_err();

            assert!(problem.contains(expected), "{problem}");
        }
    }
}

//! Where faults are applied, and what is legal there.

use super::value::{Binding, Fault, Occurrence};
use super::verb::Verb;
use crate::trace::{Endpoint, Leg};

/// A place where a complete artefact can be changed before it is sealed or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seam {
    /// The ID Token's header.
    IdTokenHeader,
    /// The ID Token's claims.
    IdTokenClaims,
    /// The ID Token's signature and compact form.
    IdTokenSeal,
    /// The parameters, mode and target of the authorization response.
    AuthorizationResponse,
    /// The provider's metadata.
    Discovery,
    /// The provider's public keys.
    Jwks,
    /// The answer of the token endpoint.
    TokenResponse,
    /// The answer of the userinfo endpoint, before it is signed if it is.
    Userinfo,
    /// The header of a logout token.
    LogoutTokenHeader,
    /// The claims of a logout token.
    LogoutTokenClaims,
    /// The signature and compact form of a logout token.
    LogoutTokenSeal,
    /// What the provider proves itself with over TLS.
    Certificate,
    /// The HTTP response of an endpoint.
    Wire(Endpoint),
}

const JSON_VERBS: &[&str] = &[
    "set",
    "set-raw",
    "copy",
    "remove",
    "shift",
    "append",
    "alter",
    "duplicate",
    "payload",
    "octets",
    "deflate",
];
const SEAL_VERBS: &[&str] = &["key", "alg", "unsigned", "corrupt", "hmac-with", "hmac-secret", "raw"];
const RESPONSE_VERBS: &[&str] = &[
    "set",
    "set-raw",
    "copy",
    "remove",
    "shift",
    "append",
    "alter",
    "duplicate",
    "mode",
    "target",
    "content-type",
];
const CERTIFICATE_VERBS: &[&str] = &["present"];
const WIRE_VERBS: &[&str] = &[
    "status",
    "delay",
    "hang-up",
    "truncate",
    "drip",
    "body",
    "prepend",
    "gzip",
    "header",
    "content-type",
    "redirect",
];

impl Seam {
    /// Every seam but `wire`, which has an endpoint, with its name in JSON.
    const NAMED: &[(&str, Self)] = &[
        ("id-token-header", Self::IdTokenHeader),
        ("id-token-claims", Self::IdTokenClaims),
        ("id-token-seal", Self::IdTokenSeal),
        ("authorization-response", Self::AuthorizationResponse),
        ("discovery", Self::Discovery),
        ("jwks", Self::Jwks),
        ("token-response", Self::TokenResponse),
        ("userinfo", Self::Userinfo),
        ("logout-token-header", Self::LogoutTokenHeader),
        ("logout-token-claims", Self::LogoutTokenClaims),
        ("logout-token-seal", Self::LogoutTokenSeal),
        ("certificate", Self::Certificate),
    ];

    /// Every seam but `wire`, which has an endpoint.
    pub fn without_endpoint() -> impl Iterator<Item = Self> {
        Self::NAMED.iter().map(|(_, seam)| *seam)
    }

    /// The names of the seams, as written in JSON.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().map(|(name, _)| *name).chain(["wire"])
    }

    /// The seam of a name; `wire` alone is none, because it needs an endpoint.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, seam)| *seam)
    }

    /// The seam's name in JSON; `wire` also has an endpoint.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, seam)| *seam == self).map_or("wire", |(name, _)| name)
    }

    /// The verbs that are legal here.
    pub fn verbs(self) -> &'static [&'static str] {
        match self {
            Self::IdTokenHeader
            | Self::IdTokenClaims
            | Self::Discovery
            | Self::Jwks
            | Self::TokenResponse
            | Self::Userinfo
            | Self::LogoutTokenHeader
            | Self::LogoutTokenClaims => JSON_VERBS,
            Self::IdTokenSeal | Self::LogoutTokenSeal => SEAL_VERBS,
            Self::AuthorizationResponse => RESPONSE_VERBS,
            Self::Certificate => CERTIFICATE_VERBS,
            Self::Wire(_) => WIRE_VERBS,
        }
    }

    /// Whether the application's server comes here on its own account: no request carries a marker, so that a
    /// binding to one does not count, and one to a client counts only where the request says whose it is.
    pub fn is_app_triggered(self) -> bool {
        match self {
            Self::Discovery | Self::Jwks | Self::TokenResponse | Self::Userinfo | Self::Certificate => true,
            Self::Wire(endpoint) => endpoint.leg() == Leg::Back,
            _ => false,
        }
    }

    pub(super) fn does(self, verb: Verb) -> Fault {
        Fault { seam: self, verb, occurrence: Occurrence::Every, binding: Binding::Any }
    }
}

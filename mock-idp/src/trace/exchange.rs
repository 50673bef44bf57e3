//! One HTTP request with its response, as plain data that serialises both ways.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who was at the other end: the browser, or the application's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leg {
    /// Through the browser.
    Front,
    /// From server to server.
    Back,
}

/// Who wrote the exchange down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recorder {
    /// This provider.
    Provider,
    /// The user agent that plays the user.
    Agent,
}

/// What was asked, by place rather than by path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// The provider's metadata.
    Discovery,
    /// The provider's public keys.
    Jwks,
    /// The authorization endpoint.
    Authorize,
    /// The provider's login page.
    Login,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// Token introspection.
    Introspection,
    /// Token revocation.
    Revocation,
    /// Pushed authorization requests.
    PushedAuthorization,
    /// Where a device asks for its code.
    DeviceAuthorization,
    /// The page where a person enters the code of a device.
    Device,
    /// Client registration.
    Registration,
    /// Whose issuer answers for an account.
    Webfinger,
    /// Claims that another party vouches for.
    Claims,
    /// The iframe that watches the session.
    CheckSession,
    /// The pages between sign-in and response: consent, account chooser, pause.
    Consent,
    /// The provider's end of session.
    EndSession,
    /// A logout token on its way to an application. The provider itself asks.
    BackChannelLogout,
    /// A request object at an address that a client registered. The provider itself asks.
    RequestObject,
    /// The provider's landing page.
    Home,
    /// Whether the provider is up.
    Health,
    /// Any page of the application.
    App,
    /// Anything else.
    Other,
}

impl Endpoint {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Discovery,
        Self::Jwks,
        Self::Authorize,
        Self::Login,
        Self::Token,
        Self::Userinfo,
        Self::Introspection,
        Self::Revocation,
        Self::PushedAuthorization,
        Self::DeviceAuthorization,
        Self::Device,
        Self::Registration,
        Self::Webfinger,
        Self::Claims,
        Self::CheckSession,
        Self::Consent,
        Self::EndSession,
        Self::BackChannelLogout,
        Self::RequestObject,
        Self::Home,
        Self::Health,
        Self::App,
        Self::Other,
    ];

    /// The name as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Authorize => "authorize",
            Self::Login => "login",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::PushedAuthorization => "pushed-authorization",
            Self::DeviceAuthorization => "device-authorization",
            Self::Device => "device",
            Self::Registration => "registration",
            Self::Webfinger => "webfinger",
            Self::Claims => "claims",
            Self::CheckSession => "check-session",
            Self::Consent => "consent",
            Self::EndSession => "end-session",
            Self::BackChannelLogout => "back-channel-logout",
            Self::RequestObject => "request-object",
            Self::Home => "home",
            Self::Health => "health",
            Self::App => "app",
            Self::Other => "other",
        }
    }

    /// Whether the provider answers there, so that it can lie on the wire.
    pub fn is_ours(self) -> bool {
        !matches!(self, Self::App | Self::BackChannelLogout | Self::RequestObject)
    }

    /// Endpoints that the application's server asks on its own account, not by way of the browser.
    pub fn leg(self) -> Leg {
        match self {
            Self::Discovery
            | Self::Jwks
            | Self::Token
            | Self::Userinfo
            | Self::Introspection
            | Self::Revocation
            | Self::PushedAuthorization
            | Self::DeviceAuthorization
            | Self::Registration
            | Self::BackChannelLogout
            | Self::RequestObject
            | Self::Webfinger
            | Self::Claims => Leg::Back,
            _ => Leg::Front,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One HTTP request with its response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Position in the recorder's list, from 1; never reused.
    pub seq: u64,
    /// When the request arrived, in milliseconds since 1970 by the recorder's clock.
    pub at_millis: i64,
    /// Browser or server.
    pub leg: Leg,
    /// Who wrote it down.
    pub recorder: Recorder,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The marker the request carried, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// The request.
    pub request: Request,
    /// The response as it was sent; none if the connection was dropped without one.
    pub response: Option<Response>,
    /// The faults that fired while answering, in order of application.
    #[serde(default)]
    pub faults: Vec<Fired>,
}

/// The request of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, lossy UTF-8, capped at 64 KiB.
    pub body: String,
}

/// The response of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, lossy UTF-8, capped at 64 KiB.
    pub body: String,
}

/// A fault that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The fault as an English clause.
    pub clause: String,
    /// Whether the bytes differ from what they would have been without it.
    pub changed: bool,
}

impl Request {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).first().copied()
    }

    /// Every header of that name, whatever its case.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        named(&self.headers, name)
    }
}

impl Response {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).first().copied()
    }

    /// Every header of that name, whatever its case.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        named(&self.headers, name)
    }
}

fn named<'h>(headers: &'h [(String, String)], name: &str) -> Vec<&'h str> {
    headers
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

//! One cookie: as it is stored, and as it is shown.

use std::borrow::Cow;

use cookie_store::Cookie as RawCookie;
use url::Url;

use crate::agent::site::is_trustworthy;

/// The `SameSite` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Goes with every request, but only if it is `Secure`.
    None,
    /// Stays at home on cross-site requests, except when the user follows a link.
    Lax,
    /// Stays at home on every cross-site request.
    Strict,
}

/// A cookie of a jar, as a person would read it in the developer tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// The name, prefix included.
    pub name: String,
    /// The value, undecoded.
    pub value: String,
    /// The host or domain it belongs to, without a leading dot.
    pub domain: String,
    /// Whether it belongs to that very host, and not to its subdomains.
    pub host_only: bool,
    /// The path it is limited to.
    pub path: String,
    /// Whether it is kept to trustworthy connections.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// The `SameSite` attribute; nothing when the application did not mark the cookie.
    pub same_site: Option<SameSite>,
    /// When it ends, in seconds since 1970; nothing when it ends with the browser.
    pub expires: Option<i64>,
}

/// A cookie with what the rules need to know beside it.
#[derive(Clone)]
pub(super) struct Stored {
    /// Name, value, domain and path. Its own expiry goes by the wall clock and is not used.
    pub(super) raw: RawCookie<'static>,
    pub(super) same_site: Option<SameSite>,
    pub(super) created_millis: i64,
    pub(super) expires_millis: Option<i64>,
    /// Tells apart cookies of one millisecond.
    pub(super) serial: u64,
}

impl Stored {
    pub(super) fn is_secure(&self) -> bool {
        self.raw.secure() == Some(true)
    }

    pub(super) fn is_expired(&self, now_millis: i64) -> bool {
        self.expires_millis.is_some_and(|end| end <= now_millis)
    }

    /// Whether host, path and connection fit, whoever asks.
    pub(super) fn matches(&self, url: &Url) -> bool {
        self.raw.domain.matches(url)
            && self.raw.path.matches(url)
            && (!self.is_secure() || is_trustworthy(url))
    }

    pub(super) fn same_key(&self, other: &Self) -> bool {
        self.raw.name() == other.raw.name()
            && self.raw.domain == other.raw.domain
            && self.raw.path == other.raw.path
    }

    /// "Leave Secure cookies alone": one that a plain connection must not overlay.
    pub(super) fn shields_from(&self, fresh: &Self) -> bool {
        self.is_secure() && self.raw.name() == fresh.raw.name() && self.raw.domain == fresh.raw.domain
    }

    /// The host or domain it belongs to, without a leading dot.
    pub(super) fn host(&self) -> Cow<'_, str> {
        self.raw.domain.as_cow().unwrap_or_default()
    }

    pub(super) fn describe(&self) -> Cookie {
        Cookie {
            name: self.raw.name().to_owned(),
            value: self.raw.value().to_owned(),
            domain: self.host().into_owned(),
            host_only: matches!(self.raw.domain, cookie_store::CookieDomain::HostOnly(_)),
            path: self.raw.path.to_string(),
            secure: self.is_secure(),
            http_only: self.raw.http_only() == Some(true),
            same_site: self.same_site,
            expires: self.expires_millis.map(|millis| millis.div_euclid(1000)),
        }
    }
}

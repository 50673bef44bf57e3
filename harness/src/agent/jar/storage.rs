//! Which `Set-Cookie` lines a browser stores, and which it drops without a word.

use cookie_store::{Cookie as RawCookie, CookieDomain};
use url::{Host, Url};

use super::cookie::{SameSite, Stored};
use crate::agent::site::{is_public_suffix, is_trustworthy};

/// Name and value together (RFC 6265bis 5.6).
const MAX_NAME_AND_VALUE: usize = 4096;

/// No cookie outlives 400 days (RFC 6265bis 5.5).
const MAX_LIFE_SECONDS: i64 = 400 * 86_400;

/// The rule by which a browser refuses to store a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No name, no `=`, or something that is no cookie.
    #[error("it is not of the form name=value")]
    Malformed,
    /// Name and value are longer than 4096 bytes together.
    #[error("name and value are longer than 4096 bytes together")]
    TooLong,
    /// The `Domain` is not the host of the response or a parent domain of it.
    #[error("its Domain does not fit the host that sets it")]
    ForeignDomain,
    /// `Secure` from a plain connection to another machine.
    #[error("Secure cookies are stored from https and from this machine only")]
    InsecureConnection,
    /// `SameSite=None` without `Secure`.
    #[error("SameSite=None needs Secure")]
    NoneWithoutSecure,
    /// A name prefix promises what the attributes do not keep.
    #[error("its name prefix promises attributes that it does not have")]
    PrefixBroken,
    /// SameSite cookies are not stored from background requests of another site.
    #[error("a background request of another site stores SameSite=None cookies only")]
    CrossSite,
    /// A plain connection must not overlay a `Secure` cookie.
    #[error("a Secure cookie of this name exists and this connection is not secure")]
    WouldShadowSecure,
}

/// Reads a `Set-Cookie` line and applies every rule that needs no other cookie.
pub(super) fn admit(url: &Url, line: &str, now_millis: i64) -> Result<Stored, Refusal> {
    let mut raw = RawCookie::parse(line.to_owned(), url)
        .map_err(|error| match error {
            cookie_store::CookieError::DomainMismatch => Refusal::ForeignDomain,
            _ => Refusal::Malformed,
        })?
        .into_owned();
    let named_domain = matches!(raw.domain, CookieDomain::Suffix(_));
    settle_domain(&mut raw, url)?;
    if raw.name().len() + raw.value().len() > MAX_NAME_AND_VALUE {
        return Err(Refusal::TooLong);
    }
    let secure = raw.secure() == Some(true);
    if secure && !is_trustworthy(url) {
        return Err(Refusal::InsecureConnection);
    }
    keep_prefix_promises(&raw, named_domain)?;
    let same_site = same_site(&raw);
    if same_site == Some(SameSite::None) && !secure {
        return Err(Refusal::NoneWithoutSecure);
    }
    let expires_millis = expiry(&raw, line, now_millis);
    Ok(Stored { raw, same_site, created_millis: now_millis, expires_millis, serial: 0 })
}

/// Addresses and public suffixes, one-label names such as `localhost` among them, have no domain to share:
/// naming it means the host.
fn settle_domain(raw: &mut RawCookie<'static>, url: &Url) -> Result<(), Refusal> {
    let CookieDomain::Suffix(domain) = &raw.domain else { return Ok(()) };
    let shareable = matches!(url.host(), Some(Host::Domain(_))) && !is_public_suffix(domain);
    if shareable {
        return Ok(());
    }
    if !raw.domain.host_is_identical(url) {
        return Err(Refusal::ForeignDomain);
    }
    raw.domain = CookieDomain::host_only(url).map_err(|_| Refusal::ForeignDomain)?;
    Ok(())
}

fn keep_prefix_promises(raw: &RawCookie<'_>, named_domain: bool) -> Result<(), Refusal> {
    let name = raw.name().to_ascii_lowercase();
    let secure = raw.secure() == Some(true);
    let http_only = raw.http_only() == Some(true);
    let of_host = secure && !named_domain && raw.path.is_from_path_attr() && *raw.path == *"/";
    let kept = if name.starts_with("__host-http-") {
        of_host && http_only
    } else if name.starts_with("__host-") {
        of_host
    } else if name.starts_with("__http-") {
        secure && http_only
    } else if name.starts_with("__secure-") {
        secure
    } else {
        true
    };
    if kept { Ok(()) } else { Err(Refusal::PrefixBroken) }
}

fn same_site(raw: &RawCookie<'_>) -> Option<SameSite> {
    // The attribute's type lives in the `cookie` crate, which is no dependency of ours: go by its name.
    match raw.same_site()?.to_string().as_str() {
        "Strict" => Some(SameSite::Strict),
        "Lax" => Some(SameSite::Lax),
        _ => Some(SameSite::None),
    }
}

/// When the cookie ends: `Max-Age` counts from now by our clock and wins over `Expires`.
fn expiry(raw: &RawCookie<'_>, line: &str, now_millis: i64) -> Option<i64> {
    let latest = now_millis + MAX_LIFE_SECONDS * 1000;
    let wanted = match max_age(line) {
        Some(seconds) => now_millis.saturating_add(seconds.saturating_mul(1000)),
        None => raw.expires_datetime()?.unix_timestamp().saturating_mul(1000),
    };
    Some(wanted.min(latest))
}

/// The last `Max-Age` that is a number, from the line itself: the parser rounds and bounds it.
fn max_age(line: &str) -> Option<i64> {
    let attributes = line.split(';').skip(1).filter_map(|attribute| attribute.split_once('='));
    attributes
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"))
        .filter_map(|(_, value)| seconds(value))
        .last()
}

/// Zero for everything below it, the longest life for everything beyond.
fn seconds(value: &str) -> Option<i64> {
    let value = value.trim();
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(if value.starts_with('-') { 0 } else { digits.parse().unwrap_or(MAX_LIFE_SECONDS) })
}

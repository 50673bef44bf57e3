//! Origins and sites: who is a stranger to whom.
//!
//! A *site* is the scheme and the registrable domain; ports do not count (RFC 6265bis 5.2). Hosts without a
//! registrable domain, such as `localhost` and addresses, are a site of their own.

use std::fmt;

use url::{Host, Url};

/// Who started a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Initiator {
    /// The user, by typing the address: to every site this counts as same-site.
    #[default]
    Nobody,
    /// A document without an origin of its own, such as a sandboxed frame: a stranger to every site.
    Opaque,
    /// The document at this address.
    Page(Url),
}

impl Initiator {
    /// The value of an `Origin` header that names this initiator.
    pub fn origin(&self) -> String {
        match self {
            Self::Page(url) => url.origin().ascii_serialization(),
            Self::Nobody | Self::Opaque => "null".to_owned(),
        }
    }

    /// How near this initiator is to an address; the user is near to every address.
    pub fn relation(&self, url: &Url) -> Relation {
        match self {
            Self::Nobody => Relation::SameOrigin,
            Self::Opaque => Relation::CrossSite,
            Self::Page(page) => Relation::between(page, url),
        }
    }

    /// The value of `Sec-Fetch-Site` at the end of a chain of redirects: the farthest address decides.
    pub fn sec_fetch_site(&self, chain: &[Url]) -> &'static str {
        if *self == Self::Nobody {
            return "none";
        }
        match chain.iter().map(|url| self.relation(url)).max() {
            None | Some(Relation::SameOrigin) => "same-origin",
            Some(Relation::SameSite) => "same-site",
            Some(Relation::CrossSite) => "cross-site",
        }
    }
}

impl From<Url> for Initiator {
    fn from(page: Url) -> Self {
        Self::Page(page)
    }
}

impl From<&Url> for Initiator {
    fn from(page: &Url) -> Self {
        Self::Page(page.clone())
    }
}

impl From<Option<Url>> for Initiator {
    fn from(page: Option<Url>) -> Self {
        page.map_or(Self::Nobody, Self::Page)
    }
}

/// How near two addresses are, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Scheme, host and port are equal.
    SameOrigin,
    /// The sites are equal.
    SameSite,
    /// Neither.
    CrossSite,
}

impl Relation {
    /// How near `a` is to `b`.
    pub fn between(a: &Url, b: &Url) -> Self {
        if a.origin() == b.origin() {
            Self::SameOrigin
        } else if Site::of(a) == Site::of(b) {
            Self::SameSite
        } else {
            Self::CrossSite
        }
    }
}

/// Scheme and registrable domain of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    scheme: String,
    host: String,
}

impl Site {
    /// The site of an address.
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().map(registrable).unwrap_or_default().to_owned();
        Self { scheme: url.scheme().to_owned(), host }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// The registrable domain of a host by the Public Suffix List; addresses and public suffixes stand for themselves.
pub(super) fn registrable(host: &str) -> &str {
    let name = host.trim_end_matches('.');
    if matches!(Host::parse(name), Ok(Host::Domain(_))) {
        psl::domain_str(name).unwrap_or(name)
    } else {
        host
    }
}

/// Whether names below this one belong to different people, so that none may speak for it.
pub(super) fn is_public_suffix(name: &str) -> bool {
    psl::suffix_str(name).is_some_and(|suffix| suffix == name)
}

/// Whether a browser treats the address as potentially trustworthy: https, or this machine.
///
/// Only such addresses may set and receive `Secure` cookies and receive `Sec-Fetch-*` headers.
pub fn is_trustworthy(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether browsers resolve the name to this machine without asking anyone.
pub(super) fn is_localhost_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[track_caller]
    fn related(a: &str, b: &str) -> Relation {
        assert_eq!(Relation::between(&url(a), &url(b)), Relation::between(&url(b), &url(a)));
        Relation::between(&url(a), &url(b))
    }

    #[test]
    fn ports_make_an_origin_but_not_a_site() {
        assert_eq!(related("http://localhost:1/a", "http://localhost:1/b"), Relation::SameOrigin);
        assert_eq!(related("http://localhost:1", "http://localhost:2"), Relation::SameSite);
        assert_eq!(related("http://127.0.0.1:1", "http://127.0.0.1:2"), Relation::SameSite);
    }

    #[test]
    fn loopback_names_and_addresses_are_strangers_to_each_other() {
        assert_eq!(related("http://127.0.0.1:1", "http://localhost:1"), Relation::CrossSite);
        assert_eq!(related("http://127.0.0.1", "http://127.0.0.2"), Relation::CrossSite);
        assert_eq!(related("http://idp.localhost", "http://app.localhost"), Relation::CrossSite);
        assert_eq!(related("http://localhost", "http://app.localhost"), Relation::CrossSite);
    }

    #[test]
    fn sites_are_schemeful_and_reach_over_subdomains() {
        assert_eq!(related("http://example.com", "https://example.com"), Relation::CrossSite);
        assert_eq!(related("https://login.example.com", "https://example.com"), Relation::SameSite);
        assert_eq!(related("https://a.b.example.com", "https://c.example.com"), Relation::SameSite);
        assert_eq!(related("https://one.com", "https://two.com"), Relation::CrossSite);
    }

    #[test]
    fn below_a_public_suffix_everybody_is_a_site_of_their_own() {
        assert_eq!(related("https://one.co.uk", "https://two.co.uk"), Relation::CrossSite);
        assert_eq!(related("https://one.github.io", "https://two.github.io"), Relation::CrossSite);
        assert_eq!(related("https://a.one.co.uk", "https://one.co.uk"), Relation::SameSite);
        assert_eq!(related("https://co.uk", "https://one.co.uk"), Relation::CrossSite);
        assert_eq!(related("https://a.app.localhost", "https://app.localhost"), Relation::SameSite);
        assert_eq!(related("https://a.app.test", "https://app.test."), Relation::SameSite);
        assert_eq!(related("https://10.0.0.1", "https://9.0.0.1"), Relation::CrossSite);
    }

    #[test]
    fn the_farthest_address_of_a_chain_decides_sec_fetch_site() {
        let (app, idp) = (url("http://localhost:1/"), url("http://127.0.0.1:2/"));
        let page = Initiator::Page(app.clone());

        assert_eq!(page.sec_fetch_site(std::slice::from_ref(&app)), "same-origin");
        assert_eq!(page.sec_fetch_site(&[app.clone(), url("http://localhost:3/")]), "same-site");
        assert_eq!(page.sec_fetch_site(&[app.clone(), idp.clone(), app.clone()]), "cross-site");
        assert_eq!(Initiator::Nobody.sec_fetch_site(&[app.clone(), idp]), "none");
        assert_eq!(Initiator::Opaque.sec_fetch_site(&[app]), "cross-site");
    }

    #[test]
    fn an_origin_is_written_without_default_port_and_a_stranger_is_null() {
        assert_eq!(Initiator::from(&url("https://app.example:443/x?y#z")).origin(), "https://app.example");
        assert_eq!(Initiator::from(&url("http://localhost:8080/x")).origin(), "http://localhost:8080");
        assert_eq!(Initiator::Opaque.origin(), "null");
    }

    #[test]
    fn only_https_and_this_machine_are_trustworthy() {
        for yes in [
            "https://app.example",
            "http://localhost:1",
            "http://a.localhost",
            "http://127.0.0.9",
            "http://[::1]:5",
        ] {
            assert!(is_trustworthy(&url(yes)), "{yes}");
        }
        for no in ["http://app.test", "http://10.0.0.1", "http://localhost.evil.example", "ftp://localhost"] {
            assert!(!is_trustworthy(&url(no)), "{no}");
        }
    }
}

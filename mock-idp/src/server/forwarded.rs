//! Under which URL a request was made: what its `Host` says, or what a trusted proxy says in front.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::settings::TrustForwarded;
use crate::tenant::Bases;

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Scheme, host and port under which a request was made.
pub(super) fn asked_at(parts: &Parts, bases: &Bases) -> String {
    let peer = parts.extensions.get::<Peer>();
    let trusted = match bases.trust {
        TrustForwarded::Off => false,
        TrustForwarded::Loopback => peer.is_some_and(|peer| peer.0.is_loopback()),
        TrustForwarded::All => true,
    };
    origin(&parts.headers, trusted, bases.scheme).unwrap_or_else(|| bases.public.clone())
}

/// What the headers say, if they say where.
fn origin(headers: &HeaderMap, trusted: bool, own: &str) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str());
    if !trusted {
        return host.map(|host| [own, "://", host].concat());
    }
    let standard = |name| text("forwarded").and_then(|line| parameter(line, name));
    // With several proxies, the first entry is what the browser asked.
    let usual = |name| text(name).and_then(|list: &str| list.split(',').next()).map(str::trim);
    let host = standard("host").or(usual("x-forwarded-host")).or(host)?;
    let scheme = standard("proto").or(usual("x-forwarded-proto")).unwrap_or(own);
    let is_scheme = scheme == "http" || scheme == "https";
    is_scheme.then(|| format!("{scheme}://{host}"))
}

/// A parameter of the first element of the header `Forwarded` (RFC 7239 4).
fn parameter<'h>(line: &'h str, name: &str) -> Option<&'h str> {
    let first = line.split(',').next()?;
    let pairs = first.split(';').filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1;
    Some(value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&'static str, &str)], trusted: bool) -> Option<String> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        origin(&headers.collect(), trusted, "http")
    }

    #[test]
    fn a_proxy_is_believed_only_if_it_is_trusted() {
        let headers =
            [("host", "inner:9000"), ("x-forwarded-host", "idp.test"), ("x-forwarded-proto", "https, http")];

        assert_eq!(told(&headers, true).unwrap(), "https://idp.test");
        assert_eq!(told(&headers, false).unwrap(), "http://inner:9000");
    }

    #[test]
    fn the_standard_header_counts_more_than_the_usual_ones() {
        let headers = [
            ("host", "inner:9000"),
            ("x-forwarded-host", "other.test"),
            ("forwarded", "for=1.2.3.4;host=\"idp.test:8443\";proto=https, for=5.6.7.8;host=x"),
        ];

        assert_eq!(told(&headers, true).unwrap(), "https://idp.test:8443");
    }

    #[test]
    fn a_scheme_that_is_none_is_not_believed() {
        assert_eq!(told(&[("host", "a"), ("x-forwarded-proto", "javascript")], true), None);
    }
}

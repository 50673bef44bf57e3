//! Which addresses a source expression means (CSP 3, 6.7.2).

use url::Url;

/// Whether a source expression of `page` covers an address. After a redirect paths do not count, because they
/// would tell where other sites redirect to.
pub(super) fn matches(word: &str, page: &Url, to: &Url, redirected: bool) -> bool {
    if word.eq_ignore_ascii_case("'self'") {
        return is_self(page, to);
    }
    if word == "*" {
        return matches!(to.scheme(), "http" | "https") || to.scheme() == page.scheme();
    }
    if let Some(scheme) = word.strip_suffix(':') {
        return scheme_covers(scheme, to);
    }
    let (scheme, rest) = word.split_once("://").unwrap_or((page.scheme(), word));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = split_port(authority);
    scheme_covers(scheme, to)
        && host_covers(host, to)
        && port_covers(port, to)
        && (redirected || path_covers(path, to))
}

fn is_self(page: &Url, to: &Url) -> bool {
    let upgraded = page.host() == to.host()
        && page.port().is_none()
        && to.port().is_none()
        && scheme_covers(page.scheme(), to);
    page.origin() == to.origin() || upgraded
}

/// `http` covers `https` too.
fn scheme_covers(scheme: &str, to: &Url) -> bool {
    scheme.eq_ignore_ascii_case(to.scheme())
        || (scheme.eq_ignore_ascii_case("http") && to.scheme() == "https")
}

/// The colons of an IPv6 address are not the one before the port.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn host_covers(host: &str, to: &Url) -> bool {
    let host = host.to_ascii_lowercase();
    let known = to.host_str().unwrap_or_default();
    match host.strip_prefix('*') {
        Some("") => true,
        Some(parent) => parent.starts_with('.') && known.ends_with(parent),
        None => host == known,
    }
}

fn port_covers(port: Option<&str>, to: &Url) -> bool {
    match port {
        None => to.port().is_none(),
        Some("*") => true,
        Some(port) => {
            let port = port.parse().ok();
            port == to.port_or_known_default()
                || (port == Some(80) && to.port_or_known_default() == Some(443))
        }
    }
}

/// A path that ends in a slash covers everything below it.
fn path_covers(path: &str, to: &Url) -> bool {
    path.is_empty() || path == to.path() || (path.ends_with('/') && to.path().starts_with(path))
}

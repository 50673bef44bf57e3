//! Whether another origin agrees to be read (Fetch 3.2).

use url::Url;

use crate::agent::fetch::{Credentials, Fetch};
use crate::agent::page::first_header;

type Pairs = [(String, String)];

/// Headers of an answer that scripts of another origin may always read.
const READABLE: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// Whether an answer lets `origin` read it; otherwise why not.
pub(super) fn check(headers: &Pairs, origin: &str, credentials: Credentials) -> Result<(), String> {
    let allowed = first_header(headers, "access-control-allow-origin")
        .ok_or("the answer of another origin has no Access-Control-Allow-Origin")?;
    if allowed == "*" && credentials != Credentials::Include {
        return Ok(());
    }
    if allowed != origin {
        return Err(format!("Access-Control-Allow-Origin is {allowed}, the page is {origin}"));
    }
    let agreed = first_header(headers, "access-control-allow-credentials") == Some("true");
    if credentials == Credentials::Include && !agreed {
        return Err("cookies were included and Access-Control-Allow-Credentials is not true".to_owned());
    }
    Ok(())
}

/// The header names that need the other origin's consent beforehand, in lower case and sorted.
pub(super) fn unsafe_headers(fetch: &Fetch) -> Vec<String> {
    let unsafe_ones = fetch.headers.iter().filter(|(name, value)| !is_safelisted(name, value));
    let mut names: Vec<String> = unsafe_ones.map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether the other origin must be asked first.
pub(super) fn needs_preflight(fetch: &Fetch, method: &str) -> bool {
    !is_simple(method) || !unsafe_headers(fetch).is_empty()
}

/// Whether the answer to a preflight lets the request through; otherwise why not.
pub(super) fn preflight(headers: &Pairs, fetch: &Fetch, method: &str) -> Result<(), String> {
    let wildcard = fetch.credentials != Credentials::Include;
    let methods = list(headers, "access-control-allow-methods");
    let method_agreed =
        is_simple(method) || methods.iter().any(|known| known == method || (wildcard && known == "*"));
    if !method_agreed {
        return Err(format!("the preflight does not allow the method {method}"));
    }
    let allowed = list(headers, "access-control-allow-headers");
    for name in unsafe_headers(fetch) {
        let agreed = allowed.iter().any(|known| {
            known.eq_ignore_ascii_case(&name) || (wildcard && known == "*" && name != "authorization")
        });
        if !agreed {
            return Err(format!("the preflight does not allow the header {name}"));
        }
    }
    Ok(())
}

/// The headers that a script may read.
pub(super) fn readable(
    headers: Vec<(String, String)>,
    same_origin: bool,
    fetch: &Fetch,
) -> Vec<(String, String)> {
    let exposed = list(&headers, "access-control-expose-headers");
    let wildcard = fetch.credentials != Credentials::Include && exposed.iter().any(|name| name == "*");
    let visible = |name: &str| {
        same_origin
            || wildcard
            || READABLE.contains(&name)
            || exposed.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let shown = headers.into_iter().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        !matches!(name.as_str(), "set-cookie" | "set-cookie2") && visible(&name)
    });
    shown.collect()
}

/// The `Origin` that a background request carries, if any.
pub(super) fn origin_header(page: &Url, same_origin: bool, method: &str, hidden: bool) -> Option<String> {
    let told = !same_origin || !matches!(method, "GET" | "HEAD");
    told.then(|| if hidden { "null".to_owned() } else { page.origin().ascii_serialization() })
}

fn list(headers: &Pairs, name: &str) -> Vec<String> {
    let lines = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    lines.flat_map(|(_, line)| line.split(',').map(|word| word.trim().to_owned())).collect()
}

fn is_simple(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

fn is_safelisted(name: &str, value: &str) -> bool {
    match name.to_ascii_lowercase().as_str() {
        "accept" | "accept-language" | "content-language" => value.len() <= 128,
        "content-type" => {
            let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            matches!(
                kind.as_str(),
                "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
            )
        }
        _ => false,
    }
}

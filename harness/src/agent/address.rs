//! Where an address leads that a page or a header names, as a browser reads it (WHATWG URL 4.4).

use url::Url;

/// The address that `reference` means on a page at `base`; nothing where it is none.
///
/// Of a web page's address any number of slashes and backslashes from two on begins a host. The URL library stops at
/// the third, so that `///evil.example` would be no address here, and lead a person away.
pub(super) fn join(base: &Url, reference: &str) -> Option<Url> {
    let text = reference.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let rest = text.trim_start_matches(['/', '\\']);
    let slashes = text.len() - rest.len();
    let is_web = matches!(base.scheme(), "http" | "https");
    if is_web && slashes > 2 { base.join(&format!("//{rest}")) } else { base.join(reference) }.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_slashes_of_either_kind_begins_a_host() {
        let base = Url::parse("http://app.example/page").expect("an address");
        for (reference, address) in [
            ("///evil.example", Some("http://evil.example/")),
            ("/\\/\\evil.example/a", Some("http://evil.example/a")),
            (" /\t//evil.example", Some("http://evil.example/")),
            ("//evil.example", Some("http://evil.example/")),
            ("////", None),
            ("/a///b", Some("http://app.example/a///b")),
            ("next", Some("http://app.example/next")),
        ] {
            assert_eq!(join(&base, reference).as_ref().map(Url::as_str), address, "{reference:?}");
        }
    }
}

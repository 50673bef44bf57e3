//! How much of its address a page tells the next one.

use url::Url;

use super::site::{Initiator, is_trustworthy};

/// A referrer policy (Referrer Policy, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ReferrerPolicy {
    NoReferrer,
    NoReferrerWhenDowngrade,
    SameOrigin,
    Origin,
    StrictOrigin,
    OriginWhenCrossOrigin,
    /// What browsers do when nobody says anything.
    #[default]
    StrictOriginWhenCrossOrigin,
    UnsafeUrl,
}

impl ReferrerPolicy {
    /// The policy that an answer names: the last known word of its headers.
    pub(super) fn named_by(headers: &[(String, String)]) -> Option<Self> {
        let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("referrer-policy"));
        lines.flat_map(|(_, line)| line.split(',')).rev().find_map(|word| Self::from_word(word.trim()))
    }

    /// The policy of a header's word or a `referrerpolicy` attribute.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "no-referrer" => Self::NoReferrer,
            "no-referrer-when-downgrade" => Self::NoReferrerWhenDowngrade,
            "same-origin" => Self::SameOrigin,
            "origin" => Self::Origin,
            "strict-origin" => Self::StrictOrigin,
            "origin-when-cross-origin" => Self::OriginWhenCrossOrigin,
            "strict-origin-when-cross-origin" => Self::StrictOriginWhenCrossOrigin,
            "unsafe-url" => Self::UnsafeUrl,
            _ => return None,
        })
    }

    /// The policy of a `meta` element, which knows a few older words too (HTML, 4.2.5.1).
    pub(super) fn from_meta(content: &str) -> Option<Self> {
        match content.to_ascii_lowercase().as_str() {
            "never" => Some(Self::NoReferrer),
            "default" => Some(Self::default()),
            "always" => Some(Self::UnsafeUrl),
            "origin-when-crossorigin" => Some(Self::OriginWhenCrossOrigin),
            word => Self::from_word(word),
        }
    }

    /// The policy of one link on a page that has this one: its attribute wins over the page, and
    /// `rel=noreferrer` over both. Chromium asks neither of a form.
    #[must_use]
    pub(super) fn of_link(self, rel: Option<&str>, attribute: Option<&str>) -> Self {
        let mut words = rel.unwrap_or_default().split_ascii_whitespace();
        if words.any(|word| word.eq_ignore_ascii_case("noreferrer")) {
            return Self::NoReferrer;
        }
        attribute.and_then(Self::from_word).unwrap_or(self)
    }

    /// The `Referer` of a request from `page` to `to`.
    pub(super) fn referer(self, page: &Url, to: &Url) -> Option<Url> {
        let same_origin = page.origin() == to.origin();
        let downgrade = is_trustworthy(page) && !is_trustworthy(to);
        match self {
            Self::NoReferrer => None,
            Self::NoReferrerWhenDowngrade | Self::StrictOrigin | Self::StrictOriginWhenCrossOrigin
                if downgrade =>
            {
                None
            }
            Self::SameOrigin => same_origin.then(|| stripped(page)),
            Self::UnsafeUrl | Self::NoReferrerWhenDowngrade => Some(stripped(page)),
            Self::OriginWhenCrossOrigin | Self::StrictOriginWhenCrossOrigin if same_origin => {
                Some(stripped(page))
            }
            _ => Some(bare_origin(page)),
        }
    }

    /// The `Origin` of a navigation that changes things, from `initiator` to `to`: hidden where the policy
    /// hides even the origin (Fetch 3.2).
    pub(super) fn origin(self, initiator: &Initiator, to: &Url) -> String {
        let Initiator::Page(page) = initiator else { return initiator.origin() };
        if self.referer(page, to).is_none() { "null".to_owned() } else { initiator.origin() }
    }
}

fn stripped(page: &Url) -> Url {
    let mut bare = page.clone();
    bare.set_fragment(None);
    // Both fail only for addresses that cannot hold them, and those hold none.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare
}

fn bare_origin(page: &Url) -> Url {
    let mut bare = stripped(page);
    bare.set_query(None);
    bare.set_path("/");
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn strict_policies_tell_nothing_to_a_plain_connection() {
        let (page, plain) = (url("https://u:p@app.example/a?b#c"), url("http://app.example/"));
        for (policy, told) in [
            ("no-referrer", None),
            ("no-referrer-when-downgrade", None),
            ("same-origin", None),
            ("origin", Some("https://app.example/")),
            ("strict-origin", None),
            ("origin-when-cross-origin", Some("https://app.example/")),
            ("strict-origin-when-cross-origin", None),
            ("unsafe-url", Some("https://app.example/a?b")),
        ] {
            let policy = ReferrerPolicy::from_word(policy).unwrap();
            assert_eq!(policy.referer(&page, &plain).as_ref().map(Url::as_str), told, "{policy:?}");
            let origin = if told.is_some() { "https://app.example" } else { "null" };
            assert_eq!(policy.origin(&Initiator::Page(page.clone()), &plain), origin, "{policy:?}");
        }
    }

    #[test]
    fn the_last_known_word_of_all_headers_counts() {
        let headers = |lines: &[&str]| -> Vec<(String, String)> {
            lines.iter().map(|line| ("Referrer-Policy".to_owned(), (*line).to_owned())).collect()
        };

        let of = |lines: &[&str]| ReferrerPolicy::named_by(&headers(lines));
        assert_eq!(of(&["no-referrer, Unsafe-URL, nonsense"]), Some(ReferrerPolicy::UnsafeUrl));
        assert_eq!(of(&["no-referrer", "origin"]), Some(ReferrerPolicy::Origin));
        assert_eq!(of(&["nonsense"]), None);
        assert_eq!(of(&["never"]), None);
    }
}

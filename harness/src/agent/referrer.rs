//! How much of its address a page tells the next one.

use url::Url;

use super::page::first_header;
use super::site::{Initiator, is_trustworthy};

/// The referrer policies that change what a login sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ReferrerPolicy {
    NoReferrer,
    SameOrigin,
    Origin,
    UnsafeUrl,
    /// What browsers do when nobody says anything: `strict-origin-when-cross-origin`.
    #[default]
    Usual,
}

impl ReferrerPolicy {
    /// The policy of a response: the last word of the header that is known.
    pub(super) fn of(headers: &[(String, String)]) -> Self {
        let words = first_header(headers, "referrer-policy").unwrap_or_default();
        let known = words.split(',').map(|word| match word.trim().to_ascii_lowercase().as_str() {
            "no-referrer" => Some(Self::NoReferrer),
            "same-origin" => Some(Self::SameOrigin),
            "origin" | "strict-origin" => Some(Self::Origin),
            "unsafe-url" => Some(Self::UnsafeUrl),
            "strict-origin-when-cross-origin" | "origin-when-cross-origin" | "no-referrer-when-downgrade" => {
                Some(Self::Usual)
            }
            _ => None,
        });
        known.rev().find_map(|policy| policy).unwrap_or_default()
    }

    /// The `Referer` of a request from `page` to `to`.
    pub(super) fn referer(self, page: &Url, to: &Url) -> Option<String> {
        let same_origin = page.origin() == to.origin();
        let downgrade = is_trustworthy(page) && !is_trustworthy(to);
        match self {
            Self::NoReferrer => None,
            Self::SameOrigin => same_origin.then(|| stripped(page)),
            Self::UnsafeUrl => Some(stripped(page)),
            Self::Origin | Self::Usual if downgrade => None,
            Self::Usual if same_origin => Some(stripped(page)),
            Self::Origin | Self::Usual => Some(format!("{}/", page.origin().ascii_serialization())),
        }
    }

    /// The `Origin` of a navigation that changes things, from `initiator` to `to`.
    pub(super) fn origin(self, initiator: &Initiator, to: &Url) -> String {
        let Initiator::Page(page) = initiator else { return initiator.origin() };
        let hidden = match self {
            Self::NoReferrer => true,
            Self::SameOrigin => page.origin() != to.origin(),
            Self::Origin | Self::Usual => page.scheme() == "https" && to.scheme() != "https",
            Self::UnsafeUrl => false,
        };
        if hidden { "null".to_owned() } else { initiator.origin() }
    }
}

fn stripped(page: &Url) -> String {
    let mut bare = page.clone();
    bare.set_fragment(None);
    // Both fail only for addresses that cannot hold them, and those hold none.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.into()
}

//! Parameters as they came: in order and with their duplicates, so that duplicates can be refused.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode;

/// An ordered list of decoded name and value pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded` text. `None` if it decodes to something that is not UTF-8:
    /// guessing at replacement characters would let two different texts mean the same.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        text.split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
                Some((decode(&pair[..cut])?, decode(pair.get(cut + 1..).unwrap_or_default())?))
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    #[cfg(feature = "weakness")]
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value under this name. Empty values count as absent (RFC 6749 3.1).
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Is there a parameter of this name, even an empty one?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Does any name occur twice?
    pub(crate) fn has_duplicates(&self) -> bool {
        let mut names: Vec<_> = self.0.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// What tells these parameters from any others. No length is left to be guessed, so no two lists share a text.
    pub(crate) fn digest(&self) -> String {
        let mut digest = Context::new(&SHA256);
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            digest.update(&text.len().to_le_bytes());
            digest.update(text.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(digest.finish())
    }

    /// All names, in order.
    #[cfg(feature = "weakness")]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    String::from_utf8(percent_decode(&spaced).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_of_the_same_text_is_read_alike() {
        for body in ["a=x+y%7e", "a=x%20y~", "a=x%20y%7E", "%61=x+y%7e"] {
            assert_eq!(Params::parse(body.as_bytes()).unwrap().first("a"), Some("x y~"), "{body}");
        }
    }

    #[test]
    fn duplicates_are_kept_and_seen_under_any_spelling() {
        assert!(Params::parse(b"state=a&x=1&st%61te=b").unwrap().has_duplicates());
        assert!(!Params::parse(b"state=a&State=b&&").unwrap().has_duplicates());
    }

    #[test]
    fn only_the_same_parameters_have_the_same_digest() {
        let digest = |body: &str| Params::parse(body.as_bytes()).unwrap().digest();

        assert_eq!(digest("a=1&b=x+y"), digest("a=1&b=x%20y"));
        for other in ["a=1&b=x", "b=x+y&a=1", "a=1&b=x+y&c", "a=1b&=x+y", "a1=&b=x+y"] {
            assert_ne!(digest("a=1&b=x+y"), digest(other), "{other}");
        }
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        assert_eq!(Params::parse(b"state=%ff"), None);
    }
}

//! `response_type`: a set of words, whatever their order (OAuth 2.0 Multiple Response Types 2).

use std::fmt;

/// What comes back from the authorization endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResponseType {
    /// An authorization code.
    pub code: bool,
    /// An ID Token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

impl ResponseType {
    /// Every type that OpenID Connect names, and `none`. `token` alone is OAuth without an identity.
    pub const ALL: &[Self] = &[
        Self::new(true, false, false),
        Self::new(false, true, false),
        Self::new(false, true, true),
        Self::new(true, true, false),
        Self::new(true, false, true),
        Self::new(true, true, true),
        Self::new(false, false, false),
    ];

    const fn new(code: bool, id_token: bool, token: bool) -> Self {
        Self { code, id_token, token }
    }

    /// Reads the parameter. A word that comes twice, or that nobody knows, makes it no response type at all.
    pub fn parse(text: &str) -> Option<Self> {
        let mut kind = Self::default();
        let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
        words.peek()?;
        let mut none = 0;
        for word in words {
            let place = match word {
                "code" => &mut kind.code,
                "id_token" => &mut kind.id_token,
                "token" => &mut kind.token,
                "none" => {
                    none += 1;
                    continue;
                }
                _ => return None,
            };
            if std::mem::replace(place, true) {
                return None;
            }
        }
        let is_empty = kind == Self::default();
        (none == usize::from(is_empty)).then_some(kind)
    }

    /// Whether a token comes through the browser, so that a query is no place for the response.
    pub fn has_token(self) -> bool {
        self.id_token || self.token
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = [(self.code, "code"), (self.id_token, "id_token"), (self.token, "token")]
            .into_iter()
            .filter_map(|(is_there, word)| is_there.then_some(word))
            .collect();
        f.write_str(if words.is_empty() { "none" } else { "" })?;
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_a_set() {
        assert_eq!(ResponseType::parse("token id_token"), ResponseType::parse("id_token token"));
        assert_eq!(ResponseType::parse("token id_token code").unwrap().to_string(), "code id_token token");
        assert_eq!(ResponseType::parse("none"), Some(ResponseType::default()));
    }

    #[test]
    fn nonsense_is_no_response_type() {
        for text in ["", " ", "id_token id_token", "none code", "none none", "Code", "code pigeon"] {
            assert_eq!(ResponseType::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_type_reads_back_from_its_name() {
        for kind in ResponseType::ALL {
            assert_eq!(ResponseType::parse(&kind.to_string()), Some(*kind));
        }
    }
}

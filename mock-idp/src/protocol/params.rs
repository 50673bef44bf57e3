//! Parameters of a request or response, in order and with their duplicates.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// An ordered list of name and value. Duplicates are kept, so that they can be rejected, and produced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub Vec<(String, String)>);

impl Params {
    /// Reads a query string or a body of type `application/x-www-form-urlencoded`.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Reads the same, unless there are more parameters than this.
    pub(crate) fn parse_at_most(text: &str, most: usize) -> Option<Self> {
        let read: Vec<_> =
            form_urlencoded::parse(text.as_bytes()).into_owned().take(most.saturating_add(1)).collect();
        (read.len() <= most).then_some(Self(read))
    }

    /// Writes the list as `application/x-www-form-urlencoded`.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// The first value of a name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, unless it is empty: a parameter sent without a value counts as
    /// omitted (RFC 6749 3.1).
    pub fn given(&self, name: &str) -> Option<&str> {
        self.first(name).filter(|value| !value.is_empty())
    }

    /// Every value of a name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether the name occurs at all.
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Gives the name this one value, in its first place, or at the end if it is new.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.0.iter().position(|(key, _)| key == name) {
            Some(place) => {
                self.0[place].1 = value;
                let mut index = 0;
                self.0.retain(|(key, _)| {
                    index += 1;
                    key != name || index - 1 == place
                });
            }
            None => self.append(name, value),
        }
    }

    /// Adds a pair at the end, even if the name is there already.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Takes every pair of that name out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| key != name);
    }

    /// Names that occur more than once, each once, in the order of their second appearance.
    pub fn repeated(&self) -> Vec<&str> {
        let (mut seen, mut told) = (HashSet::new(), HashSet::new());
        let names = self.0.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !seen.insert(*name) && told.insert(*name)).collect()
    }

    /// The pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// How an authorization response travels to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In the fragment of the redirect URI.
    Fragment,
    /// As a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// The value of `response_mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// Reads a value of `response_mode`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Query, Self::Fragment, Self::FormPost].into_iter().find(|mode| mode.as_str() == name)
    }
}

impl fmt::Display for ResponseMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_is_read_whole_or_not_at_all(text in "[ab&=%;+]{0,12}", most in 0..6_usize) {
            let whole = Params::parse(&text);

            let read = Params::parse_at_most(&text, most);

            prop_assert_eq!(read, Some(whole.clone()).filter(|_| whole.0.len() <= most));
        }
    }

    #[test]
    fn order_and_duplicates_survive_a_round_trip() {
        let text = "b=2&a=1&b=%26+x";

        let params = Params::parse(text);

        assert_eq!(params.all("b"), ["2", "& x"]);
        assert_eq!(params.encode(), text);
        assert_eq!(params.repeated(), ["b"]);
    }

    #[test]
    fn set_keeps_the_first_place_and_drops_the_other_copies() {
        let mut params = Params::parse("a=1&b=2&a=3&c=4");

        params.set("a", "9");

        assert_eq!(params.encode(), "a=9&b=2&c=4");
    }
}

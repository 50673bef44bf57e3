//! Stable labels: values that differ from run to run are renamed in the order in which they appear
//! (`state#1`, `nonce#1`), so that equal stays equal and a snapshot *shows* that the returned state is the sent
//! one. Tokens are shown decoded, times relative to the start.

mod learning;
mod paragraph;
mod places;
mod shorten;
mod token;
mod transcript;

pub use token::decoded;
pub use transcript::transcript;

/// Names for values, in order of appearance.
#[derive(Debug, Default)]
pub struct Labels {
    /// Value, kind and number.
    known: Vec<(String, String)>,
}

impl Labels {
    /// Gives a value a name of its kind, unless it has one.
    pub fn learn(&mut self, kind: &str, value: &str) {
        if value.len() < 6 || self.known.iter().any(|(known, _)| known == value) {
            return;
        }
        let prefix = format!("{kind}#");
        let number = self.known.iter().filter(|(_, label)| label.starts_with(&prefix)).count() + 1;
        self.known.push((value.to_owned(), format!("{prefix}{number}")));
    }

    /// A value that is called the same everywhere.
    pub fn call(&mut self, value: &str, label: &str) {
        self.known.push((value.to_owned(), label.to_owned()));
    }

    /// The text with every known value under its name; longer values first, because some contain others.
    pub fn apply(&self, text: &str) -> String {
        let mut longest: Vec<_> = self.known.iter().collect();
        longest.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        longest.into_iter().fold(text.to_owned(), |text, (value, label)| text.replace(value.as_str(), label))
    }
}

#[cfg(test)]
mod tests {
    use super::Labels;

    #[test]
    fn equal_values_keep_one_name_and_others_get_the_next() {
        let mut labels = Labels::default();
        labels.learn("state", "aaaaaaaa");
        labels.learn("state", "bbbbbbbb");
        labels.learn("state", "aaaaaaaa");
        assert_eq!(labels.apply("aaaaaaaa bbbbbbbb aaaaaaaa"), "state#1 state#2 state#1");
    }

    #[test]
    fn a_value_inside_a_longer_one_does_not_break_it() {
        let mut labels = Labels::default();
        labels.learn("nonce", "secret");
        labels.learn("cookie", "secret-and-more");
        assert_eq!(labels.apply("secret-and-more secret"), "cookie#1 nonce#1");
    }
}

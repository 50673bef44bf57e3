//! What can be done to the form that brings the answer to the application.

use mock_idp::Params;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that is done to the form. Places are counted round the value, however long it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FormChange {
    /// A parameter is left out.
    Remove {
        /// Which.
        name: String,
    },
    /// A parameter has another value.
    Set {
        /// Which.
        name: String,
        /// The value.
        value: String,
    },
    /// A parameter stands there once more, before all others or after them.
    Add {
        /// Which.
        name: String,
        /// Its value there.
        value: String,
        /// Before all others.
        first: bool,
    },
    /// A value ends early.
    Cut {
        /// Whose.
        name: String,
        /// Where.
        at: usize,
    },
    /// Text stands in the middle of a value.
    Insert {
        /// Whose.
        name: String,
        /// Where.
        at: usize,
        /// The text.
        text: String,
    },
    /// A letter of a value is another one.
    Letter {
        /// Whose.
        name: String,
        /// Where.
        at: usize,
    },
    /// The state and another parameter have each other's values.
    Swap {
        /// Which other.
        with: String,
    },
    /// The parameters stand in another order.
    Rotate {
        /// By how many places.
        by: usize,
    },
}

impl FormChange {
    /// Does it.
    pub fn apply(&self, form: &mut Params) {
        match self {
            Self::Remove { name } => form.remove(name),
            Self::Set { name, value } => form.set(name, value.clone()),
            Self::Add { name, value, first } => {
                let place = if *first { 0 } else { form.0.len() };
                form.0.insert(place, (name.clone(), value.clone()));
            }
            Self::Cut { name, at } => edit(form, name, |value| value[..place(value, *at)].to_owned()),
            Self::Insert { name, at, text } => edit(form, name, |value| {
                let (head, tail) = value.split_at(place(value, *at));
                format!("{head}{text}{tail}")
            }),
            Self::Letter { name, at } => edit(form, name, |value| other_letter(value, *at)),
            Self::Swap { with } => {
                let value = |name| form.first(name).unwrap_or_default().to_owned();
                let (state, other) = (value("state"), value(with));
                form.set("state", other);
                form.set(with, state);
            }
            Self::Rotate { by } => {
                let by = by % form.0.len().max(1);
                form.0.rotate_left(by);
            }
        }
    }
}

fn edit(form: &mut Params, name: &str, change: impl Fn(&str) -> String) {
    if let Some(value) = form.first(name).map(change) {
        form.set(name, value);
    }
}

/// A place in a value, at its end only if it is empty.
pub(super) fn place(value: &str, at: usize) -> usize {
    (0..=at % value.len().max(1)).rev().find(|at| value.is_char_boundary(*at)).unwrap_or_default()
}

/// The first letter from this place on that another one follows: the bits that the last letter of a part does not use
/// are another matter.
pub(super) fn other_letter(value: &str, at: usize) -> String {
    let mut chars: Vec<char> = value.chars().collect();
    let pairs = chars.len().saturating_sub(1);
    let is_letter = |at: usize| chars[at].is_ascii_alphanumeric() && chars[at + 1].is_ascii_alphanumeric();
    if let Some(at) = (0..pairs).map(|step| (at + step) % pairs).find(|at| is_letter(*at)) {
        chars[at] = if chars[at] == 'A' { 'B' } else { 'A' };
    }
    chars.into_iter().collect()
}

impl fmt::Display for FormChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remove { name } => write!(f, "the form has no {name}"),
            Self::Set { name, value } => write!(f, "the form's {name} is {value:?}"),
            Self::Add { name, value, first: true } => write!(f, "the form begins with {name}={value:?}"),
            Self::Add { name, value, first: false } => write!(f, "the form ends with {name}={value:?}"),
            Self::Cut { name, at } => write!(f, "the form's {name} is cut (at {at})"),
            Self::Insert { name, at, text } => write!(f, "{text:?} stands in the form's {name} (at {at})"),
            Self::Letter { name, at } => write!(f, "a letter of the form's {name} is another one (at {at})"),
            Self::Swap { with } => write!(f, "state and {with} have each other's values"),
            Self::Rotate { by } => write!(f, "the form is in another order (by {by})"),
        }
    }
}

/// Does the changed form say what the honest one does? Unknown parameters mean nothing, neither does the order, and one
/// without a value is as if it were not there (RFC 6749 3.1); one that stands twice with the same value says the same
/// twice, which an application may refuse.
pub fn says_the_same(honest: &Params, changed: &Params) -> bool {
    let given = |form: &Params, name: &str| -> Vec<String> {
        form.all(name).into_iter().filter(|value| !value.is_empty()).map(str::to_owned).collect()
    };
    let same = |name: &str| {
        let (said, meant) = (given(changed, name), given(honest, name));
        said.is_empty() == meant.is_empty() && said.iter().all(|value| meant.contains(value))
    };
    let more = !honest.has("error") && !given(changed, "error").is_empty();
    !more && honest.iter().all(|(name, _)| same(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "aGVhZA.cGF5bG9hZA.c2lnbmF0dXJl";

    fn honest() -> Params {
        [("state", "a-state-of-the-app"), ("id_token", TOKEN), ("iss", "i")].into_iter().collect()
    }

    #[test]
    fn what_counts_must_be_there_and_nothing_else_in_its_place() {
        let same = |pairs: &[(&str, &str)]| says_the_same(&honest(), &pairs.iter().copied().collect());
        let state = "a-state-of-the-app";

        assert!(same(&[("iss", "i"), ("id_token", TOKEN), ("state", state), ("more", "x")]));
        assert!(!same(&[("iss", "i"), ("id_token", TOKEN)]));
        assert!(same(&[("iss", "i"), ("id_token", TOKEN), ("state", state), ("state", state)]));
        assert!(!same(&[("iss", "i"), ("id_token", TOKEN), ("state", state), ("state", "other")]));
        assert!(!same(&[("iss", "i"), ("id_token", TOKEN), ("state", state), ("error", "x")]));
        assert!(same(&[("iss", "i"), ("id_token", TOKEN), ("state", state), ("error", ""), ("state", "")]));
        assert!(!same(&[("iss", "i"), ("id_token", TOKEN), ("state", "")]));
    }

    #[test]
    fn wherever_a_letter_changes_the_parts_and_their_last_letters_stay() {
        for at in 0..200 {
            let mut form = honest();
            FormChange::Letter { name: "id_token".to_owned(), at }.apply(&mut form);
            let changed = form.first("id_token").unwrap();
            assert_ne!(changed, TOKEN);
            for (one, other) in TOKEN.split('.').zip(changed.split('.')) {
                assert_eq!((one.len(), one.chars().last()), (other.len(), other.chars().last()), "{changed}");
            }
        }
    }
}

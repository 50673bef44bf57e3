//! The names that a settings file may use, and the one that was meant by another.

use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The names of a struct's fields, as they are written in a file.
pub(crate) fn names_of<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // Only the question is of interest: a derived implementation names its fields when it is asked to read.
    let _ = T::deserialize(Asked(&mut names));
    names
}

struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("only the names are wanted"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only the names are wanted"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The name that is most like the given one, if it is alike at all.
pub(crate) fn nearest<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    let close = names.iter().map(|known| (strsim::levenshtein(name, known), *known));
    let (distance, known) = close.min_by_key(|(distance, _)| *distance)?;
    (distance <= (name.len().max(known.len()) / 2).max(1)).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_file() {
        let names = names_of::<super::super::Settings>();

        assert!(names.contains(&"listen") && names.contains(&"client"), "{names:?}");
    }

    #[test]
    fn the_fixture_has_every_setting_and_every_part_of_the_offer() {
        let offer = names_of::<crate::offer::Offer>();
        assert!(offer.contains(&"prompts"), "{offer:?}");
        for name in names_of::<super::super::Settings>().iter().chain(offer) {
            let starts =
                [format!("{name} = "), format!("[{name}]"), format!("[[{name}]]"), format!("[{name}.")];
            let is_there = rpcheck_fixtures::IDP_TOML.lines().any(|line| {
                let line = line.trim_start_matches(['#', ' ']);
                starts.iter().any(|start| line.starts_with(start.as_str()))
            });
            assert!(is_there, "fixtures/idp.toml lacks {name}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not_guessed() {
        assert_eq!(nearest("rulez", &["rules", "policy"]), Some("rules"));
        assert_eq!(nearest("redirect_uri", &["client_id", "redirect_uris"]), Some("redirect_uris"));
        assert_eq!(nearest("something", &["rules", "policy"]), None);
    }
}

//! Configuration of other mocks, understood as far as it can be. What cannot be honoured is told; nothing is
//! dropped in silence.

mod navikt;
mod soluto;
mod time;

use serde_json::{Map, Value};

pub(crate) use navikt::navikt;
pub(crate) use soluto::{clients, users};

/// What a configuration says that is not done, in sentences.
pub(crate) type Notes = Vec<String>;

/// A JSON object that is taken apart; what is left at the end was not understood.
struct Parts<'p> {
    place: String,
    members: Map<String, Value>,
    notes: &'p mut Notes,
}

impl<'p> Parts<'p> {
    fn of(place: &str, value: Value, notes: &'p mut Notes) -> Result<Self, String> {
        match value {
            Value::Object(members) => Ok(Self { place: place.to_owned(), members, notes }),
            other => Err(format!("{place} must be an object, not {other}")),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{}.{name} must be a text, not {other}", self.place)),
        }
    }

    fn texts(&mut self, name: &str) -> Result<Vec<String>, String> {
        let wrong = |other: &Value| format!("{}.{name} must be a list of texts, not {other}", self.place);
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().map(str::to_owned).ok_or_else(|| wrong(value)))
                .collect(),
            Some(other) => Err(wrong(&other)),
        }
    }

    fn number(&mut self, name: &str) -> Result<Option<i64>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("{}.{name} must be a whole number, not {value}", self.place)),
            },
        }
    }

    fn flag(&mut self, name: &str) -> Result<Option<bool>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(format!("{}.{name} must be true or false, not {other}", self.place)),
        }
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(other) => Err(format!("{}.{name} must be a list, not {other}", self.place)),
        }
    }

    /// Says that something is not done.
    fn note(&mut self, name: &str, instead: &str) {
        self.notes.push(format!("{}.{name} is not honoured: {instead}", self.place));
    }

    /// Tells what was not understood.
    fn finish(mut self) {
        for name in std::mem::take(&mut self.members).keys() {
            self.note(name, "there is nothing like it here");
        }
    }
}

fn json(place: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| {
        format!(
            "{place} is no JSON: {error}; a file in YAML has to be converted, with `yq -o json` for instance"
        )
    })
}

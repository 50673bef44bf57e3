//! JSON as it is written: objects as ordered lists of name and raw text, so that duplicate members, `1e400`
//! or deep nesting can be told, and nothing is changed that nobody asked to change.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON object: members in order, each value as its JSON text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(pub Vec<(String, String)>);

impl Object {
    /// Reads a JSON object, keeping the order, the duplicates and the text of every value.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Adds a member at the end.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), written(&value.into())));
    }

    /// The same, to chain.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.push(name, value);
        self
    }

    /// The value of the first member of that name, if it is JSON.
    pub fn get(&self, name: &str) -> Option<Value> {
        let (_, raw) = self.0.iter().find(|(key, _)| key == name)?;
        serde_json::from_str(raw).ok()
    }

    /// Gives a member this value in its first place, or at the end if it is new.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, raw)) => *raw = written(&value.into()),
            None => self.push(name, value),
        }
    }
}

/// In one piece: the formatter of `Value` writes in many, which costs as much again.
fn written(value: &Value) -> String {
    serde_json::to_string(value).expect("a value is JSON already")
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The members, each with two quotes, a colon and a comma, and the braces.
        let size: usize = self.0.iter().map(|(name, raw)| name.len() + raw.len() + 4).sum();
        let mut text = String::with_capacity(size + 2);
        text.push('{');
        for (index, (name, raw)) in self.0.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            if name.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
                text.extend(["\"", name, "\":", raw]);
            } else {
                text.extend([&written(&Value::from(name.as_str())), ":", raw]);
            }
        }
        text.push('}');
        f.write_str(&text)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some((name, raw)) = map.next_entry::<String, Box<RawValue>>()? {
            members.push((name, raw.get().to_owned()));
        }
        Ok(Object(members))
    }
}

/// What a JSON seam changes: an object, or whatever bytes took its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// Still an object.
    Object(Object),
    /// Bytes as given.
    Text(String),
    /// Octets as given, which are no text.
    Octets(Vec<u8>),
}

impl Document {
    /// Gives a member this value, if the document is (or can be read as) an object.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(object) = self.object_mut() {
            object.set(name, value);
        }
    }

    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<Value> {
        match self {
            Self::Object(object) => object.get(name),
            Self::Text(text) => Object::parse(text)?.get(name),
            Self::Octets(_) => None,
        }
    }

    /// As it is sent.
    pub fn octets(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Object(object) => Cow::Owned(object.to_string().into_bytes()),
            Self::Text(text) => Cow::Borrowed(text.as_bytes()),
            Self::Octets(octets) => Cow::Borrowed(octets),
        }
    }

    /// The members; bytes are read as an object first, if they are one.
    pub fn object_mut(&mut self) -> Option<&mut Object> {
        if let Self::Text(text) = self {
            *self = Self::Object(Object::parse(text)?);
        }
        match self {
            Self::Object(object) => Some(object),
            Self::Text(_) | Self::Octets(_) => None,
        }
    }
}

/// For people: octets that are no text are shown as far as they are.
impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(object) => object.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Octets(octets) => f.write_str(&String::from_utf8_lossy(octets)),
        }
    }
}

impl From<Vec<u8>> for Document {
    fn from(octets: Vec<u8>) -> Self {
        match String::from_utf8(octets) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Octets(error.into_bytes()),
        }
    }
}

impl From<Object> for Document {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_order_and_numbers_beyond_f64_survive() {
        let text = r#"{"b":1e400,"a":{"x": [1,  2]},"b":"é\u0000"}"#;

        assert_eq!(Object::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn names_are_escaped_when_written() {
        let object = Object::default().with("a\"b", 1);

        assert_eq!(object.to_string(), r#"{"a\"b":1}"#);
        assert_eq!(object.get("a\"b"), Some(Value::from(1)));
    }

    #[test]
    fn bytes_that_are_no_object_have_no_members() {
        let mut document = Document::Text("[1]".into());

        document.set("a", 1);

        assert_eq!(document.to_string(), "[1]");
        assert_eq!(document.get("a"), None);
    }

    #[test]
    fn octets_are_sent_as_they_are_and_read_as_an_object_only_if_they_are_text() {
        for octets in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"b\"}"] {
            let mut document = Document::from(octets.to_vec());

            assert_eq!(document.octets(), octets);
            assert_eq!(document.object_mut().is_some(), octets.is_ascii());
        }
    }
}

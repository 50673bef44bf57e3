//! What a page remembers from one request to the next: captured values and cookies.

use std::collections::BTreeMap;

use mock_idp::Params;
use serde_json::Value;

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Everything that was answered.
    pub(crate) fn text(&self) -> String {
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{}\n\n{}", headers.join("\n"), self.body)
    }

    /// The value at a place: `/json/pointer`, `form:x`, `query:x`, `fragment:x` or `header:x`.
    fn at(&self, place: &str) -> Option<String> {
        if place.starts_with('/') {
            let document: Value = serde_json::from_str(&self.body).ok()?;
            let value = document.pointer(place)?;
            return Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        let (kind, name) = place.split_once(':')?;
        let location = self.header("location").unwrap_or_default();
        let part = |text: Option<(&str, &str)>| {
            text.and_then(|(_, part)| Params::parse(part).first(name).map(str::to_owned))
        };
        match kind {
            "form" => field(&self.body, name),
            "query" => part(location.split('#').next().unwrap_or_default().split_once('?')),
            "fragment" => part(location.split_once('#')),
            "header" => self.header(name).map(str::to_owned),
            _ => None,
        }
    }
}

/// The value of a form's field.
fn field(html: &str, name: &str) -> Option<String> {
    let tags = html.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("button"));
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let value = tags.into_iter().find(|tag| attribute(tag, "name").as_deref() == Some(name))?;
    let value = attribute(value, "value").unwrap_or_default();
    let value =
        value.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    Some(value.replace("&#38;", "&").replace("&amp;", "&"))
}

/// What a page remembers.
#[derive(Default)]
pub(crate) struct Captures {
    values: BTreeMap<String, String>,
    cookies: BTreeMap<String, String>,
}

impl Captures {
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// The text with every `{{name}}` replaced.
    pub(crate) fn insert(&self, text: &str) -> String {
        self.values
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }

    /// Obeys a line `name = place`. None if the line is something else.
    pub(crate) fn capture(&mut self, line: &str, answer: &Answer) -> Option<Result<(), String>> {
        let (name, place) = line.split_once(" = ")?;
        let is_place =
            ["/", "form:", "query:", "fragment:", "header:"].iter().any(|start| place.starts_with(start));
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if !is_place || !is_name {
            return None;
        }
        let value = answer.at(place).ok_or_else(|| format!("nothing is at {place}"));
        Some(value.map(|value| self.set(name, &value)))
    }

    pub(crate) fn keep_cookies(&mut self, answer: &Answer) {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(crate) fn cookie_header(&self) -> Option<String> {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

//! The member verbs, at JSON documents (by name or pointer) and at parameter lists (by name).

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;
use serde_json::value::RawValue;

use super::alter::{alter, alter_raw, append_raw, shift_raw};
use super::packed::deflated;
use super::verb::{Order, Verb};
use crate::protocol::{Document, Object, Params};
use crate::token::decode;

/// Applies a JSON verb to a document.
pub(crate) fn apply_to_document(verb: &Verb, document: &mut Document) {
    match verb {
        Verb::Payload { text } => {
            *document = Document::Text(text.clone());
            return;
        }
        // What is no base64url was refused before it was armed.
        Verb::Octets { base64url } => {
            *document = Document::from(decode(base64url).unwrap_or_default());
            return;
        }
        Verb::Deflate => {
            *document = Document::from(deflated(&document.octets()));
            return;
        }
        _ => {}
    }
    let Some(name) = member(verb) else { return };
    // Bytes that took the document's place stay as they are if the verb finds nothing in them.
    let mut changed = document.clone();
    let Some(object) = changed.object_mut() else { return };
    let before = object.clone();
    let Some(verb) = with_its_value(verb, object) else { return };
    match name.strip_prefix('/') {
        Some(pointer) => apply_in_object(&verb, &steps(pointer), object),
        None => apply_to_members(&verb, name, object),
    }
    if *object != before {
        *document = changed;
    }
}

/// A value that is copied from another place is, once it is found there, a value like any other.
fn with_its_value<'v>(verb: &'v Verb, object: &Object) -> Option<Cow<'v, Verb>> {
    let Verb::Copy { name, from } = verb else { return Some(Cow::Borrowed(verb)) };
    let Some(pointer) = from.strip_prefix('/') else { return Some(Cow::Borrowed(verb)) };
    let text = value_at(&steps(pointer), object)?;
    Some(Cow::Owned(Verb::SetRaw { name: name.clone(), text }))
}

/// The steps of a JSON pointer, of which the first slash is gone (RFC 6901 4).
fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The text of the value at a place, if there is one.
fn value_at(steps: &[String], object: &Object) -> Option<String> {
    let (first, rest) = steps.split_first()?;
    let (_, raw) = object.0.iter().find(|(name, _)| name == first)?;
    let Some((second, others)) = rest.split_first() else { return Some(raw.clone()) };
    if let Some(inner) = Object::parse(raw) {
        return value_at(rest, &inner);
    }
    // An array is an object whose members are numbered.
    let elements: Vec<Box<RawValue>> = serde_json::from_str(raw).ok()?;
    let element = elements.get(second.parse::<usize>().ok()?)?;
    let one = Object(vec![(second.clone(), element.get().to_owned())]);
    value_at(&[std::slice::from_ref(second), others].concat(), &one)
}

fn member(verb: &Verb) -> Option<&str> {
    match verb {
        Verb::Set { name, .. }
        | Verb::SetRaw { name, .. }
        | Verb::Copy { name, .. }
        | Verb::Remove { name }
        | Verb::Shift { name, .. }
        | Verb::Append { name, .. }
        | Verb::Alter { name, .. }
        | Verb::Duplicate { name, .. } => Some(name),
        _ => None,
    }
}

/// The new text of a value, for the verbs that only change a value.
fn changed_value(verb: &Verb, raw: &str) -> Option<String> {
    match verb {
        Verb::Set { value, .. } => Some(value.to_string()),
        Verb::SetRaw { text, .. } => Some(text.clone()),
        Verb::Shift { seconds, .. } => shift_raw(raw, *seconds),
        Verb::Append { text, .. } => append_raw(raw, text),
        Verb::Alter { how, .. } => alter_raw(raw, *how),
        _ => None,
    }
}

fn apply_to_members(verb: &Verb, name: &str, object: &mut Object) {
    if let Verb::Copy { from, .. } = verb {
        // The source is a sibling; from here on it is a value like any other.
        if let Some((_, text)) = object.0.iter().find(|(key, _)| key == from).cloned() {
            let set = Verb::SetRaw { name: name.to_owned(), text };
            apply_to_members(&set, name, object);
        }
        return;
    }
    let Some(place) = object.0.iter().position(|(key, _)| key == name) else {
        if matches!(verb, Verb::Set { .. } | Verb::SetRaw { .. })
            && let Some(raw) = changed_value(verb, "")
        {
            object.0.push((name.to_owned(), raw));
        }
        return;
    };
    match verb {
        Verb::Remove { .. } => object.0.retain(|(key, _)| key != name),
        Verb::Duplicate { value, order, .. } => {
            let place = if *order == Order::First { place } else { place + 1 };
            object.0.insert(place, (name.to_owned(), value.to_string()));
        }
        _ => {
            for (_, raw) in object.0.iter_mut().filter(|(key, _)| key == name) {
                if let Some(text) = changed_value(verb, raw) {
                    *raw = text;
                }
            }
        }
    }
}

fn apply_in_object(verb: &Verb, steps: &[String], object: &mut Object) {
    match steps {
        [] => {}
        [last] if last == "*" => {
            // Each name once, wherever its copies stand: a name stands for all of them.
            let mut seen = HashSet::new();
            let names =
                object.0.iter().map(|(name, _)| name.clone()).filter(|name| seen.insert(name.clone()));
            for name in names.collect::<Vec<_>>() {
                apply_to_members(verb, &name, object);
            }
        }
        [last] => apply_to_members(verb, last, object),
        [first, rest @ ..] => {
            for (_, raw) in object.0.iter_mut().filter(|(name, _)| first == "*" || name == first) {
                apply_in_raw(verb, rest, raw);
            }
        }
    }
}

/// Goes on inside a value; its text is written anew only if something in it changed.
fn apply_in_raw(verb: &Verb, steps: &[String], raw: &mut String) {
    if let Some(mut object) = Object::parse(raw) {
        let before = object.clone();
        apply_in_object(verb, steps, &mut object);
        if object != before {
            *raw = object.to_string();
        }
    } else if let Ok(elements) = serde_json::from_str::<Vec<Box<RawValue>>>(raw) {
        let mut texts: Vec<String> = elements.iter().map(|element| element.get().to_owned()).collect();
        let before = texts.clone();
        apply_in_array(verb, steps, &mut texts);
        if texts != before {
            *raw = format!("[{}]", texts.join(","));
        }
    }
}

fn apply_in_array(verb: &Verb, steps: &[String], texts: &mut Vec<String>) {
    let Some((first, rest)) = steps.split_first() else { return };
    if rest.is_empty() && first == "-" {
        if matches!(verb, Verb::Set { .. } | Verb::SetRaw { .. }) {
            texts.extend(changed_value(verb, ""));
        }
        return;
    }
    let chosen = |index: usize| first == "*" || first.parse() == Ok(index);
    if !rest.is_empty() {
        for (_, text) in texts.iter_mut().enumerate().filter(|(index, _)| chosen(*index)) {
            apply_in_raw(verb, rest, text);
        }
        return;
    }
    let mut result = Vec::new();
    for (index, text) in texts.drain(..).enumerate() {
        match verb {
            _ if !chosen(index) => result.push(text),
            Verb::Remove { .. } => {}
            Verb::Duplicate { value, order: Order::First, .. } => result.extend([value.to_string(), text]),
            Verb::Duplicate { value, order: Order::Last, .. } => result.extend([text, value.to_string()]),
            _ => result.push(changed_value(verb, &text).unwrap_or(text)),
        }
    }
    *texts = result;
}

/// Applies a member verb to a list of parameters.
pub(crate) fn apply_to_params(verb: &Verb, params: &mut Params) {
    let Some(name) = member(verb) else { return };
    match verb {
        Verb::Set { value, .. } => params.set(name, plain(value)),
        Verb::SetRaw { text, .. } => params.set(name, text.as_str()),
        Verb::Copy { from, .. } => {
            if let Some(value) = params.first(from).map(str::to_owned) {
                params.set(name, value);
            }
        }
        Verb::Remove { .. } => params.remove(name),
        Verb::Duplicate { value, order, .. } => {
            if let Some(place) = params.0.iter().position(|(key, _)| key == name) {
                let place = if *order == Order::First { place } else { place + 1 };
                params.0.insert(place, (name.to_owned(), plain(value)));
            }
        }
        _ => {
            for (_, value) in params.0.iter_mut().filter(|(key, _)| key == name) {
                match verb {
                    Verb::Append { text, .. } => value.push_str(text),
                    Verb::Alter { how, .. } => *value = alter(value, *how),
                    Verb::Shift { seconds, .. } => {
                        if let Some(shifted) = shift_raw(value, *seconds) {
                            *value = shifted;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A JSON value as a parameter: strings as they are, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::{ID_TOKEN, JWKS, RESPONSE};
    use super::*;
    use crate::fault::Fault;

    fn after(text: &str, fault: &Fault) -> String {
        let mut document = Document::Object(Object::parse(text).unwrap());
        apply_to_document(&fault.verb, &mut document);
        document.to_string()
    }

    #[test]
    fn set_adds_a_missing_member_and_the_other_verbs_leave_it_missing() {
        assert_eq!(after(r#"{"a":1}"#, &ID_TOKEN.set("b", 2)), r#"{"a":1,"b":2}"#);
        for fault in [
            ID_TOKEN.remove("b"),
            ID_TOKEN.shift("b", 1),
            ID_TOKEN.append("b", "x"),
            ID_TOKEN.duplicate("b", 1, Order::Last),
        ] {
            assert_eq!(after(r#"{"a":1}"#, &fault), r#"{"a":1}"#, "{fault}");
        }
    }

    #[test]
    fn a_duplicate_stands_before_or_after_the_honest_member() {
        let text = r#"{"a":1,"b":2}"#;

        assert_eq!(after(text, &ID_TOKEN.duplicate("a", 9, Order::First)), r#"{"a":9,"a":1,"b":2}"#);
        assert_eq!(after(text, &ID_TOKEN.duplicate("a", 9, Order::Last)), r#"{"a":1,"a":9,"b":2}"#);
    }

    #[test]
    fn a_pointer_reaches_every_key_of_a_set_and_only_what_it_names() {
        let text = r#"{"keys":[{"kid":"a","n":1e400},{"kid":"b"},{"x":1}]}"#;

        assert_eq!(after(text, &JWKS.remove("/keys/*/kid")), r#"{"keys":[{"n":1e400},{},{"x":1}]}"#);
        assert_eq!(after(text, &JWKS.remove("/keys/1")), r#"{"keys":[{"kid":"a","n":1e400},{"x":1}]}"#);
        assert_eq!(after(text, &JWKS.remove("/keys/9/kid")), text);
        assert_eq!(after(r#"{"keys":[1]}"#, &JWKS.set("/keys/-", 2)), r#"{"keys":[1,2]}"#);
    }

    #[test]
    fn a_value_is_copied_from_a_sibling_or_from_wherever_a_pointer_finds_it() {
        let text = r#"{"iat":10,"aud":["a",["b"]],"x":{"y":[{"z":1e400}]}}"#;

        assert_eq!(after(r#"{"iat":10}"#, &ID_TOKEN.copy("nbf", "iat")), r#"{"iat":10,"nbf":10}"#);
        for (name, from, expected) in [
            ("iat", "/x/y/0/z", text.replace("10", "1e400")),
            ("/aud/0", "/iat", text.replace("\"a\"", "10")),
            ("/x/y/0/z", "/aud/1/0", text.replace("1e400", "\"b\"")),
            ("iat", "/x/y/1/z", text.to_owned()),
            ("iat", "/aud/*", text.to_owned()),
        ] {
            assert_eq!(after(text, &ID_TOKEN.copy(name, from)), expected, "{name} from {from}");
        }
    }

    #[test]
    fn a_payload_replaces_the_document_and_later_verbs_see_it() {
        let mut document = Document::Object(Object::default());

        apply_to_document(&ID_TOKEN.payload(r#"{ "a" : 1 }"#).verb, &mut document);
        apply_to_document(&ID_TOKEN.remove("zzz").verb, &mut document);
        assert_eq!(document.to_string(), r#"{ "a" : 1 }"#);

        apply_to_document(&ID_TOKEN.set("b", 2).verb, &mut document);
        assert_eq!(document.to_string(), r#"{"a":1,"b":2}"#);
    }

    #[test]
    fn parameters_take_strings_as_they_are_and_other_values_as_json() {
        let mut params = Params::parse("state=a&id_token=b");

        apply_to_params(&RESPONSE.set("state", "x y").verb, &mut params);
        apply_to_params(&RESPONSE.set("n", 1).verb, &mut params);
        apply_to_params(&RESPONSE.duplicate("state", "z", Order::First).verb, &mut params);

        assert_eq!(params.encode(), "state=z&state=x+y&id_token=b&n=1");
    }
}

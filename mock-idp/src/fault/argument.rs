//! What an argument of a verb or of a well-known lie has to be, for whoever wrote another one.

use serde_json::{Map, Value};

/// What an argument is, and how it is known.
type Kind = (&'static str, fn(&Value) -> bool);

const TEXT: Kind = ("text", Value::is_string);
const SECONDS: Kind = ("a whole number of seconds, which may be negative", Value::is_i64);
const COUNT: Kind = ("a whole number from 0", Value::is_u64);

/// Every argument that is not any JSON, by its name.
const ARGUMENTS: &[(&str, Kind)] = &[
    ("name", TEXT),
    ("text", TEXT),
    ("base64url", TEXT),
    ("from", TEXT),
    ("seconds", SECONDS),
    ("how", TEXT),
    ("order", TEXT),
    ("key", TEXT),
    ("alg", TEXT),
    ("rendering", TEXT),
    ("secret", TEXT),
    ("mode", TEXT),
    ("url", TEXT),
    ("status", ("a whole number from 200 to 599", |value| is_up_to(value, u16::MAX.into()))),
    ("millis", COUNT),
    ("bytes", COUNT),
    ("bytes_per_second", ("a whole number from 1 to 4294967295", |value| is_up_to(value, u32::MAX.into()))),
    ("location", TEXT),
    ("certificate", TEXT),
    // Those that lies have.
    ("spelling", TEXT),
    ("client_id", TEXT),
    ("other", TEXT),
    ("issuer", TEXT),
    ("extension", TEXT),
];

/// Arguments of which there are a few, each with its name.
const CHOICES: &[&str] = &["how", "order", "key", "rendering", "mode", "certificate"];

fn is_up_to(value: &Value, most: u64) -> bool {
    value.as_u64().is_some_and(|number| number <= most)
}

/// Says which of the members is wrong and what to write, from what serde says about all of them.
pub(super) fn wrong_member(members: &Map<String, Value>, error: &str) -> String {
    if let Some(rest) = error.strip_prefix("unknown field ") {
        return quoted(&format!("unknown member {rest}"));
    }
    if let Some(rest) = error.strip_prefix("missing field ") {
        return quoted(&format!("missing member {rest}"));
    }
    let choices = members.iter().filter(|(name, _)| CHOICES.contains(&name.as_str()));
    let unfit = members.iter().filter(|(name, value)| !fits(name, value));
    match unfit.chain(choices).next() {
        Some((name, value)) => wrong_argument(name, value, error),
        // Most verbs take any JSON as "value"; it is wrong where it goes into a header.
        None => members
            .get("value")
            .map_or_else(|| quoted(error), |value| format!("\"value\" is {value}; write text")),
    }
}

/// The same for an argument that is known to be the wrong one.
pub(super) fn wrong_argument(name: &str, value: &Value, error: &str) -> String {
    let kind = ARGUMENTS.iter().find(|(known, (_, is_right))| *known == name && !is_right(value));
    if let Some((_, (what, _))) = kind {
        return format!("\"{name}\" is {value}; write {what}");
    }
    let choices = error.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "));
    match choices {
        Some((_, known)) => {
            format!("\"{name}\" is {value}; use one of: {}", quoted(known.trim_start_matches("one of ")))
        }
        None => format!("\"{name}\": {}", quoted(error)),
    }
}

fn fits(name: &str, value: &Value) -> bool {
    ARGUMENTS.iter().all(|(known, (_, is_right))| *known != name || is_right(value))
}

/// In the quotation marks that the rest of a message has.
fn quoted(text: &str) -> String {
    text.replace('`', "\"")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fault::{Fault, LIES};

    fn refused(json: serde_json::Value) -> String {
        Fault::all_from_json(json).unwrap_err().to_string()
    }

    #[test]
    fn an_argument_that_is_wrong_is_named_with_what_to_write() {
        for (json, expected) in [
            (
                json!({"seam": "id-token-claims", "verb": "shift", "name": "exp", "seconds": "1"}),
                "the verb \"shift\": \"seconds\" is \"1\"; write a whole number of seconds, which may be negative",
            ),
            (
                json!({"seam": "id-token-claims", "verb": "set", "name": 1, "value": 1}),
                "the verb \"set\": \"name\" is 1; write text",
            ),
            (
                json!({"seam": "wire", "endpoint": "jwks", "verb": "delay", "millis": -1}),
                "the verb \"delay\": \"millis\" is -1; write a whole number from 0",
            ),
            (
                json!({"seam": "wire", "endpoint": "jwks", "verb": "status", "status": 70000}),
                "the verb \"status\": \"status\" is 70000; write a whole number from 200 to 599",
            ),
            (
                json!({"seam": "wire", "endpoint": "jwks", "verb": "drip", "bytes_per_second": 1.5}),
                "\"bytes_per_second\" is 1.5; write a whole number from 1 to 4294967295",
            ),
            (
                json!({"seam": "wire", "endpoint": "jwks", "verb": "content-type", "value": 1}),
                "the verb \"content-type\": \"value\" is 1; write text",
            ),
            (
                json!({"seam": "id-token-claims", "verb": "duplicate", "name": "a", "value": 1, "order": "middle"}),
                "\"order\" is \"middle\"; use one of: \"first\" or \"last\"",
            ),
            (
                json!({"seam": "jwks", "verb": "remove", "name": "x", "field": 1}),
                "the verb \"remove\": unknown member \"field\", expected \"name\"",
            ),
            (json!({"named": "expired-by", "seconds": "1"}), "\"seconds\" is \"1\"; write a whole number"),
            (json!({"named": "issuer", "issuer": 1}), "the lie \"issuer\": \"issuer\" is 1; write text"),
            (
                json!({"named": "key-confusion", "rendering": "pem"}),
                "\"rendering\" is \"pem\"; use one of: \"spki-pem\"",
            ),
        ] {
            let error = refused(json);

            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn every_argument_of_a_lie_says_what_to_write() {
        for lie in LIES {
            for (name, _) in lie.arguments {
                let mut told = lie.to_json()["example"].clone();
                told[name] = json!([]);

                let error = refused(told);

                assert!(error.contains(&format!("\"{name}\" is []; write ")), "{error}");
            }
        }
    }
}

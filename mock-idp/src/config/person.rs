//! A person on the command line.

use serde_json::{Map, Value};

use crate::login::User;

const WRITE: &str = r#"write a username, or {"username": "zoe", "claims": {"email": "zoe@example.test"}}"#;

/// A username, or the members of a person in JSON. The password is the username, and `sub` is made from it, unless the
/// JSON says otherwise.
pub(super) fn person(text: &str) -> Result<User, String> {
    let mut members: Map<String, Value> = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| format!("it is no JSON object: {error}; {WRITE}"))?
    } else {
        Map::from_iter([("username".to_owned(), text.into())])
    };
    let username = members.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
    if username.is_empty() {
        return Err(format!("there is no username in it; {WRITE}"));
    }
    members.entry("sub").or_insert_with(|| format!("user-{username}").into());
    members.entry("password").or_insert_with(|| username.into());
    serde_json::from_value(Value::Object(members)).map_err(|error| format!("{error}; {WRITE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_enough_and_json_may_say_more() {
        let zoe = person("zoe").unwrap();
        let max =
            person(r#"{"username": "max", "sub": "9", "claims": {"email": "m@example.test"}}"#).unwrap();

        assert_eq!((&*zoe.username, &*zoe.password, &*zoe.sub), ("zoe", "zoe", "user-zoe"));
        assert_eq!((&*max.username, &*max.password, &*max.sub), ("max", "max", "9"));
        assert_eq!(max.claims["email"], "m@example.test");
    }

    #[test]
    fn what_is_no_person_is_refused_with_what_to_write() {
        for (text, problem) in [
            ("", "no username"),
            ("{}", "no username"),
            (r#"{"username": 1}"#, "no username"),
            ("{zoe", "no JSON object"),
            (r#"{"username": "zoe", "emial": "x"}"#, "emial"),
        ] {
            let error = person(text).unwrap_err();

            assert!(error.contains(problem) && error.contains("write a username"), "{text}: {error}");
        }
    }
}

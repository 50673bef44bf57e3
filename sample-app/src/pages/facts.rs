//! Claims and header members as people read them: a label, a value in words, and the name the token uses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// `15 January 2027, 08:00 UTC`
const MOMENT: &[BorrowedFormatItem<'static>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

/// What the names mean, in the order of OIDC Core 5.1 and 2, and of RFC 7515 4.1.
const LABELS: [(&str, &str); 29] = [
    ("name", "Name"),
    ("given_name", "First name"),
    ("family_name", "Last name"),
    ("middle_name", "Middle name"),
    ("nickname", "Nickname"),
    ("preferred_username", "Username"),
    ("profile", "Profile page"),
    ("picture", "Picture"),
    ("website", "Website"),
    ("email", "Email"),
    ("email_verified", "Email verified"),
    ("gender", "Gender"),
    ("birthdate", "Date of birth"),
    ("zoneinfo", "Time zone"),
    ("locale", "Language"),
    ("phone_number", "Phone number"),
    ("phone_number_verified", "Phone number verified"),
    ("address", "Address"),
    ("updated_at", "Updated"),
    ("sub", "User id"),
    ("sid", "Session id"),
    ("iss", "Issued by"),
    ("aud", "Issued for"),
    ("iat", "Issued"),
    ("exp", "Valid until"),
    ("auth_time", "Signed in"),
    ("alg", "Signed with"),
    ("kid", "Key id"),
    ("typ", "Type"),
];

/// One row of a table.
pub(super) struct Fact {
    /// The label, or the name where there is none.
    pub(super) label: String,
    /// The name in the token.
    pub(super) name: String,
    pub(super) value: String,
}

/// All of them, those that have a label first, in the order of the labels.
pub(super) fn all(members: &Map<String, Value>) -> Vec<Fact> {
    let place = |name: &str| LABELS.iter().position(|(known, _)| *known == name).unwrap_or(LABELS.len());
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_by_key(|name| place(name));
    names.into_iter().filter_map(|name| fact(members, name)).collect()
}

/// The members of these names, as far as they are there.
pub(super) fn some(members: &Map<String, Value>, names: &[&str]) -> Vec<Fact> {
    names.iter().filter_map(|name| fact(members, name)).collect()
}

/// The JOSE header of a token that was verified before; empty if it cannot be read.
pub(super) fn header(token: &str) -> Map<String, Value> {
    let first = token.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(first).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn fact(members: &Map<String, Value>, name: &str) -> Option<Fact> {
    let value = members.get(name)?;
    let label = LABELS.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| label);
    Some(Fact { label: label.to_owned(), name: name.to_owned(), value: shown(name, value) })
}

/// In words where that is what it means, as it stands otherwise.
fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if name == "picture" && text.starts_with("data:") => {
            "An image inside of the token".to_owned()
        }
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Number(_) if matches!(name, "iat" | "exp" | "auth_time" | "updated_at") => {
            moment(value).unwrap_or_else(|| value.to_string())
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        _ => value.to_string(),
    }
}

fn moment(seconds: &Value) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds.as_i64()?).ok()?.format(MOMENT).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_known_comes_first_with_a_label_and_in_words() {
        let told = json!({ "https://example.test/team": ["a", "b"], "email_verified": true, "name": "Ada",
                           "updated_at": 1_800_000_000 });

        let facts = all(&members(&told));

        let lines: Vec<_> = facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
        let expected = [
            ("Name", "Ada"),
            ("Email verified", "Yes"),
            ("Updated", "15 January 2027, 08:00 UTC"),
            ("https://example.test/team", "a, b"),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_time_that_is_none_is_shown_as_it_stands() {
        let told = json!({ "exp": 0.5, "iat": "yesterday", "auth_time": -1.5 });

        let facts = some(&members(&told), &["exp", "iat", "auth_time", "nbf"]);

        let values: Vec<_> = facts.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(values, ["0.5", "yesterday", "-1.5"]);
    }

    #[test]
    fn the_header_of_a_token_is_read_and_one_that_is_broken_is_empty() {
        let token = format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"one"}"#));

        let facts = all(&header(&token));

        assert_eq!(facts[0].label, "Signed with");
        assert_eq!(facts[1].value, "one");
        assert!(header("%%.e30.").is_empty());
    }
}

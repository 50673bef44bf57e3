//! Claims with something to insert.

use serde_json::{Map, Value};

use crate::login::User;
use crate::token::uuid_of;

/// About whom and for whom a token is.
pub(crate) struct About<'a> {
    pub(crate) user: &'a User,
    pub(crate) client_id: &'a str,
    /// An id that no other token has.
    pub(crate) id: &'a str,
}

impl About<'_> {
    /// The value with everything inserted; none if something is not known of the person.
    pub(super) fn insert(&self, value: &Value) -> Option<Value> {
        let Value::String(text) = value else { return Some(value.clone()) };
        let mut text = text.clone();
        for (name, value) in self.known() {
            if text.contains(name) {
                text = text.replace(name, &value?);
            }
        }
        Some(Value::from(text))
    }

    fn known(&self) -> [(&'static str, Option<String>); 7] {
        let email = self.user.claims.get("email").and_then(Value::as_str);
        let domain = email.and_then(|email| email.split_once('@')).map(|(_, domain)| domain.to_owned());
        [
            ("{username}", Some(self.user.username.clone())),
            ("{email}", email.map(str::to_owned)),
            ("{email_domain}", domain),
            ("{client_id}", Some(self.client_id.to_owned())),
            // The person's, which is always the same, and the token's, which no other has.
            ("{uuid}", Some(uuid_of(&self.user.sub))),
            ("{id_uuid}", Some(uuid_of(self.id))),
            ("{id}", Some(self.id.to_owned())),
        ]
    }
}

/// The claims with `{realm}` inserted wherever it stands.
pub(super) fn with_realm(claims: Map<String, Value>, realm: &str) -> Map<String, Value> {
    claims.into_iter().map(|(name, value)| (name, inserted(value, realm))).collect()
}

fn inserted(value: Value, realm: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace("{realm}", realm)),
        Value::Array(values) => values.into_iter().map(|value| inserted(value, realm)).collect(),
        Value::Object(members) => Value::Object(with_realm(members, realm)),
        other => other,
    }
}

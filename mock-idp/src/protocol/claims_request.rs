//! The parameter `claims`: which claims an application wants, one by one (OIDC Core 5.5).

use serde_json::{Map, Value};

/// What is wanted in the ID Token, and what at the userinfo endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClaimsRequest {
    /// The member `id_token`.
    pub id_token: Wishes,
    /// The member `userinfo`.
    pub userinfo: Wishes,
}

/// Claims by name, each with what is said about it: null, or an object with `essential`, `value` or `values`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes(Map<String, Value>);

impl ClaimsRequest {
    /// Reads the parameter. The error is a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(text) else {
            return Err("claims is not a JSON object; send one like {\"id_token\":{\"email\":null}}".into());
        };
        Ok(Self {
            id_token: Wishes::of("id_token", members.remove("id_token"))?,
            userinfo: Wishes::of("userinfo", members.remove("userinfo"))?,
        })
    }
}

impl Wishes {
    fn of(place: &str, member: Option<Value>) -> Result<Self, String> {
        match member {
            None | Some(Value::Null) => Ok(Self::default()),
            Some(Value::Object(wishes)) => {
                match wishes.iter().find(|(_, wish)| !wish.is_null() && !wish.is_object()) {
                    None => Ok(Self(wishes)),
                    Some((name, _)) => Err(format!(
                        "claims has {place}.{name}, which is neither null nor an object; send null, or an object \
                         with essential, value or values"
                    )),
                }
            }
            Some(_) => {
                Err(format!("claims has {place}, which is not an object; send the names of claims in one"))
            }
        }
    }

    /// Whether a claim is wanted by name.
    pub fn want(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether the login is worth nothing without the claim.
    pub fn need(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|wish| wish["essential"] == true)
    }

    /// The values that are good enough, in order of preference; none if any is.
    pub fn values(&self, name: &str) -> Vec<&Value> {
        let Some(wish) = self.0.get(name) else { return Vec::new() };
        match (wish.get("value"), wish.get("values").and_then(Value::as_array)) {
            (Some(value), _) => vec![value],
            (None, Some(values)) => values.iter().collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Whether a claim is wanted, and with this value.
    pub fn fit(&self, name: &str, value: &Value) -> bool {
        self.want(name) && self.allow(name, value)
    }

    /// Whether nothing is said against this value.
    pub fn allow(&self, name: &str, value: &Value) -> bool {
        let good = self.values(name);
        good.is_empty() || good.contains(&value)
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_may_be_null_or_name_values() {
        let text =
            r#"{"id_token":{"email":null,"acr":{"essential":true,"values":["a","b"]},"sub":{"value":"s"}}}"#;

        let wishes = ClaimsRequest::parse(text).unwrap().id_token;

        assert!(wishes.want("email") && !wishes.need("email") && !wishes.want("name"));
        assert!(wishes.need("acr") && wishes.fit("acr", &"b".into()) && !wishes.fit("acr", &"c".into()));
        assert!(!wishes.allow("sub", &"t".into()) && wishes.allow("name", &"x".into()));
    }

    #[test]
    fn what_is_no_claims_request_is_refused_with_a_sentence() {
        for text in ["", "[]", "x", r#"{"id_token":1}"#, r#"{"userinfo":{"email":true}}"#] {
            assert!(ClaimsRequest::parse(text).unwrap_err().starts_with("claims"), "{text}");
        }
    }
}

//! The well-known lies of [`super::named`] as a table: by name in JSON, with their arguments, for the control API
//! and for menus.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::argument::wrong_argument;
use super::json::{binding_from_json, occurrence_from_json};
use super::named;
use super::value::{Fault, FaultError};

/// A well-known lie.
#[derive(Clone, Copy, Debug)]
pub struct Lie {
    /// Its name in JSON: `{"named": "expired-by", "seconds": 60}`.
    pub name: &'static str,
    /// What is wrong then, and the clause that a careful application refuses it by.
    pub summary: &'static str,
    /// What it can be told, each with the JSON text of what it is if nobody tells; without one it must be told.
    pub arguments: &'static [(&'static str, Option<&'static str>)],
    make: fn(&Given<'_>) -> Result<Vec<Fault>, FaultError>,
}

const SECONDS: &str = "seconds";
const ATTACKER: &str = "\"https://attacker.example/\"";

/// Every well-known lie.
pub const LIES: &[Lie] = &[
    Lie {
        name: "alg-none",
        summary: "alg is none and there is no signature (RFC 8725 2.1, OIDC Core 2)",
        arguments: &[],
        make: |_| Ok(named::alg_none()),
    },
    Lie {
        name: "alg-none-spelled",
        summary: "alg is none in another spelling and there is no signature (RFC 8725 3.1)",
        arguments: &[("spelling", Some("\"nOnE\""))],
        make: |given| Ok(named::alg_none_spelled(&given.text("spelling")?)),
    },
    Lie {
        name: "expired-by",
        summary: "the token ran out so many seconds ago, and is an hour older (OIDC Core 3.1.3.7 (9))",
        arguments: &[(SECONDS, Some("3600"))],
        make: |given| Ok(named::expired_by(given.read(SECONDS)?)),
    },
    Lie {
        name: "exp-missing",
        summary: "there is no exp (OIDC Core 2: REQUIRED)",
        arguments: &[],
        make: |_| Ok(named::exp_missing()),
    },
    Lie {
        name: "not-before-in",
        summary: "the token is good only in so many seconds (RFC 7519 4.1.5)",
        arguments: &[(SECONDS, Some("3600"))],
        make: |given| Ok(named::not_before_in(given.read(SECONDS)?)),
    },
    Lie {
        name: "issued-in",
        summary: "the token was issued so many seconds in the future (OIDC Core 3.1.3.7 (10))",
        arguments: &[(SECONDS, Some("3600"))],
        make: |given| Ok(named::issued_in(given.read(SECONDS)?)),
    },
    Lie {
        name: "issued-before",
        summary: "the token was issued so many seconds ago and is still good (OIDC Core 3.1.3.7 (10))",
        arguments: &[(SECONDS, Some("86400"))],
        make: |given| Ok(named::issued_before(given.read(SECONDS)?)),
    },
    Lie {
        name: "audience",
        summary: "the token is for somebody else (OIDC Core 3.1.3.7 (3))",
        arguments: &[("client_id", Some("\"someone-else\""))],
        make: |given| Ok(named::audience(&given.text("client_id")?)),
    },
    Lie {
        name: "extra-audience",
        summary: "the token has a second audience that nobody trusts (OIDC Core 3.1.3.7 (3))",
        arguments: &[("client_id", None), ("other", Some("\"someone-else\""))],
        make: |given| Ok(named::extra_audience(&given.text("client_id")?, &given.text("other")?)),
    },
    Lie {
        name: "issuer",
        summary: "the token is from another issuer (OIDC Core 3.1.3.7 (2))",
        arguments: &[("issuer", Some(ATTACKER))],
        make: |given| Ok(named::issuer(&given.text("issuer")?)),
    },
    Lie {
        name: "nonce-altered",
        summary: "the nonce is almost the one that was sent (OIDC Core 3.1.3.7 (11))",
        arguments: &[],
        make: |_| Ok(named::nonce_altered()),
    },
    Lie {
        name: "nonce-missing",
        summary: "there is no nonce, although one was sent (OIDC Core 3.1.3.7 (11))",
        arguments: &[],
        make: |_| Ok(named::nonce_missing()),
    },
    Lie {
        name: "embedded-jwk",
        summary: "the header brings an attacker's public key, which verifies the signature (RFC 8725 2.1)",
        arguments: &[],
        make: |_| Ok(named::embedded_jwk()),
    },
    Lie {
        name: "header-jku",
        summary: "the header says where an attacker's keys are (RFC 7515 4.1.2, RFC 8725 3.10)",
        arguments: &[("url", Some(ATTACKER))],
        make: |given| Ok(named::header_jku(&given.text("url")?)),
    },
    Lie {
        name: "header-x5u",
        summary: "the header says where an attacker's certificate is (RFC 7515 4.1.5, RFC 8725 3.10)",
        arguments: &[("url", Some(ATTACKER))],
        make: |given| Ok(named::header_x5u(&given.text("url")?)),
    },
    Lie {
        name: "unknown-kid",
        summary: "the header names a key that is in no key set, and the signature is an attacker's (OIDC Core 10.1)",
        arguments: &[],
        make: |_| Ok(named::unknown_kid()),
    },
    Lie {
        name: "crit",
        summary: "the header demands an extension that nobody understands (RFC 7515 4.1.11)",
        arguments: &[("extension", Some("\"https://attacker.example/extension\""))],
        make: |given| Ok(named::crit(&given.text("extension")?)),
    },
    Lie {
        name: "key-confusion",
        summary: "HS256 with the public key as the secret (RFC 8725 2.1)",
        arguments: &[("rendering", Some("\"spki-pem\""))],
        make: |given| Ok(named::key_confusion(given.read("rendering")?)),
    },
    Lie {
        name: "forged-by",
        summary: "another key signs under the honest kid (OIDC Core 3.1.3.7 (6))",
        arguments: &[("key", Some("\"attacker\""))],
        make: |given| Ok(named::forged_by(given.read("key")?)),
    },
    #[cfg(feature = "weak-keys")]
    Lie {
        name: "short-key",
        summary: "the provider publishes an RSA key of 1024 bits and signs with it (RFC 7518 3.3)",
        arguments: &[],
        make: |_| Ok(named::short_key()),
    },
    Lie {
        name: "state-altered",
        summary: "the response carries a state that is almost the one that was sent (RFC 6749 10.12)",
        arguments: &[],
        make: |_| Ok(named::state_altered()),
    },
    Lie {
        name: "state-missing",
        summary: "the response carries no state, although one was sent (RFC 6749 10.12)",
        arguments: &[],
        make: |_| Ok(named::state_missing()),
    },
];

/// What a lie was told.
struct Given<'g> {
    lie: &'g Lie,
    arguments: &'g Map<String, Value>,
}

impl Given<'_> {
    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, FaultError> {
        let standard =
            self.lie.arguments.iter().find(|(known, _)| *known == name).and_then(|(_, text)| *text);
        let value = match (self.arguments.get(name), standard) {
            (Some(value), _) => value.clone(),
            (None, Some(text)) => serde_json::from_str(text).unwrap_or_default(),
            (None, None) => {
                return Err(FaultError::Shape(format!(
                    "the lie \"{}\" needs \"{name}\"; add it beside \"named\"",
                    self.lie.name
                )));
            }
        };
        serde_json::from_value(value.clone()).map_err(|error| {
            let wrong = wrong_argument(name, &value, &error.to_string());
            FaultError::Shape(format!("the lie \"{}\": {wrong}", self.lie.name))
        })
    }

    fn text(&self, name: &str) -> Result<String, FaultError> {
        self.read(name)
    }
}

impl Lie {
    /// The lie of a name.
    pub fn find(name: &str) -> Result<&'static Self, FaultError> {
        LIES.iter().find(|lie| lie.name == name).ok_or_else(|| {
            let known: Vec<&str> = LIES.iter().map(|lie| lie.name).collect();
            FaultError::Shape(format!("unknown lie \"{name}\"; use one of: {}", known.join(", ")))
        })
    }

    /// The faults that it is made of.
    pub fn faults(&'static self, arguments: &Map<String, Value>) -> Result<Vec<Fault>, FaultError> {
        let known: Vec<&str> = self.arguments.iter().map(|(name, _)| *name).collect();
        if let Some(extra) = arguments.keys().find(|name| !known.contains(&name.as_str())) {
            let allowed = match known.as_slice() {
                [] => "it takes no arguments".to_owned(),
                known => format!("it takes: {}", known.join(", ")),
            };
            return Err(FaultError::Shape(format!(
                "unknown member \"{extra}\" of the lie \"{}\"; {allowed}",
                self.name
            )));
        }
        let faults = (self.make)(&Given { lie: self, arguments })?;
        faults.iter().try_for_each(Fault::check)?;
        Ok(faults)
    }

    /// As JSON that can be sent back, with what it means.
    pub fn to_json(self) -> Value {
        let mut example = Map::from_iter([("named".to_owned(), Value::from(self.name))]);
        for (name, text) in self.arguments {
            let value =
                text.map_or_else(|| json!("an-app"), |text| serde_json::from_str(text).unwrap_or_default());
            example.insert((*name).to_owned(), value);
        }
        json!({ "name": self.name, "summary": self.summary, "example": example })
    }
}

impl Fault {
    /// Reads one fault or well-known lie, or a list of them; the error says which one is wrong.
    pub fn list_from_json(value: Value) -> Result<Vec<Self>, FaultError> {
        let Value::Array(list) = value else { return Self::all_from_json(value) };
        let mut faults = Vec::new();
        for (index, value) in list.into_iter().enumerate() {
            let read = Self::all_from_json(value);
            faults.extend(read.map_err(|error| FaultError::Shape(format!("fault {}: {error}", index + 1)))?);
        }
        Ok(faults)
    }

    /// Reads one fault, or the faults of a well-known lie: `{"named": "expired-by", "seconds": 60}`, with
    /// `occurrence` and `binding` as every fault has them.
    pub fn all_from_json(value: Value) -> Result<Vec<Self>, FaultError> {
        let Value::Object(mut object) = value else { return Ok(vec![Self::from_json(value)?]) };
        let Some(name) = object.remove("named") else {
            return Ok(vec![Self::from_json(Value::Object(object))?]);
        };
        let name = name
            .as_str()
            .ok_or_else(|| FaultError::Shape("\"named\" is the name of a lie, as text".into()))?;
        let occurrence = object.remove("occurrence").map(|value| occurrence_from_json(&value)).transpose()?;
        let binding = object.remove("binding").map(|value| binding_from_json(&value)).transpose()?;
        let mut faults = Lie::find(name)?.faults(&object)?;
        for fault in &mut faults {
            fault.occurrence = occurrence.unwrap_or_default();
            fault.binding = binding.clone().unwrap_or_default();
            fault.check()?;
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_lie_can_be_told_by_its_name() {
        let source = include_str!("named.rs");
        let functions: Vec<String> = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub fn ")?.split_once('('))
            .map(|(name, _)| name.replace('_', "-"))
            .filter(|name| cfg!(feature = "weak-keys") || name != "short-key")
            .collect();

        let names: Vec<&str> = LIES.iter().map(|lie| lie.name).collect();

        assert_eq!(names, functions);
    }

    #[test]
    fn the_example_of_every_lie_is_accepted_and_says_what_is_wrong() {
        for lie in LIES {
            let faults = Fault::all_from_json(lie.to_json()["example"].clone()).unwrap();

            assert!(!faults.is_empty(), "{}", lie.name);
        }
    }

    #[test]
    fn no_number_of_seconds_is_too_much() {
        for name in ["expired-by", "not-before-in", "issued-in", "issued-before"] {
            for seconds in [i64::MIN, i64::MAX] {
                assert!(Fault::all_from_json(json!({"named": name, "seconds": seconds})).is_ok());
            }
        }
    }

    #[test]
    fn occurrence_and_binding_go_to_every_fault_of_the_lie() {
        let told = json!({"named": "alg-none", "occurrence": "first", "binding": {"client": "a"}});

        let clauses: Vec<String> =
            Fault::all_from_json(told).unwrap().iter().map(ToString::to_string).collect();

        assert_eq!(clauses.len(), 2);
        assert!(clauses.iter().all(|clause| clause.ends_with(", the first time only, for the client a")));
    }

    #[test]
    fn a_wrong_name_or_argument_is_refused_with_what_to_write() {
        for (told, expected) in [
            (json!({"named": "alg-nine"}), "use one of: alg-none"),
            (json!({"named": 1}), "as text"),
            (json!({"named": "alg-none", "seconds": 1}), "takes no arguments"),
            (json!({"named": "expired-by", "secs": 1}), "it takes: seconds"),
            (json!({"named": "expired-by", "seconds": "1"}), "\"seconds\""),
            (json!({"named": "key-confusion", "rendering": "pem"}), "\"spki-pem\""),
            (json!({"named": "extra-audience"}), "needs \"client_id\""),
            (json!({"named": "alg-none", "occurrence": "twice"}), "\"every\""),
        ] {
            let error = Fault::all_from_json(told).unwrap_err().to_string();

            assert!(error.contains(expected), "{error}");
        }
    }
}

//! Faults in JSON: one flat object of seam, verb, the verb's arguments, occurrence and binding.

use serde::de::{self, Deserializer};
use serde::ser::{self, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::argument::wrong_member;
use super::seam::Seam;
use super::value::{Binding, Fault, FaultError, Occurrence};
use super::verb::Verb;
use crate::trace::Endpoint;

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Map::new();
        object.insert("seam".into(), self.seam.name().into());
        if let Seam::Wire(endpoint) = self.seam {
            object.insert("endpoint".into(), endpoint.as_str().into());
        }
        if let Value::Object(verb) = serde_json::to_value(&self.verb).map_err(ser::Error::custom)? {
            object.extend(verb);
        }
        object.insert("occurrence".into(), occurrence_to_json(self.occurrence));
        if let Some(binding) = binding_to_json(&self.binding) {
            object.insert("binding".into(), binding);
        }
        object.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Fault::from_json(value).map_err(de::Error::custom)
    }
}

impl Fault {
    /// Reads a fault and checks that it is legal; the error says what to write instead.
    pub fn from_json(value: Value) -> Result<Self, FaultError> {
        let Value::Object(mut object) = value else {
            return Err(FaultError::Shape(
                "a fault is a JSON object like {\"seam\": \"id-token-claims\", \"verb\": \"remove\", \"name\": \"exp\"}"
                    .into(),
            ));
        };
        let seam = take_seam(&mut object)?;
        let occurrence = object
            .remove("occurrence")
            .map_or(Ok(Occurrence::Every), |value| occurrence_from_json(&value))?;
        let binding = object.remove("binding").map_or(Ok(Binding::Any), |value| binding_from_json(&value))?;
        let verb = verb_from_json(&object, seam)?;
        let fault = Self { seam, verb, occurrence, binding };
        fault.check()?;
        Ok(fault)
    }
}

fn shape(text: impl Into<String>) -> FaultError {
    FaultError::Shape(text.into())
}

fn take_seam(object: &mut Map<String, Value>) -> Result<Seam, FaultError> {
    let names = Seam::names().collect::<Vec<_>>().join(", ");
    let name =
        object.remove("seam").ok_or_else(|| shape(format!("\"seam\" is missing; use one of: {names}")))?;
    if name == "wire" {
        return take_endpoint(object).map(Seam::Wire);
    }
    name.as_str()
        .and_then(Seam::from_name)
        .ok_or_else(|| shape(format!("unknown seam {name}; use one of: {names}")))
}

fn take_endpoint(object: &mut Map<String, Value>) -> Result<Endpoint, FaultError> {
    let ours = Endpoint::ALL.iter().filter(|endpoint| endpoint.is_ours());
    let names = || ours.clone().map(|endpoint| endpoint.as_str()).collect::<Vec<_>>().join(", ");
    let name = object
        .remove("endpoint")
        .ok_or_else(|| shape(format!("the seam \"wire\" needs an \"endpoint\"; use one of: {}", names())))?;
    Endpoint::ALL
        .iter()
        .copied()
        .find(|endpoint| Some(endpoint.as_str()) == name.as_str())
        .ok_or_else(|| shape(format!("unknown endpoint {name}; use one of: {}", names())))
}

/// Keys that only builds with the feature `weak-keys` have.
const WEAK_KEYS: [&str; 8] =
    ["short", "tiny", "huge", "exponent-one", "exponent-three", "even-modulus", "p384", "secp256k1"];

/// Verbs without arguments, of which serde does not notice superfluous members.
const BARE_VERBS: &[&str] = &["deflate", "unsigned", "hang-up", "gzip"];

fn verb_from_json(object: &Map<String, Value>, seam: Seam) -> Result<Verb, FaultError> {
    let allowed = seam.verbs().join(", ");
    let at = format!("at the seam \"{}\"", seam.name());
    let name = match object.get("verb") {
        Some(Value::String(name)) => name.clone(),
        Some(other) => return Err(shape(format!("unknown verb {other} {at}; use one of: {allowed}"))),
        None => return Err(shape(format!("\"verb\" is missing; {at} use one of: {allowed}"))),
    };
    if BARE_VERBS.contains(&name.as_str())
        && let Some(extra) = object.keys().find(|key| *key != "verb")
    {
        return Err(shape(format!("unknown member \"{extra}\": the verb \"{name}\" takes no arguments")));
    }
    let weak = object.get("key").and_then(Value::as_str).filter(|key| WEAK_KEYS.contains(key));
    if let Some(key) = weak.filter(|_| cfg!(not(feature = "weak-keys")) && name == "key") {
        return Err(shape(format!(
            "the key \"{key}\" needs the cargo feature \"weak-keys\" of rpcheck-mock-idp, which is off in this \
             build; build with --features rpcheck-mock-idp/weak-keys"
        )));
    }
    serde_json::from_value(Value::Object(object.clone())).map_err(|error| {
        let error = error.to_string();
        if error.starts_with("unknown variant") && error.contains(&format!("`{name}`")) {
            shape(format!("unknown verb \"{name}\" {at}; use one of: {allowed}"))
        } else {
            shape(format!("the verb \"{name}\": {}", wrong_member(object, &error)))
        }
    })
}

fn occurrence_to_json(occurrence: Occurrence) -> Value {
    match occurrence {
        Occurrence::Every => "every".into(),
        Occurrence::First => "first".into(),
        Occurrence::Nth(nth) => serde_json::json!({ "nth": nth }),
    }
}

pub(super) fn occurrence_from_json(value: &Value) -> Result<Occurrence, FaultError> {
    match value {
        Value::String(text) if text == "every" => return Ok(Occurrence::Every),
        Value::String(text) if text == "first" => return Ok(Occurrence::First),
        Value::Object(object) if object.len() == 1 => {
            if let Some(nth) =
                object.get("nth").and_then(Value::as_u64).and_then(|nth| u32::try_from(nth).ok())
            {
                return Ok(Occurrence::Nth(nth));
            }
        }
        _ => {}
    }
    Err(shape(format!("unknown occurrence {value}; use \"every\", \"first\" or {{\"nth\": 2}}")))
}

fn binding_to_json(binding: &Binding) -> Option<Value> {
    match binding {
        Binding::Any => None,
        Binding::Client(id) => Some(serde_json::json!({ "client": id })),
        Binding::Marker(marker) => Some(serde_json::json!({ "marker": marker })),
    }
}

pub(super) fn binding_from_json(value: &Value) -> Result<Binding, FaultError> {
    match value {
        Value::String(text) if text == "any" => return Ok(Binding::Any),
        Value::Object(object) if object.len() == 1 => match object.iter().next() {
            Some((key, Value::String(id))) if key == "client" => return Ok(Binding::Client(id.clone())),
            Some((key, Value::String(id))) if key == "marker" => return Ok(Binding::Marker(id.clone())),
            _ => {}
        },
        _ => {}
    }
    Err(shape(format!(
        "unknown binding {value}; use \"any\", {{\"client\": \"its-id\"}} or {{\"marker\": \"its-text\"}}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_key_is_read_if_this_build_has_it_and_else_the_error_names_the_feature() {
        for (key, clause) in WEAK_KEYS.into_iter().zip([
            "an RSA key of 1024 bits",
            "an RSA key of 512 bits",
            "an RSA key of 16384 bits",
            "an RSA key with the exponent 1",
            "forged padding, for an RSA key with the exponent 3",
            "an RSA key with an even modulus",
            "a P-384 key, as ES256",
            "a secp256k1 key, as ES256",
        ]) {
            let json = serde_json::json!({"seam": "id-token-seal", "verb": "key", "key": key});

            let read =
                Fault::from_json(json).map(|fault| fault.to_string()).map_err(|error| error.to_string());

            if cfg!(feature = "weak-keys") {
                assert_eq!(read, Ok(format!("the id_token is signed with {clause}")));
            } else {
                assert!(read.is_err_and(|error| error.contains("--features rpcheck-mock-idp/weak-keys")));
            }
        }
    }
}

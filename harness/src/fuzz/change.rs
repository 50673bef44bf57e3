//! One thing that is done to an honest login, and what it means for the login.

use super::cookies::CookieChange;
use super::flow::Flow;
use super::form::FormChange;
use crate::scenario::Facts;
use mock_idp::fault::Verb;
use mock_idp::{Fault, Seam};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// One thing that is done to an honest login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The provider tells this.
    Told(Fault),
    /// It is done to the form.
    Form(FormChange),
    /// It is done to the cookies of the login.
    Cookies(CookieChange),
}

impl Change {
    /// What the provider tells, if that is the change.
    pub(super) fn told(&self) -> Option<&Fault> {
        match self {
            Self::Told(fault) => Some(fault),
            _ => None,
        }
    }
}

/// The member that a lie is about, if it is about one.
fn member(fault: &Fault) -> Option<&str> {
    match &fault.verb {
        Verb::Set { name, .. }
        | Verb::SetRaw { name, .. }
        | Verb::Remove { name }
        | Verb::Shift { name, .. }
        | Verb::Append { name, .. }
        | Verb::Alter { name, .. } => Some(name),
        _ => None,
    }
}

/// Is it about another person then?
pub(super) fn renames(lie: &Fault) -> bool {
    member(lie) == Some("sub")
}

/// Would one of them undo or hide the other? A form that is changed twice may say again what it said.
pub(super) fn overlap(one: &Change, other: &Change) -> bool {
    match (one, other) {
        (Change::Told(one), Change::Told(other)) => {
            let whole = member(one).is_none() || member(other).is_none();
            one.seam == other.seam && (whole || member(one) == member(other))
        }
        (Change::Form(_), Change::Form(_)) | (Change::Cookies(_), Change::Cookies(_)) => true,
        _ => false,
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(fault) => write!(f, "{fault}"),
            Self::Form(change) => write!(f, "{change}"),
            Self::Cookies(change) => write!(f, "{change}"),
        }
    }
}

/// Seconds that leave no doubt: an expired token expired long ago, and what is yet to come comes much later.
pub(super) const LONG: i64 = 2 * 60 * 60;

/// What the application asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) flow: Flow,
    /// It sent a nonce, so that the token has to have it.
    pub(super) nonce: bool,
}

/// Does a token of which this was told, and which it changed, break a rule that every application has to keep?
pub(super) fn breaks_a_rule(fault: &Fault, facts: &Facts, asked: Asked) -> bool {
    if member(fault) == Some("nonce") && !asked.nonce {
        return false;
    }
    match fault.seam {
        Seam::IdTokenSeal | Seam::IdTokenHeader if asked.flow.may_trust_the_connection() => false,
        Seam::TokenResponse => asked.flow == Flow::Code && member(fault) == Some("id_token"),
        Seam::IdTokenSeal => true,
        Seam::IdTokenHeader => match &fault.verb {
            Verb::Set { name, .. } | Verb::Remove { name } => name == "alg" || name == "crit",
            _ => false,
        },
        Seam::IdTokenClaims => match &fault.verb {
            Verb::Payload { .. } | Verb::Deflate => true,
            Verb::Remove { name } => ["iss", "sub", "aud", "exp", "iat", "nonce"].contains(&name.as_str()),
            Verb::Append { name, .. } | Verb::Alter { name, .. } => {
                ["iss", "aud", "nonce"].contains(&name.as_str())
            }
            Verb::Set { name, value } => is_wrong(name, value, facts),
            _ => false,
        },
        _ => false,
    }
}

/// OIDC Core 2 and 3.1.3.7: what these claims may not be.
fn is_wrong(name: &str, value: &Value, facts: &Facts) -> bool {
    let later = |value: &Value| value.as_i64().is_some_and(|time| time >= facts.now + LONG / 2);
    match name {
        "iss" => *value != facts.issuer.as_str(),
        "aud" => !names(value, &facts.client_id),
        "nonce" => true,
        "sub" => value.as_str().is_none_or(str::is_empty),
        "exp" => !value.is_number() || value.as_i64().is_some_and(|time| time <= facts.now - LONG / 2),
        "iat" => !value.is_number(),
        "nbf" => !value.is_number() || later(value),
        _ => false,
    }
}

fn names(audience: &Value, client_id: &str) -> bool {
    match audience {
        Value::Array(several) => several.iter().any(|one| one == client_id),
        one => one == client_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::fault::{HEADER, ID_TOKEN, SEAL, TOKEN_RESPONSE};
    use serde_json::json;

    #[test]
    fn what_every_application_has_to_refuse_hangs_on_how_the_token_came() {
        let facts = Facts::example();
        for (lie, by_browser, by_code) in [
            (SEAL.unsigned(), true, false),
            (HEADER.set("alg", "none"), true, false),
            (HEADER.set("x", 1), false, false),
            (ID_TOKEN.remove("aud"), true, true),
            (ID_TOKEN.payload("7"), true, true),
            (TOKEN_RESPONSE.remove("id_token"), false, true),
            (TOKEN_RESPONSE.set("id_token", json!(7)), false, true),
            (TOKEN_RESPONSE.set("expires_in", json!("soon")), false, false),
        ] {
            let broken = [Flow::IdToken, Flow::CodeIdToken, Flow::Code]
                .map(|flow| breaks_a_rule(&lie, &facts, Asked { flow, nonce: true }));

            assert_eq!(broken, [by_browser, by_browser, by_code], "{lie}");
        }
    }

    #[test]
    fn a_nonce_is_wrong_only_if_one_was_asked_for() {
        for lie in [ID_TOKEN.set("nonce", "x"), ID_TOKEN.remove("nonce"), ID_TOKEN.append("nonce", "1")] {
            for nonce in [true, false] {
                let asked = Asked { flow: Flow::Code, nonce };
                assert_eq!(breaks_a_rule(&lie, &Facts::example(), asked), nonce, "{lie}");
            }
        }
    }
}

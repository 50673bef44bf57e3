//! What can be told to an issuer while it runs, beyond what tests usually need.

use serde::{Deserialize, Serialize};

use super::{Tenant, state::Lifetimes};
use crate::checks::Rules;
use crate::fault::FaultReport;
use crate::token::{Junk, KeyName};

/// Which key signs, and what the key set shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The RSA key that signs where an RSA key does.
    pub signing: KeyName,
    /// The keys of the set, in order. The first EC key among them signs ES256, the first Ed25519 key EdDSA.
    pub published: Vec<KeyName>,
    /// Entries that nobody can use, at the end of the set.
    #[serde(default)]
    pub junk: Vec<Junk>,
}

impl Keys {
    /// Refuses a choice that would be a lie: those are faults, which are written down when they fire.
    pub fn check(&self) -> Result<(), String> {
        if !self.signing.is_rsa_signing() {
            return Err(
                "\"signing\" must be rsa1, rsa2 or rsa3; for another family give the client another \
                 id_token_signed_response_alg"
                    .to_owned(),
            );
        }
        if !self.published.contains(&self.signing) {
            return Err(
                "\"published\" must contain the signing key; to hide it, arm a fault at the seam \"jwks\""
                    .to_owned(),
            );
        }
        if self.published.contains(&KeyName::Attacker) {
            return Err(
                "\"published\" must not contain the attacker's key; use rsa1 to rsa3, ec to ec3, ed to ed3, or \
                 encryption"
                    .to_owned(),
            );
        }
        let mut seen = Vec::new();
        for name in &self.published {
            if seen.contains(name) {
                return Err(format!("\"published\" contains {} twice; name every key once", name.kid()));
            }
            seen.push(*name);
        }
        Ok(())
    }
}

/// How an issuer behaves; every member can be changed while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manner {
    /// How picky it is.
    pub rules: Rules,
    /// Whether responses name the issuer (RFC 9207).
    pub issuer_parameter: bool,
    /// Whether responses stop at a page where a person may change them.
    pub pause: bool,
    /// Whether people are asked what they allow, once per application.
    pub consent: bool,
    /// For how many seconds a code is good.
    pub code_lifetime: i64,
    /// For how many seconds an ID Token is good.
    pub id_token_lifetime: i64,
    /// For how many seconds an access token is good.
    pub access_token_lifetime: i64,
    /// For how many seconds a refresh token is good.
    pub refresh_token_lifetime: i64,
}

impl Tenant {
    /// Which key signs, and what the key set shows.
    pub fn keys(&self) -> Keys {
        let desk = self.state.desk();
        Keys { signing: desk.keys.rsa, published: desk.published().to_vec(), junk: desk.junk.clone() }
    }

    /// Signs with another key, and shows these keys. The error says what to write instead.
    pub fn set_keys(&self, keys: Keys) -> Result<(), String> {
        keys.check()?;
        self.state.desk().set_keys(keys);
        Ok(())
    }

    /// Stops every authorization response at a page where a person may look at it, change it, and send it.
    pub fn set_pause(&self, on: bool) {
        self.state.desk().pause = on;
    }

    /// How the issuer behaves.
    pub fn manner(&self) -> Manner {
        let desk = self.state.desk();
        Manner {
            rules: desk.rules,
            issuer_parameter: desk.issuer_parameter,
            pause: desk.pause,
            consent: desk.consent,
            code_lifetime: desk.lifetimes.code,
            id_token_lifetime: desk.lifetimes.id_token,
            access_token_lifetime: desk.lifetimes.access_token,
            refresh_token_lifetime: desk.lifetimes.refresh_token,
        }
    }

    /// Makes the issuer behave so.
    pub fn set_manner(&self, manner: &Manner) {
        let mut desk = self.state.desk();
        desk.rules = manner.rules;
        desk.issuer_parameter = manner.issuer_parameter;
        desk.pause = manner.pause;
        desk.consent = manner.consent;
        desk.lifetimes = Lifetimes {
            code: manner.code_lifetime,
            id_token: manner.id_token_lifetime,
            access_token: manner.access_token_lifetime,
            refresh_token: manner.refresh_token_lifetime,
        };
    }

    /// Forgets a client; false if there is none of that id.
    pub fn remove_client(&self, client_id: &str) -> bool {
        self.state.desk().remove_client(client_id)
    }

    /// Forgets a person; false if nobody has that username.
    pub fn remove_user(&self, username: &str) -> bool {
        self.state.desk().remove_user(username)
    }

    /// Disarms one fault by its number; false if there is none of that number.
    pub fn disarm(&self, id: u64) -> bool {
        self.state.armory.disarm_one(id)
    }

    /// Every fault that is armed, with the number that [`Tenant::disarm`] takes.
    pub fn armed_by_id(&self) -> Vec<(u64, FaultReport)> {
        self.state.armory.armed().iter().map(|armed| (armed.id(), armed.report())).collect()
    }
}

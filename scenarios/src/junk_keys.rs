//! Entries of the key set that nobody can use, each before the good one: it is found all the same.

use harness::{Expect, Input, Scenario};
use mock_idp::fault::JWKS;
use mock_idp::token::{Junk, KeyName, public_jwk};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[JUNK, MALFORMED];

/// A set of this entry and the key that signs.
fn before_the_good_one(label: &str, entry: &Value) -> Input {
    Input::new(label, vec![JWKS.set("keys", json!([entry, public_jwk(KeyName::Rsa1)]))])
}

/// An RSA key of another name, with one member changed or added.
fn other_key(member: &str, value: Value) -> Value {
    let mut key = public_jwk(KeyName::Encryption);
    key[member] = value;
    key
}

const JUNK: Scenario = Scenario::tolerate("keys/junk-beside-the-good-one")
    .clause("RFC 7517 5")
    .why("keys of kinds that the app does not know are ignored, and the good one is used")
    .covers(&["KEY-12"])
    .cold()
    .inputs(|_| {
        vec![
            before_the_good_one("an unknown kty", &Junk::UnknownKty.jwk()),
            before_the_good_one("an unknown crv", &Junk::UnknownCrv.jwk()),
            before_the_good_one("an unknown alg", &Junk::UnknownAlg.jwk()),
            before_the_good_one("an unknown use", &Junk::UnknownUse.jwk()),
            before_the_good_one("without its numbers", &Junk::MissingMembers.jwk()),
            before_the_good_one("numbers that are no base64url", &other_key("n", json!("not base64url!"))),
            before_the_good_one("octets", &json!({"kty": "oct", "kid": "junk-oct", "k": "c2VjcmV0"})),
        ]
    })
    .expect(Expect::Accepted);

const MALFORMED: Scenario = Scenario::should("keys/malformed-beside-the-good-one")
    .clause("RFC 7517 4, 4.5, 5, 9.2")
    .why("what is no proper key, or has the name of the good one, must not lock everybody out")
    .covers(&["KEY-12"])
    .cold()
    .inputs(|_| {
        let good = KeyName::Rsa1.kid();
        vec![
            before_the_good_one("null", &Value::Null),
            before_the_good_one("a kid that is a number", &other_key("kid", json!(1))),
            before_the_good_one("a private member", &other_key("d", json!("c2VjcmV0"))),
            before_the_good_one("a key for encryption, of the same kid", &other_key("kid", json!(good))),
            before_the_good_one(
                "octets, of the same kid",
                &json!({"kty": "oct", "kid": good, "k": "c2VjcmV0"}),
            ),
        ]
    })
    .expect(Expect::Accepted);

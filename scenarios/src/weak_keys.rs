//! RSA keys that the provider publishes and that prove nothing, because anybody can make their signatures.

use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{HEADER, JWKS, KeyChoice, SEAL, named};
use mock_idp::token::{KeyName, public_jwk};

pub(crate) const SCENARIOS: &[Scenario] = &[SHORT, UNSOUND, FORGED_PADDING, HUGE];

/// The provider publishes this key and signs with it.
fn published(name: KeyName, key: KeyChoice) -> Vec<Fault> {
    vec![JWKS.set("/keys/-", public_jwk(name)), HEADER.set("kid", name.kid()), SEAL.key(key)]
}

const SHORT: Scenario = Scenario::must("keys/short-key")
    .clause("RFC 7518 3.3; RFC 8725 3.5")
    .why("an RSA key of less than 2048 bits can be broken, so that anybody may come to sign with it")
    .covers(&["SIG-14"])
    .cold()
    .inputs(|_| {
        vec![
            Input::new("1024 bits", named::short_key()),
            Input::new("512 bits", published(KeyName::Tiny, KeyChoice::Tiny)),
        ]
    });

const UNSOUND: Scenario = Scenario::should("keys/unsound-numbers")
    .clause("RFC 8017 3.1; RFC 8725 3.5")
    .why("a modulus is a product of odd primes, and an exponent is at least 3: with 1 a signature is what is signed")
    .covers(&["SIG-14"])
    .cold()
    .inputs(|_| {
        vec![
            Input::new("the exponent 1", published(KeyName::ExponentOne, KeyChoice::ExponentOne)),
            Input::new("an even modulus", published(KeyName::EvenModulus, KeyChoice::EvenModulus)),
        ]
    });

const FORGED_PADDING: Scenario = Scenario::must("keys/forged-padding")
    .clause("RFC 7515 5.2; RFC 8017 8.2.2, 9.2")
    .why("who overlooks what follows the hash takes a cube root for a signature by a key with the exponent 3: anybody can draw one")
    .covers(&["SIG-14"])
    .cold()
    .with(|| published(KeyName::ExponentThree, KeyChoice::ExponentThree));

const HUGE: Scenario = Scenario::policy("keys/huge-key")
    .clause("RFC 7518 3.3")
    .why("no clause says how long a key may be; what is far too long may be refused, and must not keep the app busy")
    .covers(&["SIG-14"])
    .cold()
    .run(|t| Box::pin(huge(t)));

async fn huge(t: &mut Trial) -> Outcome {
    let outcome = t.either("a key of 16,384 bits", published(KeyName::Huge, KeyChoice::Huge)).await;
    t.restart().await?;
    outcome
}

//! Keys that the token itself brings, or says where to find: `jwk`, `jku`, `x5c`, `x5u`, and a `kid` that is an
//! address. None of them may be believed, and no address of theirs asked.

use crate::decoy;
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::fault::{HEADER, KeyChoice, SEAL, named};
use mock_idp::token::{KeyName, certificate, public_jwk};
use mock_idp::{Fault, MockIdp};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] =
    &[EMBEDDED_KEY, KEY_WITH_MORE, CERTIFICATE, KEY_ADDRESS, CERTIFICATE_ADDRESS, ADDRESS_AS_KID];

const EMBEDDED_KEY: Scenario = Scenario::must("jose/embedded-jwk")
    .clause("RFC 8725 3.10; RFC 7515 4.1.3")
    .why("a token that brings its own key proves only that somebody has a key")
    .covers(&["JOSE-01", "professos/key-confusion-1-jwk-spoofing"])
    .with(named::embedded_jwk);

const CERTIFICATE: Scenario = Scenario::must("jose/x5c")
    .clause("RFC 8725 3.10; RFC 7515 4.1.6")
    .why("a certificate in the token, self-signed or not, is no key of the provider's key set")
    .covers(&[
        "JOSE-04",
        "professos/key-confusion-4-x5c-spoofing",
        "professos/key-confusion-4.1-x5c-trusted-untrusted",
        "professos/key-confusion-4.2-x5c-untrusted-trusted",
    ])
    .inputs(|_| {
        let (honest, attacker) = (certificate(KeyName::Rsa1), certificate(KeyName::Attacker));
        let input = |label, chain: Value| Input::new(label, forged(vec![HEADER.set("x5c", chain)]));
        let with_thumbprint = forged(vec![
            HEADER.set("x5c", json!([attacker])),
            HEADER.set("x5t", "AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ]);
        vec![
            input("the attacker's", json!([attacker])),
            input("the provider's, then the attacker's", json!([honest, attacker])),
            input("the attacker's, then the provider's", json!([attacker, honest])),
            Input::new("the attacker's, with a thumbprint of another", with_thumbprint),
        ]
    });

/// Scripts below: the decoy serves the attacker's key, the token points to it, nobody may ask.
const KEY_ADDRESS: Scenario = Scenario::must("jose/jku-elsewhere")
    .clause("RFC 8725 3.10; RFC 7515 4.1.2")
    .why("an address in the token must neither be fetched nor believed: it is the attacker's")
    .covers(&[
        "JOSE-02",
        "JOSE-03",
        "professos/key-confusion-2-jku-spoofing",
        "professos/key-confusion-2.1-jku-returns-untrusted-trusted",
        "professos/key-confusion-2.2-jku-returns-trusted-untrusted",
    ])
    .run(|t| Box::pin(key_address(t)));

async fn key_address(t: &mut Trial) -> Outcome {
    let (honest, attacker) = (public_jwk(KeyName::Rsa1), decoy::attacker_key());
    for (label, keys) in [
        ("the attacker's key", json!([attacker])),
        ("the attacker's key, then the provider's", json!([attacker, honest])),
        ("the provider's key, then the attacker's", json!([honest, attacker])),
    ] {
        let elsewhere = decoy::with_keys(keys).await?;
        let outcome = decoy::unasked(t, &elsewhere, named::header_jku(&address(&elsewhere))).await;
        t.input(label, outcome);
    }
    let elsewhere = decoy::with_keys(json!([attacker])).await?;
    let as_user = address(&elsewhere).replacen("://", &format!("://{}@", authority(t)), 1);
    let outcome = decoy::unasked(t, &elsewhere, named::header_jku(&as_user)).await;
    t.input("an address with the provider as its user", outcome);
    let redirected = decoy::redirecting(t, &address(&elsewhere))?;
    let outcome = decoy::unasked(t, &elsewhere, named::header_jku(&redirected.address)).await;
    t.input("an address of the provider that redirects", outcome);
    drop(redirected);
    let outcome = decoy::unasked(t, &elsewhere, named::header_jku("file:///etc/hostname")).await;
    t.input("a file", outcome);
    Ok(())
}

const CERTIFICATE_ADDRESS: Scenario = Scenario::must("jose/x5u-elsewhere")
    .clause("RFC 8725 3.10; RFC 7515 4.1.5")
    .why("a certificate from an address in the token is the attacker's, and asking for it is a request in his name")
    .covers(&["JOSE-04", "professos/key-confusion-3-x5u-spoofing"])
    .run(|t| Box::pin(certificate_address(t)));

async fn certificate_address(t: &mut Trial) -> Outcome {
    let elsewhere = decoy::with_body(rpcheck_fixtures::keys::certificates::RSA_ATTACKER).await?;
    decoy::unasked(t, &elsewhere, named::header_x5u(&address(&elsewhere))).await
}

const KEY_WITH_MORE: Scenario = Scenario::must("jose/jwk-that-points-elsewhere")
    .clause("RFC 8725 3.10; RFC 7515 4.1.3; RFC 7517 4.6, 4.7")
    .why("a key in the header stays the attacker's when it names a certificate or an address as its witness")
    .covers(&[
        "JOSE-01",
        "professos/key-confusion-1.1-jwk-spoofing-jwk-uri",
        "professos/key-confusion-2.3-jwk-contains-spoofed-jku",
        "professos/key-confusion-2.4-jwk-contains-spoofed-x5u",
        "professos/key-confusion-2.5-jwk-contains-spoofed-x5c",
    ])
    .run(|t| Box::pin(key_with_more(t)));

async fn key_with_more(t: &mut Trial) -> Outcome {
    let elsewhere = decoy::with_keys(json!([decoy::attacker_key()])).await?;
    let address = address(&elsewhere);
    let with = |name: &str, value: Value| {
        let mut key = decoy::attacker_key();
        key[name] = value;
        key
    };
    for (label, jwk) in [
        ("an address in place of the key", json!(address)),
        ("with jku", with("jku", json!(address))),
        ("with x5u", with("x5u", json!(address))),
        ("with x5c", with("x5c", json!([certificate(KeyName::Attacker)]))),
    ] {
        let outcome = decoy::unasked(t, &elsewhere, forged(vec![HEADER.set("jwk", jwk)])).await;
        t.input(label, outcome);
    }
    Ok(())
}

const ADDRESS_AS_KID: Scenario = Scenario::must("jose/kid-that-is-a-key")
    .clause("RFC 7515 4.1.4; RFC 8725 3.10")
    .why("kid is a name to look up among the provider's keys: neither an address nor a key")
    .covers(&[
        "professos/key-confusion-5-kid-spoofing-kid-uri",
        "professos/key-confusion-5.1-kid-spoofing-kid-jwk",
    ])
    .run(|t| Box::pin(address_as_kid(t)));

async fn address_as_kid(t: &mut Trial) -> Outcome {
    let elsewhere = decoy::with_keys(json!([decoy::attacker_key()])).await?;
    let faults = forged(vec![HEADER.set("kid", address(&elsewhere))]);
    let outcome = decoy::unasked(t, &elsewhere, faults).await;
    t.input("an address", outcome);
    let faults = forged(vec![HEADER.set("kid", decoy::attacker_key().to_string())]);
    let outcome = decoy::unasked(t, &elsewhere, faults).await;
    t.input("a key as JSON", outcome);
    Ok(())
}

/// Signed by the attacker's key.
fn forged(mut header: Vec<Fault>) -> Vec<Fault> {
    header.push(SEAL.key(KeyChoice::Attacker));
    header
}

fn address(elsewhere: &MockIdp) -> String {
    format!("{}/jwks", elsewhere.base_url())
}

/// Host and port of the provider.
fn authority(t: &Trial) -> String {
    let issuer = t.facts().issuer.as_str();
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}

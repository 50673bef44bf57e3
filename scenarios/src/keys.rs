//! The provider's key set: found by discovery, fetched again when it changes, and not at anybody's command.

use crate::flood::{Meter, post_made_up_kids};
use harness::scenario::LONGEST_COOL_DOWN;
use harness::trial::HONEST;
use harness::{Expect, Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::{DISCOVERY, HEADER, JWKS, KeyChoice, SEAL, WIRE, named};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::Endpoint;
use mock_idp::{Grace, MockIdp};
use serde_json::json;
use std::time::Duration;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ROTATED,
    ROTATED_BEFORE_SIGNING,
    UNKNOWN_KIDS,
    FOUND_BY_DISCOVERY,
    NO_KID_ONE_KEY,
    BROKEN_REFETCH,
    ENCRYPTION_KEY,
    NO_KID_SEVERAL_KEYS,
    OTHER_ALG,
    NO_VERIFICATION,
    INLINE,
];

const ROTATED: Scenario = Scenario::tolerate("keys/rotated")
    .clause("OIDC Core 10.1.1")
    .demands("a verifier fetches the key set again when it sees a kid that it does not know")
    .why("providers change their keys: a new kid means a look at the key set, not a locked door")
    .covers(&["KEY-01", "oidcc-client-test-signing-key-rotation"])
    .alone()
    .cools_down()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(rotated(t)));

async fn rotated(t: &mut Trial) -> Outcome {
    t.honest().await?;
    t.tenant().rotate_keys(Grace::KeepOld);
    keys_are_old(t).await?;
    t.attempt(Vec::new(), Expect::Accepted).await
}

/// An app may leave the key set alone for a while after it has seen it, if its profile says so: that while passes, in
/// real time where no clock can be set.
#[expect(
    clippy::disallowed_methods,
    reason = "no event tells that keys are old: the profile says after how long they are"
)]
async fn keys_are_old(t: &mut Trial) -> Outcome {
    let wait = t.facts().jwks_cool_down;
    if t.tenant().clock().is_frozen() {
        t.advance(wait);
        return Ok(());
    }
    let Some(seconds) = u64::try_from(wait).ok().filter(|seconds| *seconds > 0) else { return Ok(()) };
    if wait > LONGEST_COOL_DOWN {
        return Err(Stop::NotRun(Reason::Needs(
            "needs an app whose clock can be set, or a jwks_cool_down of at most 90 s in its profile, which is waited for",
        )));
    }
    // Who counts in whole seconds may be one behind.
    let seconds = seconds + 1;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    t.observe(format!("the key changed, and {seconds} s were waited, for the jwks_cool_down of the profile"));
    Ok(())
}

const ROTATED_BEFORE_SIGNING: Scenario = Scenario::tolerate("keys/rotated-before-signing")
    .clause("OIDC Core 10.1.1")
    .demands("a verifier fetches the key set again when it sees a kid that it does not know")
    .why("the key may change between the start of a login and its end")
    .covers(&["oidcc-client-test-signing-key-rotation-just-before-signing"])
    .alone()
    .cools_down()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(rotated_before_signing(t)));

async fn rotated_before_signing(t: &mut Trial) -> Outcome {
    t.honest().await?;
    let mut agent = t.agent().await?;
    let form = agent.begin_at_login_page().await?;
    t.tenant().rotate_keys(Grace::DropOld);
    keys_are_old(t).await?;
    agent.enter_password(form, HONEST).await?.accepted(&t.subject(HONEST)?)
}

const UNKNOWN_KIDS: Scenario = Scenario::harden("keys/unknown-kids")
    .clause("RFC 8725 3.10; OIDC Core 10.1.1")
    .why("anybody can post tokens with made-up kids: each of them must not cost the provider a request")
    .covers(&["KEY-05"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(unknown_kids(t)));

async fn unknown_kids(t: &mut Trial) -> Outcome {
    let meter = Meter::new(t);
    let flood = t.profile().flood;
    let mut agent = t.agent().await?;
    post_made_up_kids(&mut agent, flood).await?;
    let subject = agent.probe().await?;
    let seen = format!("signed in as {subject:?}");
    t.demand(subject.is_none(), meter.start(), "none of the tokens is believed", seen)?;
    meter.judge(t, flood, "tokens")
}

const FOUND_BY_DISCOVERY: Scenario = Scenario::tolerate("keys/found-by-discovery")
    .clause("OIDC Discovery 3, 4.2")
    .why("the key set is where the metadata says, at whatever address that is")
    .covers(&[
        "oidcc-client-test-discovery-jwks-uri-keys",
        "KEY-18",
        "oidcc-client-test-discovery-openid-config",
    ])
    .cold()
    .run(|t| Box::pin(found_by_discovery(t)));

async fn found_by_discovery(t: &mut Trial) -> Outcome {
    let elsewhere = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let moved = DISCOVERY.set("jwks_uri", format!("{}/jwks", elsewhere.base_url()));
    t.attempt(vec![moved], Expect::Accepted).await?;
    let asked = elsewhere.tenant().trace().count(Endpoint::Jwks);
    t.demand(asked > 0, 0, "the key set is fetched from the address in the metadata", "nobody asked there")
}

const NO_KID_ONE_KEY: Scenario = Scenario::tolerate("keys/no-kid-one-key")
    .clause("OIDC Core 10.1; RFC 7515 4.1.4")
    .why("with one fitting key in the set, a token needs no kid")
    .covers(&["oidcc-client-test-kid-absent-single-jwks"])
    .cold()
    .with(|| vec![HEADER.remove("kid"), JWKS.remove("/keys/*/kid")])
    .expect(Expect::Accepted);

const BROKEN_REFETCH: Scenario = Scenario::harden("keys/broken-refetch")
    .clause("OIDC Core 10.1.1")
    .why("a key set that fails to load, or comes empty, must not take the keys away that are known")
    .covers(&["KEY-08"])
    .cold()
    .slow()
    .run(|t| Box::pin(broken_refetch(t)));

async fn broken_refetch(t: &mut Trial) -> Outcome {
    let set = WIRE.at(Endpoint::Jwks);
    for (label, faults) in [
        ("500", vec![set.status(500)]),
        ("not modified", vec![set.status(304)]),
        ("dropped", vec![set.hang_up()]),
        ("cut off", vec![set.truncate(40)]),
        ("silent", vec![set.delay(60_000)]),
        ("no JSON", vec![set.body("<html>maintenance</html>")]),
        ("no keys", vec![JWKS.set("keys", json!([]))]),
        ("an empty object", vec![JWKS.remove("keys")]),
        ("10 MB in 10 KB", vec![set.body(" ".repeat(10 << 20)), set.gzip()]),
    ] {
        let outcome = survives(t, faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A forged token with an unknown kid makes the app look again, in vain; a good token is believed all the same.
async fn survives(t: &Trial, faults: Vec<Fault>) -> Outcome {
    t.restart().await?;
    t.honest().await?;
    let broken = t.arm(faults)?;
    t.attempt(named::unknown_kid(), Expect::RefusedOrUnavailable).await?;
    t.honest_after().await?;
    harness::trial::meaningful(&broken.report())
}

const ENCRYPTION_KEY: Scenario = Scenario::should("keys/encryption-key")
    .clause("RFC 7517 4.2, 4.3; OIDC Core 10.1")
    .why("a key that is published for encryption signs nothing")
    .covers(&["SIG-10"])
    .cold()
    .with(|| {
        vec![
            JWKS.set("/keys/-", public_jwk(KeyName::Encryption)),
            HEADER.set("kid", KeyName::Encryption.kid()),
            SEAL.key(KeyChoice::Encryption),
        ]
    });

const NO_KID_SEVERAL_KEYS: Scenario = Scenario::policy("keys/no-kid-several-keys")
    .clause("OIDC Core 10.1")
    .why("with several fitting keys and no kid, an app may try them all or refuse; it must not crash")
    .covers(&["oidcc-client-test-kid-absent-multiple-jwks", "KEY-13"])
    .cold()
    .run(|t| Box::pin(no_kid_several_keys(t)));

async fn no_kid_several_keys(t: &mut Trial) -> Outcome {
    let others = [KeyName::Rsa2, KeyName::Encryption].map(|name| {
        let mut key = public_jwk(name);
        key["use"] = "sig".into();
        JWKS.set("/keys/-", key)
    });
    let mut faults = others.to_vec();
    faults.extend([JWKS.remove("/keys/*/kid"), HEADER.remove("kid")]);
    let outcome = t.either("a token without kid, with three RSA keys in the set,", faults).await;
    t.restart().await?;
    outcome
}

const OTHER_ALG: Scenario = Scenario::should("keys/key-for-another-algorithm")
    .clause("RFC 7517 4.4; RFC 8725 3.1, 3.5")
    .why("a key that says it is for one algorithm signs with no other, even if the numbers would fit")
    .covers(&["KEY-15"])
    .cold()
    .with(|| {
        let mut key = public_jwk(KeyName::Rsa2);
        key["alg"] = "RS512".into();
        vec![JWKS.set("/keys/-", key), HEADER.set("kid", KeyName::Rsa2.kid()), SEAL.key(KeyChoice::Other)]
    });

const NO_VERIFICATION: Scenario = Scenario::should("keys/key-operations")
    .clause("RFC 7517 4.3; OIDC Core 10.1")
    .why("a key whose key_ops do not name verify is published for something else")
    .covers(&["SIG-10"])
    .cold()
    .with(|| {
        let mut key = public_jwk(KeyName::Encryption);
        if let Some(members) = key.as_object_mut() {
            members.remove("use");
            members.remove("alg");
        }
        key["key_ops"] = json!(["wrapKey", "encrypt"]);
        vec![
            JWKS.set("/keys/-", key),
            HEADER.set("kid", KeyName::Encryption.kid()),
            SEAL.key(KeyChoice::Encryption),
        ]
    });

const INLINE: Scenario = Scenario::should("keys/set-inside-the-metadata")
    .clause("OIDC Discovery 3; OIDC Core 10.1")
    .why("the provider's keys are at jwks_uri; a jwks member of its metadata is no part of the specification")
    .covers(&["KEY-20"])
    .cold()
    .with(|| {
        let set = json!({"keys": [public_jwk(KeyName::Attacker)]});
        vec![
            DISCOVERY.set("jwks", set),
            HEADER.set("kid", KeyName::Attacker.kid()),
            SEAL.key(KeyChoice::Attacker),
        ]
    });

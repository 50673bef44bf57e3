//! How the key set is fetched, kept and given up: slow, broken, huge, replaced, withdrawn.

use crate::decoy;
use crate::flood::post_made_up_kids;
use harness::trial::HONEST;
use harness::{Expect, Input, Need, Outcome, Scenario, Trial};
use mock_idp::fault::{HEADER, JWKS, KeyChoice, SEAL, WIRE};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::Endpoint;
use mock_idp::{Fault, Grace};
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] = &[
    GRACE,
    WITHDRAWN,
    SAME_KID,
    AFTER_A_FLOOD,
    SINGLE_FLIGHT,
    BROKEN_WHILE_COLD,
    MONSTERS,
    NEVER_CACHED,
    MANY_KEYS,
    NO_KID_PUBLISHED,
    REDIRECTED,
    ANSWER_HEADERS,
];

const GRACE: Scenario = Scenario::tolerate("keys/old-key-still-published")
    .clause("OIDC Core 10.1.1")
    .why("while the old key is in the set, tokens that it signed are good")
    .covers(&["KEY-02"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(grace(t)));

async fn grace(t: &mut Trial) -> Outcome {
    t.tenant().rotate_keys(Grace::KeepOld);
    t.restart().await?;
    t.honest().await?;
    t.attempt(by_the_old_key(), Expect::Accepted).await
}

/// Signed by the key from before the rotation, and saying so.
fn by_the_old_key() -> Vec<Fault> {
    vec![HEADER.set("kid", KeyName::Rsa1.kid()), SEAL.key(KeyChoice::Other)]
}

const WITHDRAWN: Scenario = Scenario::should("keys/withdrawn-key")
    .clause("OIDC Core 10.1.1; RFC 7517 5")
    .why("a key that the provider has withdrawn, perhaps because it was stolen, signs nothing once the app has seen the new set")
    .covers(&["KEY-03"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(withdrawn(t)));

async fn withdrawn(t: &mut Trial) -> Outcome {
    t.tenant().rotate_keys(Grace::DropOld);
    t.restart().await?;
    t.honest().await?;
    t.attempt(by_the_old_key(), Expect::Refused).await
}

const SAME_KID: Scenario = Scenario::policy("keys/same-kid-other-key")
    .clause("OIDC Core 10.1.1; RFC 7517 4.5")
    .why("a provider that changes a key under its name gives no sign of it; an app may look again or wait until it does anyway")
    .covers(&["KEY-04"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(same_kid(t)));

async fn same_kid(t: &mut Trial) -> Outcome {
    t.honest().await?;
    let mut key = public_jwk(KeyName::Rsa2);
    key["kid"] = KeyName::Rsa1.kid().into();
    let set = t.arm(vec![JWKS.set("keys", json!([key]))])?;
    let outcome = t.either("another key under the kid that is known", vec![SEAL.key(KeyChoice::Other)]).await;
    drop(set);
    t.restart().await?;
    outcome
}

const AFTER_A_FLOOD: Scenario = Scenario::harden("keys/rotated-after-a-flood")
    .clause("OIDC Core 10.1.1")
    .why("whoever posts tokens with made-up kids must not be able to keep the app from seeing the provider's new key")
    .covers(&["KEY-06"])
    .alone()
    .needs(&[Need::Restart, Need::Clock])
    .run(|t| Box::pin(after_a_flood(t)));

/// Seconds, the most that people may be kept out.
const BEARABLE: i64 = 600;

async fn after_a_flood(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    post_made_up_kids(&mut agent, 10).await?;
    t.tenant().rotate_keys(Grace::DropOld);
    let mut waited = 0;
    while waited <= BEARABLE {
        let landing = t.agent().await?.log_in(HONEST).await?;
        if landing.subject.is_some() {
            t.observe(format!("after a flood of made-up kids a new key is believed within {waited} s"));
            return landing.accepted(&t.subject(HONEST)?);
        }
        let step = t.facts().jwks_cool_down.max(10);
        t.advance(step);
        waited += step;
    }
    Err(t.found(0, format!("the new key is believed within {BEARABLE} s"), "nobody could sign in"))
}

const SINGLE_FLIGHT: Scenario = Scenario::harden("keys/one-request-for-many-logins")
    .clause("OIDC Core 10.1.1; RFC 9111 4")
    .why("when keys are new to the app, all who sign in at that moment need them: one of them asks, not each")
    .covers(&["KEY-07"])
    .cold()
    .needs(&[Need::HandMadeRequests])
    .at_once()
    .run(|t| Box::pin(single_flight(t)));

const AT_ONCE: usize = 100;
const FEW: usize = 4;
/// How long the key set is under way, in milliseconds: until the last of those who sign in at once needs it, too.
const UNDER_WAY: u64 = 300;

async fn single_flight(t: &mut Trial) -> Outcome {
    let outcome = many_at_once(t, "after a start").await;
    t.input("after a start", outcome);
    t.tenant().rotate_keys(Grace::DropOld);
    let outcome = many_at_once(t, "after a rotation").await;
    t.input("after a rotation", outcome);
    Ok(())
}

async fn many_at_once(t: &mut Trial, when: &str) -> Outcome {
    let mut waiting = Vec::new();
    for _ in 0..AT_ONCE {
        let mut agent = t.agent().await?;
        let pending = agent.begin(HONEST).await?;
        waiting.push((agent, pending));
    }
    let (start, before) = (t.position(), t.tenant().trace().count(Endpoint::Jwks));
    let guard = t.arm(vec![WIRE.at(Endpoint::Jwks).delay(UNDER_WAY)])?;
    let deliver = waiting.iter_mut().map(|(agent, pending)| agent.post(&pending.form.fields));
    for page in futures::future::join_all(deliver).await {
        page?;
    }
    let asked = t.tenant().trace().count(Endpoint::Jwks) - before;
    drop(guard);
    let mut in_vain = 0;
    for (agent, _) in &mut waiting {
        in_vain += usize::from(agent.probe().await?.is_none());
    }
    t.demand(in_vain == 0, start, "everybody is signed in", format!("{in_vain} of {AT_ONCE} are not"))?;
    t.observe(format!("the first {AT_ONCE} logins {when}, at once, cost {asked} requests for the key set"));
    t.demand(
        asked <= FEW,
        start,
        &format!("at most {FEW} requests for the key set"),
        format!("{asked} requests for {AT_ONCE} logins"),
    )
}

const BROKEN_WHILE_COLD: Scenario = Scenario::harden("keys/unavailable")
    .clause("RFC 9110 15.6.3, 15.6.4")
    .why("a key set that cannot be read is no crash of the app: nobody gets in, and everybody does once it can be read")
    .covers(&["KEY-09", "KEY-10"])
    .cold()
    .slow()
    .inputs(|_| {
        let set = WIRE.at(Endpoint::Jwks);
        vec![
            Input::new("500", vec![set.status(500)]),
            Input::new("not modified", vec![set.status(304)]),
            Input::new("dropped", vec![set.hang_up()]),
            Input::new("cut off", vec![set.truncate(40)]),
            Input::new("no JSON", vec![set.body("<html>maintenance</html>")]),
            Input::new("no keys", vec![JWKS.set("keys", json!([]))]),
            Input::new("an empty object", vec![JWKS.remove("keys")]),
            Input::new("a byte in a second", vec![set.drip(1)]),
            Input::new("silent", vec![set.delay(60_000)]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const MONSTERS: Scenario = Scenario::harden("keys/monstrous-set")
    .clause("RFC 9110 15.6; RFC 8259 9")
    .why("a key set is a few kilobytes; what is endless or bottomless must not take the app with it")
    .covers(&["KEY-11"])
    .cold()
    .inputs(|_| {
        let set = WIRE.at(Endpoint::Jwks);
        vec![
            Input::new("10 MB", vec![set.body(" ".repeat(10 << 20))]),
            Input::new("10 MB in 10 KB", vec![set.body(" ".repeat(10 << 20)), set.gzip()]),
            Input::new("nested 100,000 deep", vec![set.body("[".repeat(100_000))]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const MANY_KEYS: Scenario = Scenario::policy("keys/many-keys")
    .clause("RFC 7517 5")
    .why("a set of a thousand keys is odd; an app may use it or say that it is too large")
    .covers(&["KEY-11"])
    .cold()
    .run(|t| Box::pin(many_keys(t)));

async fn many_keys(t: &mut Trial) -> Outcome {
    let junk = |number| json!({"kty": "RSA", "kid": format!("junk-{number}"), "n": "AQAB", "e": "AQAB"});
    let mut keys: Vec<_> = (0..1000).map(junk).collect();
    keys.push(public_jwk(KeyName::Rsa1));
    let outcome = t.either("a set of 1,001 keys", vec![JWKS.set("keys", json!(keys))]).await;
    t.restart().await?;
    outcome
}

const NEVER_CACHED: Scenario = Scenario::harden("keys/kept")
    .clause("OIDC Core 10.1.1; RFC 9111 4.2")
    .why("keys change once in months: an app that asks for them at every login makes every login slower and the provider pay")
    .covers(&["KEY-21"])
    .alone()
    .run(|t| Box::pin(kept(t)));

async fn kept(t: &mut Trial) -> Outcome {
    const LOGINS: usize = 100;
    const FEW: usize = 5;
    let (start, before) = (t.position(), t.tenant().trace().count(Endpoint::Jwks));
    for _ in 0..LOGINS {
        t.honest().await?;
    }
    let asked = t.tenant().trace().count(Endpoint::Jwks) - before;
    t.observe(format!("{LOGINS} logins cost {asked} requests for the key set"));
    t.demand(
        asked <= FEW,
        start,
        &format!("at most {FEW} requests for the key set"),
        format!("{asked} requests for {LOGINS} logins"),
    )
}

const NO_KID_PUBLISHED: Scenario = Scenario::policy("keys/kid-in-the-token-only")
    .clause("OIDC Core 10.1; RFC 7517 4.5")
    .why("a token names a key and the set names none: an app may try the only one there is or refuse, and must not crash")
    .covers(&["KEY-14"])
    .cold()
    .run(|t| Box::pin(no_kid_published(t)));

async fn no_kid_published(t: &mut Trial) -> Outcome {
    let one = JWKS.set("keys", json!([public_jwk(KeyName::Rsa1)]));
    let nameless = vec![one.clone(), JWKS.remove("/keys/*/kid")];
    let outcome = t.either("a token whose kid no key of the set has, because none has one,", nameless).await;
    t.input("no kid in the set", outcome);
    t.restart().await?;
    let renamed = vec![one, JWKS.set("/keys/0/kid", "another-name")];
    let outcome = t.either("a token whose kid the only key of the set does not have", renamed).await;
    t.input("another kid in the set", outcome);
    t.restart().await
}

const REDIRECTED: Scenario = Scenario::harden("keys/redirected-elsewhere")
    .clause("RFC 9110 15.4; RFC 9700 4.11")
    .why("a redirect from the key set must not lead to a file, round in circles, or to whoever the provider never named")
    .covers(&["KEY-17"])
    .cold()
    .run(|t| Box::pin(redirected(t)));

async fn redirected(t: &mut Trial) -> Outcome {
    let set = WIRE.at(Endpoint::Jwks);
    let itself = format!("{}/jwks", t.facts().issuer.trim_end_matches('/'));
    for (label, to) in [("to a file", "file:///etc/hostname".to_owned()), ("without end, to itself", itself)]
    {
        t.restart().await?;
        let outcome = t.attempt(vec![set.redirect(to)], Expect::RefusedOrUnavailable).await;
        t.input(label, outcome);
    }
    t.restart().await?;
    let elsewhere = decoy::with_keys(json!([decoy::attacker_key()])).await?;
    let there = set.redirect(format!("{}/jwks", elsewhere.base_url()));
    let outcome = decoy::unvisited(t, &elsewhere, vec![there, SEAL.key(KeyChoice::Attacker)]).await;
    t.input("to another host", outcome);
    t.restart().await
}

const ANSWER_HEADERS: Scenario = Scenario::policy("keys/how-long-they-are-kept")
    .clause("OIDC Core 10.1.1; RFC 9111 5.2.2")
    .why("how long keys are kept is the app's choice; hours are usual, days let a stolen key live on")
    .covers(&["KEY-16"])
    .alone()
    .needs(&[Need::Restart, Need::Clock])
    .run(|t| Box::pin(answer_headers(t)));

async fn answer_headers(t: &mut Trial) -> Outcome {
    t.honest().await?;
    for (label, seconds) in [("a minute", 60), ("ten minutes", 600), ("an hour", 3600), ("a day", 86_400)] {
        let before = t.tenant().trace().count(Endpoint::Jwks);
        t.advance(seconds);
        t.honest().await?;
        if t.tenant().trace().count(Endpoint::Jwks) > before {
            t.observe(format!("keys are fetched again after {label} at the latest"));
            return Ok(());
        }
    }
    t.observe("keys are still not fetched again after a day");
    Ok(())
}

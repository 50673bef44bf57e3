//! Two providers that the app trusts: what one of them says must never pass for the other's word. The second one is the
//! hostile one.

use crate::params::with;
use harness::trial::{FORGED, FORGED_SUBJECT, HONEST, meaningful};
use harness::{Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{DISCOVERY, ID_TOKEN, SEAL};
use serde_json::Value;

pub(crate) const SCENARIOS: &[Scenario] = &[
    LOGIN_THERE,
    FOREIGN_TOKEN,
    CLAIMS_TO_BE,
    NAME_OF_ANOTHER,
    CROSSED,
    HELD_BACK,
    SENT_THERE,
    SAME_CALLBACK,
];

const SET_UP: &str = "two-issuers";

const LOGIN_THERE: Scenario = Scenario::tolerate("issuers/login-with-either")
    .clause("OIDC Core 3.1.2.1; OIDC Discovery 4.1")
    .why("an app that trusts two providers lets people in from both")
    .variant(SET_UP)
    .run(|t| Box::pin(login_there(t)));

async fn login_there(t: &mut Trial) -> Outcome {
    let here = t.agent().await?.log_in(HONEST).await?.accepted(&t.subject(HONEST)?);
    t.input("the first", here);
    let start = t.start_at_other()?;
    let there = t.agent().await?.log_in_at(&start, HONEST).await?.accepted(&t.subject(HONEST)?);
    t.input("the second", there);
    Ok(())
}

const FOREIGN_TOKEN: Scenario = Scenario::must("issuers/token-of-the-other")
    .clause("OIDC Core 3.1.3.7 (2), (6); RFC 9700 4.4")
    .why("a login that began at one provider ends with its word: another one that the app trusts as well may be hostile")
    .covers(&["MIX-01", "ISS-04", "ROB-09"])
    .variant(SET_UP)
    .run(|t| Box::pin(foreign_token(t)));

async fn foreign_token(t: &mut Trial) -> Outcome {
    let (here, there) = (t.facts().issuer.clone(), t.other()?.issuer());
    for (label, by_other, faults) in [
        ("the other's word, with the right nonce", true, Vec::new()),
        ("the other's key under this one's name", true, vec![ID_TOKEN.set("iss", here.as_str())]),
        ("this one's key under the other's name", false, vec![ID_TOKEN.set("iss", there.as_str())]),
    ] {
        let outcome = answered_by(t, by_other, &faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A login that began here ends with this token.
async fn answered_by(t: &Trial, other: bool, faults: &[Fault]) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let nonce = pending.asked("nonce");
    let token = if other { by_the_other(t, &nonce, faults)? } else { t.mint(FORGED, Some(&nonce), faults)? };
    agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()
}

fn by_the_other(t: &Trial, nonce: &str, faults: &[Fault]) -> Result<String, harness::Stop> {
    let minted = t.other()?.mint(FORGED, &t.facts().client_id, Some(nonce), faults);
    minted.map_err(|error| harness::Stop::Broken(format!("a token cannot be minted: {error}")))
}

const CLAIMS_TO_BE: Scenario = Scenario::must("issuers/other-claims-to-be-this")
    .clause("OIDC Core 2, 3.1.3.7 (2)")
    .why("a hostile provider that people may choose can write any name into its tokens; its own is what counts")
    .covers(&[
        "professos/id-spoofing-2-id-token-sub-iss",
        "professos/id-spoofing-4-id-token-sub-no-iss",
        "professos/id-spoofing-5-id-token-sub-empty-iss",
        "professos/issuer-confusion",
    ])
    .variant(SET_UP)
    .run(|t| Box::pin(claims_to_be(t)));

async fn claims_to_be(t: &mut Trial) -> Outcome {
    let here = t.facts().issuer.clone();
    for (label, fault) in [
        ("the honest issuer", ID_TOKEN.set("iss", here.as_str())),
        ("no issuer", ID_TOKEN.remove("iss")),
        ("an empty issuer", ID_TOKEN.set("iss", "")),
        ("null", ID_TOKEN.set("iss", Value::Null)),
    ] {
        let outcome = at_the_other(t, vec![fault]).await;
        t.input(label, outcome);
    }
    let metadata = DISCOVERY.set("issuer", here.as_str());
    let outcome = confused(t, vec![metadata, ID_TOKEN.set("iss", here.as_str())]).await;
    t.input("the honest issuer, in its metadata too", outcome);
    Ok(())
}

async fn at_the_other(t: &Trial, faults: Vec<Fault>) -> Outcome {
    let guard = t.other()?.arm(faults)?;
    let landing = t.agent().await?.log_in_at(&t.start_at_other()?, FORGED).await?;
    meaningful(&guard.report())?;
    landing.refused()
}

/// The app reads the hostile metadata afresh, and gets no further.
async fn confused(t: &Trial, faults: Vec<Fault>) -> Outcome {
    let guard = t.other()?.arm(faults)?;
    t.restart().await?;
    let landing = t.agent().await?.log_in_at(&t.start_at_other()?, FORGED).await?;
    drop(guard);
    t.restart().await?;
    landing.refused_or_unavailable()
}

const NAME_OF_ANOTHER: Scenario = Scenario::must("issuers/name-of-somebody-else")
    .clause("OIDC Core 5.7")
    .why("name, preferred_username and email are what a provider likes to write; only iss and sub say who it is")
    .covers(&["professos/id-spoofing-3-id-token-name-username-email"])
    .variant(SET_UP)
    .run(|t| Box::pin(name_of_another(t)));

async fn name_of_another(t: &mut Trial) -> Outcome {
    t.honest().await?;
    let claims = [("name", "Alice Doe"), ("preferred_username", "alice"), ("email", "alice@example.test")];
    let mut faults: Vec<Fault> = claims.map(|(name, value)| ID_TOKEN.set(name, value)).into();
    faults.push(ID_TOKEN.set("email_verified", true));
    let guard = t.other()?.arm(faults)?;
    let landing = t.agent().await?.log_in_at(&t.start_at_other()?, FORGED).await?;
    meaningful(&guard.report())?;
    landing.accepted(FORGED_SUBJECT)
}

const CROSSED: Scenario = Scenario::must("issuers/answers-crossed")
    .clause("RFC 9700 4.4; OIDC Core 3.1.3.7 (2)")
    .why("two logins in one browser, one with each provider: the answer of one does not end the other")
    .covers(&["MIX-09", "professos/session-overwriting-1"])
    .variant(SET_UP)
    .run(|t| Box::pin(crossed(t)));

async fn crossed(t: &mut Trial) -> Outcome {
    for (label, honest_answer) in
        [("this one's answer to the other's login", true), ("the other's answer to this one's login", false)]
    {
        let outcome = crosswise(t, honest_answer).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn crosswise(t: &Trial, honest_answer: bool) -> Outcome {
    let mut agent = t.agent().await?;
    let here = agent.begin(FORGED).await?;
    let there = agent.begin_at(&t.start_at_other()?, FORGED).await?;
    let (answer, login) = if honest_answer { (&here, &there) } else { (&there, &here) };
    let mixed = with(&answer.form.fields, "state", &login.answer("state"));
    agent.deliver(&mixed).await?.refused()
}

const HELD_BACK: Scenario = Scenario::must("issuers/answer-held-back")
    .clause("RFC 9700 4.4; OIDC Core 3.1.3.7 (2), (6)")
    .why("a hostile provider may hold its answer back until a login with the honest one is under way in that browser")
    .covers(&["professos/session-overwriting-2", "professos/key-confusion-6-session-overwriting"])
    .variant(SET_UP)
    .run(|t| Box::pin(held_back(t)));

async fn held_back(t: &mut Trial) -> Outcome {
    let iss = ID_TOKEN.set("iss", t.facts().issuer.as_str());
    let mac = SEAL.hmac_secret(t.facts().client_id.as_str());
    let both = [iss, mac];
    let outcome = delivered_late(t, &both[..1]).await;
    t.input("signed with its own key", outcome);
    let outcome = delivered_late(t, &both).await;
    t.input("a MAC with the client id", outcome);
    Ok(())
}

async fn delivered_late(t: &Trial, faults: &[Fault]) -> Outcome {
    let mut agent = t.agent().await?;
    let there = agent.begin_at(&t.start_at_other()?, FORGED).await?;
    let _honest = agent.begin(HONEST).await?;
    let token = by_the_other(t, &there.asked("nonce"), faults)?;
    agent.deliver(&with(&there.form.fields, "id_token", &token)).await?.refused()
}

const SENT_THERE: Scenario = Scenario::must("issuers/sent-to-the-other")
    .clause("OIDC Core 3.1.3.7 (2); RFC 9700 4.4")
    .why("metadata may send people to another provider; whoever signs them in there, the login was one with this issuer")
    .covers(&["MIX-08"])
    .variant(SET_UP)
    .cold()
    .run(|t| Box::pin(sent_there(t)));

async fn sent_there(t: &mut Trial) -> Outcome {
    let there = t.other()?.issuer();
    for (label, faults) in [
        (
            "its authorization endpoint",
            vec![DISCOVERY.set("authorization_endpoint", format!("{there}/authorize"))],
        ),
        (
            "its authorization endpoint and its keys",
            vec![
                DISCOVERY.set("authorization_endpoint", format!("{there}/authorize")),
                DISCOVERY.set("jwks_uri", format!("{there}/jwks")),
            ],
        ),
    ] {
        let guard = t.arm(faults)?;
        t.restart().await?;
        let landing = t.agent().await?.log_in(FORGED).await;
        let told = meaningful(&guard.report());
        drop(guard);
        let landing = landing?;
        told?;
        t.input(label, landing.refused_or_unavailable());
    }
    t.restart().await
}

const SAME_CALLBACK: Scenario = Scenario::policy("issuers/callback-of-each")
    .clause("RFC 9700 4.4.2")
    .why("one callback for each provider is another way to tell their answers apart; iss in the answer is the better one")
    .covers(&["MIX-02"])
    .variant(SET_UP)
    .run(|t| Box::pin(same_callback(t)));

async fn same_callback(t: &mut Trial) -> Outcome {
    let here = t.agent().await?.begin(HONEST).await?.asked("redirect_uri");
    let there = t.agent().await?.begin_at(&t.start_at_other()?, HONEST).await?.asked("redirect_uri");
    let word = if here == there { "share one callback" } else { "have a callback each" };
    t.observe(format!("the providers {word}"));
    Ok(())
}

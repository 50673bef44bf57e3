//! Which sessions a logout token ends, and when.

use super::{SignedIn, VICTIM, address, obey, obeyed, post};
use crate::flood::{FLOOD, Meter};
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::fault::{KeyChoice, LOGOUT_HEADER, LOGOUT_SEAL, LOGOUT_TOKEN};
use mock_idp::{Fault, Grace};

pub(crate) const SCENARIOS: &[Scenario] =
    &[ENDS_SESSION, WHOSE, BEFORE_CALLBACK, REPLAYED, ANSWER, UNKNOWN, ROTATED, UNKNOWN_KIDS];

const ENDS_SESSION: Scenario = Scenario::must("back-channel/ends-session")
    .clause("Back-Channel Logout 2.7")
    .why("whom the provider has logged out must not go on here, although no browser told the app")
    .covers(&["BC-01", "BC-12", "oidcc-client-test-rp-backchannel-rpinitlogout"])
    .alone()
    .run(|t| Box::pin(obey_in_a_trial(t)));

async fn obey_in_a_trial(t: &mut Trial) -> Outcome {
    obey(t, VICTIM, Vec::new()).await
}

const WHOSE: Scenario = Scenario::must("back-channel/whose-session")
    .clause("Back-Channel Logout 2.4, 2.7")
    .why("a person's name ends all of that person's sessions, a session's name that one alone")
    .covers(&["BC-02"])
    .alone()
    .run(|t| Box::pin(whose(t)));

pub(crate) async fn whose(t: &mut Trial) -> Outcome {
    for (label, fault) in
        [("sid alone ends that one", Some(LOGOUT_TOKEN.remove("sub"))), ("sub and sid end that one", None)]
    {
        let outcome = of_two_sessions(t, fault, false).await;
        t.input(label, outcome);
    }
    let outcome = of_two_people(t).await;
    t.input("the sub of one person with the sid of another", outcome);
    let outcome = of_two_sessions(t, Some(LOGOUT_TOKEN.remove("sid")), true).await;
    t.input("sub alone ends both sessions of the person", outcome);
    Ok(())
}

/// One person in two browsers, and a token about the first.
async fn of_two_sessions(t: &Trial, fault: Option<Fault>, other_ends: bool) -> Outcome {
    let mut one = SignedIn::new(t, VICTIM).await?;
    let mut other = SignedIn::new(t, VICTIM).await?;
    let token = one.token(t, fault.into_iter().collect())?;
    let start = t.position();
    let answer = post(t, &token).await?;
    obeyed(t, start, &answer)?;
    one.is_over(t, start).await?;
    if other_ends { other.is_over(t, start).await } else { other.lives(t, start).await }
}

/// There is no such session, so that neither ends.
async fn of_two_people(t: &Trial) -> Outcome {
    let mut one = SignedIn::new(t, VICTIM).await?;
    let mut other = SignedIn::new(t, "gwen").await?;
    let token = one.token(t, vec![LOGOUT_TOKEN.set("sub", t.subject(other.user)?)])?;
    let start = t.position();
    post(t, &token).await?;
    one.lives(t, start).await?;
    other.lives(t, start).await
}

const BEFORE_CALLBACK: Scenario = Scenario::policy("back-channel/before-callback")
    .clause("Back-Channel Logout 2.7")
    .why("a logout may overtake the login that it is about: what then begins here has already ended at the provider")
    .covers(&["BC-14"])
    .alone()
    .run(|t| Box::pin(before_callback(t)));

async fn before_callback(t: &mut Trial) -> Outcome {
    address(t)?;
    let mut agent = t.agent().await?;
    let pending = agent.begin(VICTIM).await?;
    let id_token = pending.answer("id_token");
    let sid = super::sid(&id_token).unwrap_or_default();
    let late = SignedIn { agent, user: VICTIM, id_token, sid };
    post(t, &late.token(t, Vec::new())?).await?;
    let SignedIn { mut agent, .. } = late;
    let landing = agent.deliver(&pending.form.fields).await?;
    let alive = landing.subject.is_some();
    if alive { landing.accepted(&t.subject(VICTIM)?) } else { landing.refused() }?;
    let seen = if alive { "comes alive all the same" } else { "does not come alive" };
    t.observe(format!("a session that the provider ended before its callback {seen}"));
    Ok(())
}

const REPLAYED: Scenario = Scenario::should("back-channel/replayed")
    .clause("Back-Channel Logout 2.6")
    .why("a logout token that somebody kept must not end a session that began after it")
    .covers(&["BC-04"])
    .needs(&[Need::Clock])
    .alone()
    .run(|t| Box::pin(replayed(t)));

async fn replayed(t: &mut Trial) -> Outcome {
    let first = SignedIn::new(t, VICTIM).await?;
    let token = first.token(t, vec![LOGOUT_TOKEN.remove("sid")])?;
    post(t, &token).await?;
    t.advance(5);
    let mut later = SignedIn::new(t, VICTIM).await?;
    let start = t.position();
    let answer = post(t, &token).await?;
    let seen = answer.status;
    t.demand(matches!(seen, 200 | 204 | 400), start, "400, or 200 once more", seen.to_string())?;
    later.lives(t, start).await
}

const ANSWER: Scenario = Scenario::should("back-channel/answer")
    .clause("Back-Channel Logout 2.8")
    .why("an answer that is kept in a cache would tell the provider that a later logout went well too")
    .covers(&["BC-12", "oidcc-client-test-rp-backchannel-rpinitlogout"])
    .alone()
    .run(|t| Box::pin(answer(t)));

async fn answer(t: &mut Trial) -> Outcome {
    let victim = SignedIn::new(t, VICTIM).await?;
    for (label, token) in
        [("obeyed", victim.token(t, Vec::new())?), ("refused", "no.logout.token".to_owned())]
    {
        let start = t.position();
        let answer = post(t, &token).await?;
        let header = answer.header("cache-control").unwrap_or("no Cache-Control");
        let outcome = t.demand(header.contains("no-store"), start, "Cache-Control: no-store", header);
        t.input(label, outcome);
    }
    Ok(())
}

const UNKNOWN: Scenario = Scenario::policy("back-channel/nobody-here")
    .clause("Back-Channel Logout 2.7, 2.8")
    .why("a session that the app never had, or has no more, is logged out already")
    .covers(&["BC-13"])
    .alone()
    .run(|t| Box::pin(unknown(t)));

async fn unknown(t: &mut Trial) -> Outcome {
    for (label, faults) in [
        ("a sid that nobody has", vec![LOGOUT_TOKEN.set("sid", "rpcheck-no-such-session")]),
        (
            "a sub that nobody has",
            vec![LOGOUT_TOKEN.remove("sid"), LOGOUT_TOKEN.set("sub", "rpcheck-nobody")],
        ),
    ] {
        let outcome = asked_about_nobody(t, faults).await;
        let outcome = outcome.map(|status| t.observe(format!("{label}: {status}")));
        t.input(label, outcome);
    }
    Ok(())
}

async fn asked_about_nobody(t: &Trial, faults: Vec<Fault>) -> Result<u16, Stop> {
    let mut bystander = SignedIn::new(t, VICTIM).await?;
    let token = bystander.token(t, faults)?;
    let start = t.position();
    let answer = post(t, &token).await?;
    bystander.lives(t, start).await?;
    Ok(answer.status)
}

const ROTATED: Scenario = Scenario::tolerate("back-channel/key-rotated")
    .clause("Back-Channel Logout 2.6; OIDC Core 10.1.1")
    .why("providers change their keys: a logout signed with the new one must not be lost")
    .covers(&["BC-15"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(rotated(t)));

async fn rotated(t: &mut Trial) -> Outcome {
    let mut victim = SignedIn::new(t, VICTIM).await?;
    t.tenant().rotate_keys(Grace::KeepOld);
    let token = victim.token(t, Vec::new())?;
    let start = t.position();
    let answer = post(t, &token).await?;
    obeyed(t, start, &answer)?;
    victim.is_over(t, start).await
}

const UNKNOWN_KIDS: Scenario = Scenario::harden("back-channel/unknown-kids")
    .clause("RFC 8725 3.10; OIDC Core 10.1.1")
    .why("anybody can post logout tokens with made-up kids, without even a browser: each must not cost the provider a request")
    .covers(&["BC-16"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(unknown_kids(t)));

async fn unknown_kids(t: &mut Trial) -> Outcome {
    let mut victim = SignedIn::new(t, VICTIM).await?;
    let meter = Meter::new(t);
    for number in 0..FLOOD {
        let kid = LOGOUT_HEADER.set("kid", format!("made-up-{number}"));
        post(t, &victim.token(t, vec![kid, LOGOUT_SEAL.key(KeyChoice::Attacker)])?).await?;
    }
    victim.lives(t, meter.start()).await?;
    meter.judge(t, FLOOD, "logout tokens")
}

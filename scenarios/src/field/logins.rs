//! Logins that need more than a provider that says yes: their own secrets, what was demanded, and a way in past a proxy.

use super::answers::leads_on;
use crate::https::posted_to;
use crate::jar;
use harness::agent::Cookie;
use harness::trial::{HONEST, meaningful};
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::fault::{ID_TOKEN, WIRE};
use mock_idp::trace::Endpoint;
use mock_idp::{Fault, LoginPolicy};

pub(crate) const SCENARIOS: &[Scenario] = &[NEVER_GRANTED, OWN_VERIFIER, NEIGHBOUR, PUSHED, FORWARDED, HS256];

const NEVER_GRANTED: Scenario = Scenario::harden("field/claim-never-granted")
    .clause("OIDC Core 3.1.2.6, 3.1.3.7 (12)")
    .why("somebody who cannot get what is demanded of them is told so on a page, and not sent round in circles")
    .variant("acr")
    .run(|t| Box::pin(never_granted(t)));

async fn never_granted(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let guard = t.arm(vec![ID_TOKEN.remove("acr")])?;
    t.tenant().set_policy(LoginPolicy::Auto { user: HONEST.to_owned() });
    let start = t.position();
    let page = agent.look(&t.profile().start.clone()).await?;
    meaningful(&guard.report())?;
    leads_on(t, &page, start)
}

const OWN_VERIFIER: Scenario = Scenario::harden("field/verifier-of-its-own")
    .clause("RFC 7636 4.5, 4.6; RFC 9700 4.7")
    .why("a login is finished with its own code verifier, whichever logins were begun before it and left")
    .variant("code-with-userinfo")
    .run(|t| Box::pin(own_verifier(t)));

async fn own_verifier(t: &mut Trial) -> Outcome {
    for (label, finishes) in [("the first of two", 0), ("the second of two, the first one left", 1)] {
        let outcome = one_of_two(t, finishes).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn one_of_two(t: &Trial, finishes: usize) -> Outcome {
    let mut agent = t.agent().await?;
    let begun = [agent.begin(HONEST).await?, agent.begin(HONEST).await?];
    agent.deliver(&begun[finishes].form.fields).await?.accepted(&t.subject(HONEST)?)
}

const NEIGHBOUR: Scenario = Scenario::harden("field/neighbour")
    .clause("RFC 6265bis 8.5; RFC 9700 4.7")
    .why("cookies know no ports: a login at another app of this make on the same host does not end the one under way here")
    .run(|t| Box::pin(neighbour(t)));

async fn neighbour(t: &mut Trial) -> Outcome {
    let outcome = there_meanwhile(t).await;
    t.input("a login there while one is under way here", outcome);
    let outcome = here_meanwhile(t).await;
    t.input("a login here while one is under way there", outcome);
    Ok(())
}

async fn there_meanwhile(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let theirs = cookies_of_the_neighbour(t).await?;
    jar::plant(t, &mut agent, &theirs).await?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

async fn here_meanwhile(t: &Trial) -> Outcome {
    let theirs = cookies_of_the_neighbour(t).await?;
    let mut agent = jar::browser_with(t, &theirs).await?;
    let start = t.position();
    agent.begin(HONEST).await?;
    let after = jar::cookies(t, &mut agent).await?;
    let is_kept = |one: &&Cookie| after.iter().any(|now| (&now.name, &now.value) == (&one.name, &one.value));
    let lost = theirs.iter().filter(|one| !is_kept(one)).count();
    let seen = format!("{lost} of {} were changed", theirs.len());
    t.demand(lost == 0, start, "the cookies of the login there are left alone", seen)
}

/// What an app like this one keeps of a login: its secret is its own, so that nothing of it is signed by this one.
async fn cookies_of_the_neighbour(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let mut elsewhere = t.agent().await?;
    elsewhere.begin(HONEST).await?;
    let mut theirs = jar::cookies(t, &mut elsewhere).await?;
    if theirs.is_empty() {
        return Err(Trial::no_difference("the app keeps no cookie of a login"));
    }
    for cookie in &mut theirs {
        cookie.value = jar::flipped(&cookie.value, cookie.value.len() / 2);
    }
    Ok(theirs)
}

const PUSHED: Scenario = Scenario::harden("field/pushed-request-refused")
    .clause("RFC 9126 2.3; RFC 9110 15.5.1, 15.6.3")
    .why("a provider that refuses the pushed request has a quarrel with the app: the person has done nothing wrong")
    .variant("pushed")
    .run(|t| Box::pin(pushed(t)));

async fn pushed(t: &mut Trial) -> Outcome {
    let par = || WIRE.at(Endpoint::PushedAuthorization);
    let refusal = [
        par().status(400),
        par().content_type("application/json"),
        par().body(r#"{"error":"invalid_request"}"#),
    ];
    for (label, faults) in [
        ("400", vec![par().status(400)]),
        ("400, with the error of the standard", refusal.to_vec()),
        ("401", vec![par().status(401)]),
        ("no reference", vec![par().body("{}")]),
        ("503", vec![par().status(503)]),
    ] {
        let outcome = nobodys_fault(t, faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn nobodys_fault(t: &Trial, faults: Vec<Fault>) -> Outcome {
    let mut agent = t.agent().await?;
    let guard = t.arm(faults)?;
    let landing = agent.visit(&t.profile().start.clone()).await?;
    meaningful(&guard.report())?;
    landing.refused_or_unavailable()?;
    if (502..=504).contains(&landing.status()) {
        return Ok(());
    }
    Err(landing.found("502, 503 or 504: it is not the person's mistake", landing.seen()))
}

const FORWARDED: Scenario = Scenario::harden("field/forwarded-headers")
    .clause("RFC 7239 8.1; RFC 9110 7.6")
    .why("what a proxy says of where a request was sent may be nonsense; an honest answer is a login all the same")
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(forwarded(t)));

async fn forwarded(t: &mut Trial) -> Outcome {
    for (name, value) in [
        ("x-forwarded-port", "none"),
        ("x-forwarded-port", "99999"),
        ("x-forwarded-host", "a:b:c"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=\"a:b:c\";proto=gopher"),
    ] {
        let outcome = is_a_login(t, (name, value)).await;
        t.input(format!("{name}: {value}"), outcome);
    }
    Ok(())
}

async fn is_a_login(t: &Trial, header: (&str, &str)) -> Outcome {
    let callback = t.facts().callback.clone();
    if posted_to(t, &callback, &[]).await?.is_none() {
        return Err(Trial::no_difference(
            "nor is an answer a login that is posted by hand without the header",
        ));
    }
    let start = t.position();
    let subject = posted_to(t, &callback, &[header]).await?;
    t.demand(subject == Some(t.subject(HONEST)?), start, "the person is signed in", format!("{subject:?} is"))
}

const HS256: Scenario = Scenario::tolerate("field/hs256-login")
    .clause("OIDC Core 3.1.3.7 (8), 10.1")
    .why("where HS256 can be set, people get in with it: its key is the client secret, and stands in no key set")
    .variant("hs256-login")
    .run(|t| Box::pin(hs256(t)));

async fn hs256(t: &mut Trial) -> Outcome {
    t.signed_in(HONEST).await.map(drop)
}

//! Sessions that do not fit one cookie: kept whole, forgotten whole, and never a reason to lock somebody out.

use crate::jar;
use harness::agent::Cookie;
use harness::trial::HONEST;
use harness::{Landing, Outcome, Scenario, Stop, Trial, TrialAgent};
use mock_idp::fault::ID_TOKEN;

pub(crate) const SCENARIOS: &[Scenario] = &[LARGE_SESSION, HUGE_SESSION, SESSION_SHRINKS, NOTHING_LEFT];

/// Octets that browsers keep of a cookie, name and value together (RFC 6265bis 5.6).
const KEPT: usize = 4096;

/// A login by somebody of whom the provider tells so many octets more than usual.
async fn log_in(t: &Trial, agent: &mut TrialAgent, octets: usize) -> Result<Landing, Stop> {
    let claim = ID_TOKEN.set("groups", "g".repeat(octets));
    let _told = if octets > 0 { Some(t.arm(vec![claim])?) } else { None };
    agent.log_in(HONEST).await
}

const LARGE_SESSION: Scenario = Scenario::tolerate("field/large-session")
    .clause("RFC 6265bis 5.6, 6.1")
    .why("somebody with many groups is signed in like anybody else, in as many cookies as it takes")
    .covers(&["CK-15"])
    .run(|t| Box::pin(large_session(t)));

async fn large_session(t: &mut Trial) -> Outcome {
    for octets in [2_000, 4_000, 6_000] {
        let outcome = keeps(t, octets).await;
        t.input(format!("{octets} octets of claims more"), outcome);
    }
    Ok(())
}

async fn keeps(t: &Trial, octets: usize) -> Outcome {
    let mut agent = t.agent().await?;
    let start = t.position();
    log_in(t, &mut agent, octets).await?.accepted(&t.subject(HONEST)?)?;
    let size = |cookie: &Cookie| cookie.name.len() + cookie.value.len();
    let largest = jar::cookies(t, &mut agent).await?.iter().map(size).max().unwrap_or_default();
    t.demand(largest <= KEPT, start, "no cookie is larger than browsers keep", format!("{largest} octets"))
}

const HUGE_SESSION: Scenario = Scenario::harden("field/huge-session")
    .clause("RFC 6585 5; RFC 6265bis 6.1")
    .why("a session that is too large for the server must not lock its owner out of the home page and the logout")
    .covers(&["CK-15"])
    .run(|t| Box::pin(huge_session(t)));

async fn huge_session(t: &mut Trial) -> Outcome {
    for octets in [12_000, 20_000, 30_000] {
        let outcome = stays_usable(t, octets).await;
        t.input(format!("{octets} octets of claims more"), outcome);
    }
    Ok(())
}

async fn stays_usable(t: &Trial, octets: usize) -> Outcome {
    let mut agent = t.agent().await?;
    let landing = log_in(t, &mut agent, octets).await?;
    if landing.status() >= 500 {
        return Err(landing.found("signed in, or told that it does not fit", landing.seen()));
    }
    let start = t.position();
    for path in [t.profile().home.clone(), t.profile().logout.clone()] {
        let page = agent.look(&path).await?;
        let seen = format!("{path} answers {}", page.status);
        t.demand(page.status < 400, start, "the home page and the logout still work", seen)?;
    }
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const SESSION_SHRINKS: Scenario = Scenario::harden("field/session-shrinks")
    .clause("RFC 6265bis 5.7")
    .why(
        "what is left of a larger session in the browser must not spoil the smaller one that takes its place",
    )
    .covers(&["CK-16"])
    .run(|t| Box::pin(session_shrinks(t)));

async fn session_shrinks(t: &mut Trial) -> Outcome {
    for (label, before, after) in [
        ("three cookies to two", 5_500, 2_800),
        ("two cookies to one", 2_800, 0),
        ("many cookies to one", 8_000, 0),
        ("one cookie to many", 0, 6_000),
    ] {
        let outcome = takes_the_place(t, before, after).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn takes_the_place(t: &Trial, before: usize, after: usize) -> Outcome {
    let mut agent = t.agent().await?;
    log_in(t, &mut agent, before).await?.accepted(&t.subject(HONEST)?)?;
    let many = jar::cookies(t, &mut agent).await?.len();
    log_in(t, &mut agent, after).await?.accepted(&t.subject(HONEST)?)?;
    let start = t.position();
    agent.look(&t.profile().page.clone()).await?;
    let subject = agent.probe().await?;
    let seen = format!("{subject:?} is signed in; there were {many} cookies before");
    t.demand(subject == Some(t.subject(HONEST)?), start, "the person stays signed in", seen)
}

const NOTHING_LEFT: Scenario = Scenario::should("field/nothing-left")
    .clause("RFC 6265bis 5.7; RP-Initiated Logout 2")
    .why("after a logout the browser keeps nothing of the session, in however many cookies it was")
    .covers(&["LO-08"])
    .run(|t| Box::pin(nothing_left(t)));

async fn nothing_left(t: &mut Trial) -> Outcome {
    for octets in [0, 5_500] {
        let outcome = leaves_nothing(t, octets).await;
        t.input(format!("{octets} octets of claims more"), outcome);
    }
    Ok(())
}

async fn leaves_nothing(t: &Trial, octets: usize) -> Outcome {
    let mut agent = t.agent().await?;
    let strangers = jar::cookies(t, &mut agent).await?;
    log_in(t, &mut agent, octets).await?.accepted(&t.subject(HONEST)?)?;
    let before = jar::cookies(t, &mut agent).await?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(false)?;
    let start = t.position();
    let mut left = jar::cookies(t, &mut agent).await?;
    left.retain(|cookie| before.iter().any(|old| old.name == cookie.name) && !strangers.contains(cookie));
    t.demand(left.is_empty(), start, "no cookie of the session is left", jar::list(&left))
}

//! What time does to a login and to a session.

use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;

pub(crate) const SCENARIOS: &[Scenario] = &[BOUNDED, BRIEF, CLOCK_JUMPS];

const A_DAY: i64 = 86_400;
const TEN_YEARS: i64 = 3650 * A_DAY;
/// Browsers keep no cookie for more than 400 days (RFC 6265bis 5.5), so that nothing can be seen beyond.
const LONG: i64 = 390 * A_DAY;

const BOUNDED: Scenario = Scenario::harden("session/ends-before-the-token")
    .clause("OAuth Browser-Based Apps 6.1.3.2; OWASP ASVS 7.3")
    .why("a token may be good for ten years; how long somebody stays signed in is the app's own decision")
    .covers(&["TIME-12"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(bounded(t)));

async fn bounded(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let guard = t.arm(vec![ID_TOKEN.shift("exp", TEN_YEARS)])?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    drop(guard);
    let start = t.position();
    t.advance(LONG);
    let subject = agent.probe().await?;
    t.demand(subject.is_none(), start, "nobody is signed in after a year", format!("{subject:?} is"))
}

const BRIEF: Scenario = Scenario::policy("session/outlives-the-token")
    .clause("OIDC Core 2")
    .why("exp says until when the token may be accepted; whether the session ends with it is a choice to be known")
    .covers(&["TIME-13"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(brief(t)));

async fn brief(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let guard = t.arm(vec![ID_TOKEN.copy("exp", "iat"), ID_TOKEN.shift("exp", 5)])?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    drop(guard);
    t.advance(10 + t.facts().clock_skew);
    let word = if agent.probe().await?.is_some() { "goes on" } else { "is over" };
    t.observe(format!("the session {word} when the ID Token of five seconds has run out"));
    Ok(())
}

const CLOCK_JUMPS: Scenario = Scenario::harden("callback/clock-jumps")
    .clause("OIDC Core 3.1.3.7 (9), (10)")
    .why("clocks are set right while people log in: what comes of it is a login or a page, and the next one works")
    .covers(&["TIME-15"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(clock_jumps(t)));

async fn clock_jumps(t: &mut Trial) -> Outcome {
    for (label, seconds) in [("two hours back", -7200), ("two hours ahead", 7200)] {
        let outcome = jumped(t, seconds).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn jumped(t: &Trial, seconds: i64) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    t.advance(seconds);
    let landing = agent.deliver(&pending.form.fields).await?;
    let signed_in = t.subject(FORGED)?;
    if landing.subject.is_some() {
        landing.accepted(&signed_in)?;
    } else {
        landing.refused()?;
    }
    t.honest_after().await
}

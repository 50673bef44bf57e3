//! Whose session the provider is told to end: the ID Token as a hint, be it large or expired.

use crate::log_out::logout;
use harness::trial::{HONEST, meaningful};
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial, TrialAgent};
use mock_idp::Params;
use mock_idp::fault::ID_TOKEN;
use mock_idp::trace::{Endpoint, Exchange};

pub(crate) const SCENARIOS: &[Scenario] = &[HINT, LARGE_HINT, EXPIRED_HINT];

const HINT: Scenario = Scenario::should("logout/id-token-hint")
    .clause("RP-Initiated Logout 2")
    .why("by the ID Token of this session the provider knows who logs out, and need not ask; one of another session would end that")
    .covers(&["LO-06"])
    .run(|t| Box::pin(hint(t)));

async fn hint(t: &mut Trial) -> Outcome {
    logout(t)?;
    let mut agent = t.agent().await?;
    signed_in_by(t, &mut agent).await?;
    // Two logins in one browser: the hint is the later one's.
    let token = signed_in_by(t, &mut agent).await?;
    names_the_session(t, &mut agent, &token).await
}

const LARGE_HINT: Scenario = Scenario::harden("logout/large-hint")
    .clause("RP-Initiated Logout 2; RFC 9110 4.1")
    .why("an ID Token that is too long for an address makes a server answer 414, and the person is not logged out there")
    .covers(&["LO-06"])
    .run(|t| Box::pin(large_hint(t)));

/// So long an address every server should take (RFC 9110 4.1).
const LONGEST_ADDRESS: usize = 8_000;

/// A claim that makes the token longer than that, in base64url, and leaves the session a size that servers take.
const LARGE_CLAIM: usize = 6_000;

async fn large_hint(t: &mut Trial) -> Outcome {
    logout(t)?;
    let mut agent = t.agent().await?;
    let guard = t.arm(vec![ID_TOKEN.set("groups", "g".repeat(LARGE_CLAIM))])?;
    let large = signed_in_by(t, &mut agent).await;
    let told = meaningful(&guard.report());
    drop(guard);
    large?;
    told?;
    let start = t.position();
    let asked = asked_to_end(t, &mut agent, start).await?;
    let length = asked.request.url.len();
    let expected = format!("the browser is sent to an address of at most {LONGEST_ADDRESS} octets");
    t.demand(length <= LONGEST_ADDRESS, start, &expected, format!("one of {length}"))
}

const EXPIRED_HINT: Scenario = Scenario::should("logout/expired-hint")
    .clause("RP-Initiated Logout 2, 4")
    .why("an ID Token that has expired still tells the provider whose session ends, and providers take it")
    .covers(&["LO-06"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(expired_hint(t)));

async fn expired_hint(t: &mut Trial) -> Outcome {
    const TWO_HOURS: i64 = 7_200;
    logout(t)?;
    let mut agent = t.agent().await?;
    let token = signed_in_by(t, &mut agent).await?;
    t.advance(TWO_HOURS);
    names_the_session(t, &mut agent, &token).await
}

/// Signs in, and returns the ID Token. Not run where that does not come through the browser.
async fn signed_in_by(t: &Trial, agent: &mut TrialAgent) -> Result<String, Stop> {
    let pending = agent.begin(HONEST).await?;
    let token = pending.answer("id_token");
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)?;
    if token.is_empty() {
        return Err(Stop::NotRun(Reason::Needs("needs an app whose ID Token comes through the browser")));
    }
    Ok(token)
}

async fn names_the_session(t: &Trial, agent: &mut TrialAgent, token: &str) -> Outcome {
    let start = t.position();
    let request = log_out_and_see(t, agent, start).await?;
    let hint = request.first("id_token_hint").unwrap_or_default();
    let seen = if hint.is_empty() { "no hint" } else { "another token" };
    t.demand(hint == token, start, "id_token_hint is the ID Token of this session", seen)
}

/// What the end-session endpoint is asked. Not run where it is not.
pub(crate) async fn log_out_and_see(t: &Trial, agent: &mut TrialAgent, start: usize) -> Result<Params, Stop> {
    let asked = asked_to_end(t, agent, start).await?;
    let query = asked.request.url.split_once('?').map_or(asked.request.body.as_str(), |(_, query)| query);
    Ok(Params::parse(query))
}

/// How the end-session endpoint is asked. Not run where it is not.
async fn asked_to_end(t: &Trial, agent: &mut TrialAgent, start: usize) -> Result<Exchange, Stop> {
    let path = t.profile().logout.clone();
    agent.visit(&path).await?;
    let seen = t.stage().exchanges(start..t.stage().position());
    let asked = seen.into_iter().find(|exchange| exchange.endpoint == Endpoint::EndSession);
    asked.ok_or_else(|| Stop::NotRun(Reason::AppDidNotAsk("a logout at the provider".to_owned())))
}

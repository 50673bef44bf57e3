//! Several requests at once while tokens are renewed, and one that waits for the provider while somebody logs out.

use crate::refresh::{LONG, OFFLINE};
use harness::agent::{Fetch, RedirectMode};
use harness::trial::HONEST;
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::FaultGuard;
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use std::time::Duration;

pub(crate) const SCENARIOS: &[Scenario] = &[PARALLEL, LOGOUT_MEANWHILE, LOGOUT_MEANWHILE_STORED];

const PARALLEL: Scenario = Scenario::harden("field/parallel-renewals")
    .clause("RFC 9700 4.14.2; OIDC Core 12")
    .why("a page asks for several things at once: they must neither show the same refresh token nor overwrite each other's")
    .variant(OFFLINE)
    .needs(&[Need::Clock, Need::HandMadeRequests])
    .at_once()
    .run(|t| Box::pin(parallel(t)));

async fn parallel(t: &mut Trial) -> Outcome {
    const AT_ONCE: usize = 4;
    let mut agent = t.signed_in(HONEST).await?;
    agent.look(&t.profile().home.clone()).await?;
    let before = t.tenant().trace().count(Endpoint::Token);
    let start = t.position();
    let twins: Option<Vec<_>> = (0..AT_ONCE).map(|_| agent.agent().twin()).collect();
    let mut twins = twins.ok_or(Stop::NotRun(Reason::Needs(Need::HandMadeRequests.unmet())))?;
    t.advance(LONG);
    // All of them are there before the first is answered.
    let _late = t.arm(vec![WIRE.at(Endpoint::Token).delay(300)])?;
    let answers = futures::future::join_all(twins.iter_mut().map(|twin| twin.fetch(call(t)))).await;
    if t.tenant().trace().count(Endpoint::Token) == before {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("new tokens".to_owned())));
    }
    let well = answers.iter().flatten().filter(|answer| answer.status() == Some(200)).count();
    t.demand(well == AT_ONCE, start, "each of them is answered", format!("{well} of {AT_ONCE} are"))?;
    for moment in ["afterwards", "when the tokens are due again"] {
        let subject = agent.probe().await?;
        let seen = format!("{subject:?} is, {moment}");
        t.demand(subject == Some(t.subject(HONEST)?), start, "the person stays signed in", seen)?;
        t.advance(LONG);
    }
    Ok(())
}

/// A call of the guarded API.
fn call(t: &Trial) -> Fetch {
    Fetch::get(t.stage().url(&t.profile().api)).redirect(RedirectMode::Manual)
}

const LOGOUT_MEANWHILE: Scenario = Scenario::harden("field/logout-meanwhile")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 8.8")
    .why(
        "a request that is under way while somebody logs out must not bring the session back with its answer",
    )
    .variant(OFFLINE)
    .needs(&[Need::HandMadeRequests])
    .slow()
    .at_once()
    .run(|t| Box::pin(logout_meanwhile(t)));

const LOGOUT_MEANWHILE_STORED: Scenario = Scenario::harden("field/logout-meanwhile-stored")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 8.8")
    .why("a request that is under way while somebody logs out must not write the record back that the logout has deleted")
    .variant("stored-with-refresh")
    .needs(&[Need::HandMadeRequests])
    .slow()
    .at_once()
    .run(|t| Box::pin(logout_meanwhile(t)));

async fn logout_meanwhile(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    agent.look(&t.profile().home.clone()).await?;
    let twin = agent.agent().twin();
    let mut twin = twin.ok_or(Stop::NotRun(Reason::Needs(Need::HandMadeRequests.unmet())))?;
    let Slow { path, endpoint, under_way } = slow(t)?;
    let guard = t.arm(vec![WIRE.at(endpoint).delay(under_way)])?;
    let start = t.position();
    let logout = t.profile().logout.clone();
    let call = Fetch::get(t.stage().url(&path)).redirect(RedirectMode::Manual);
    let mut answer = std::pin::pin!(twin.fetch(call));
    tokio::select! {
        biased;
        _ = &mut answer => return Err(nothing_under_way()),
        seen = tokio::time::timeout(Duration::from_secs(3), is_asked(&guard)) => {
            seen.map_err(|_| nothing_under_way())?;
        }
    }
    let landing = tokio::select! {
        biased;
        _ = &mut answer => return Err(nothing_under_way()),
        landing = agent.visit(&logout) => landing?,
    };
    landing.signed_out(false)?;
    answer.await?;
    let subject = agent.probe().await?;
    t.demand(
        subject.is_none(),
        start,
        "nobody is signed in after the logout",
        format!("{subject:?} is again"),
    )
}

/// A request that the app answers when the provider has answered it.
struct Slow {
    path: String,
    endpoint: Endpoint,
    /// Milliseconds: enough for a logout, and less than the app waits.
    under_way: u64,
}

/// Any call for which the tokens have to be renewed, where time can be made to pass, and otherwise one that the profile names.
fn slow(t: &Trial) -> Result<Slow, Stop> {
    if t.tenant().clock().is_frozen() {
        t.advance(LONG);
        return Ok(Slow { path: t.profile().api.clone(), endpoint: Endpoint::Token, under_way: 600 });
    }
    let needs = "needs an app whose clock can be set, or userinfo in its profile: a guarded path that asks the provider's \
                 userinfo endpoint before it answers";
    let path = t.profile().userinfo.clone().ok_or(Stop::NotRun(Reason::Needs(needs)))?;
    Ok(Slow { path, endpoint: Endpoint::Userinfo, under_way: 2000 })
}

fn nothing_under_way() -> Stop {
    Stop::NotRun(Reason::AppDidNotAsk(
        "new tokens or userinfo, for a request that is under way during the logout".to_owned(),
    ))
}

async fn is_asked(guard: &FaultGuard) {
    let mut pulse = tokio::time::interval(Duration::from_millis(5));
    while guard.report().iter().all(|report| report.fired == 0) {
        pulse.tick().await;
    }
}

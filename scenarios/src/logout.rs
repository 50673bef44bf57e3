//! A logout ends the session, also when the provider is not there to hear of it.

use harness::trial::{HONEST, meaningful};
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::{DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[ENDS_SESSION, PROVIDER_DOWN];

const ENDS_SESSION: Scenario = Scenario::must("logout/ends-session")
    .clause("RP-Initiated Logout 2")
    .why("after a logout, the same browser is nobody")
    .covers(&["LO-01"])
    .run(|t| Box::pin(ends_session(t)));

async fn ends_session(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(false)
}

const PROVIDER_DOWN: Scenario = Scenario::harden("logout/provider-down")
    .clause("RP-Initiated Logout 2")
    .why("whoever presses Log out is logged out here, even if the provider cannot be told")
    .covers(&["LO-02"])
    .alone()
    .needs(&[Need::Restart])
    .run(|t| Box::pin(provider_down(t)));

async fn provider_down(t: &mut Trial) -> Outcome {
    let metadata = WIRE.at(Endpoint::Discovery);
    for (label, fault) in [
        ("no metadata", metadata.status(503)),
        ("connection dropped", metadata.hang_up()),
        ("no end_session_endpoint", DISCOVERY.remove("end_session_endpoint")),
    ] {
        let outcome = logs_out_without_metadata(t, fault).await;
        t.input(label, outcome);
    }
    let outcome = logs_out_on_its_own(t).await;
    t.input("end-session endpoint down", outcome);
    Ok(())
}

/// A session that outlives a restart of the app, and a logout while the metadata cannot be had: neither when the
/// app starts, if that is when it asks, nor later.
async fn logs_out_without_metadata(t: &Trial, fault: Fault) -> Outcome {
    t.restart().await?;
    let mut agent = t.signed_in(HONEST).await?;
    let guard = t.arm(vec![fault])?;
    t.restart().await?;
    let outlived = agent.probe().await?.is_some();
    if t.not_started().await.is_some() {
        return Err(Stop::NotRun(Reason::Needs(
            "needs an app that starts while its provider is out of order",
        )));
    }
    if !outlived {
        return Err(Trial::no_difference("the session does not outlive a restart of the app"));
    }
    let logout = t.profile().logout.clone();
    // An app that keeps the session is wrong, whether or not it has asked for the metadata.
    agent.visit(&logout).await?.signed_out(true)?;
    meaningful(&guard.report())
}

/// The browser is sent to a provider that is down: the session must have ended before.
async fn logs_out_on_its_own(t: &Trial) -> Outcome {
    t.restart().await?;
    let mut agent = t.signed_in(HONEST).await?;
    let guard = t.arm(vec![WIRE.at(Endpoint::EndSession).status(503)])?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(true)?;
    if guard.report().iter().all(|report| report.fired == 0) {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("a logout at the provider".to_owned())));
    }
    Ok(())
}

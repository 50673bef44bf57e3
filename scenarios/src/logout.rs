//! A logout ends the session, also when the provider is not there to hear of it.

use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
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
    .needs(&[harness::Need::Restart])
    .run(|t| Box::pin(provider_down(t)));

async fn provider_down(t: &mut Trial) -> Outcome {
    let metadata = WIRE.at(Endpoint::Discovery);
    let without = |fault: Fault| vec![fault];
    for (label, faults) in [
        ("no metadata", without(metadata.status(503))),
        ("connection dropped", without(metadata.hang_up())),
        ("no end_session_endpoint", without(DISCOVERY.remove("end_session_endpoint"))),
    ] {
        let outcome = logs_out_under(t, faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A session that outlives a restart of the app, and a logout while the app must ask for the metadata anew.
async fn logs_out_under(t: &Trial, faults: Vec<Fault>) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    t.restart().await?;
    if agent.probe().await?.is_none() {
        return Err(Trial::no_difference("the session does not outlive a restart of the app"));
    }
    let _guard = t.arm(faults)?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(true)
}

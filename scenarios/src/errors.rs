//! What happens when the provider says no.

use crate::params::with;
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
use mock_idp::{LoginPolicy, Params};

pub(crate) const SCENARIOS: &[Scenario] = &[ACCESS_DENIED, FOREIGN];

const ACCESS_DENIED: Scenario = Scenario::must("error/access-denied")
    .clause("OIDC Core 3.1.2.6, 3.2.2.6; Form Post 2")
    .why("somebody who presses Deny is told so by the app, is not sent round in circles, and can try again")
    .covers(&["ERR-01"])
    .snapshot()
    .run(|t| Box::pin(access_denied(t)));

async fn access_denied(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "access_denied".to_owned(), description: None });
    let start = t.profile().start.clone();
    let landing = agent.visit(&start).await?;
    landing.refused()?;
    if landing.at_provider {
        return Err(landing.found("a page of the app that says what happened", landing.seen()));
    }
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const FOREIGN: Scenario = Scenario::must("error/foreign")
    .clause("RFC 6749 10.12")
    .why("an error that does not belong to the pending login must not cancel it, nor speak with the app's voice")
    .covers(&["ERR-05"])
    .run(|t| Box::pin(foreign(t)));

const SLOGAN: &str = "Call the number below to unlock your account";

async fn foreign(t: &mut Trial) -> Outcome {
    let error = Params(vec![
        ("error".to_owned(), "access_denied".to_owned()),
        ("error_description".to_owned(), SLOGAN.to_owned()),
    ]);
    for (label, params) in
        [("a wrong state", with(&error, "state", "a-state-of-nobody")), ("no state", error.clone())]
    {
        let outcome = cancels(t, &params).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn cancels(t: &Trial, error: &Params) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let start = t.position();
    let landing = agent.deliver(error).await?;
    landing.refused()?;
    if landing.page.text.contains(SLOGAN) {
        return Err(landing.found("the description of a stranger's error is not shown", "the app shows it"));
    }
    let finished = agent.deliver(&pending.form.fields).await?;
    let seen = format!("the stranger's error has cancelled it: {}", finished.seen());
    t.demand(
        finished.subject == Some(t.subject(HONEST)?),
        start,
        "the pending login can still be finished",
        seen,
    )
}

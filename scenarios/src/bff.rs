//! What a script in the page meets when there is no session.

use crate::jar;
use harness::agent::{Cookie, Fetch, Fetched, RedirectMode};
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
use std::collections::BTreeSet;

pub(crate) const SCENARIOS: &[Scenario] = &[API_WITHOUT_SESSION, CALL_DURING_LOGIN];

const API_WITHOUT_SESSION: Scenario = Scenario::harden("bff/api-without-session")
    .clause("OAuth Browser-Based Apps 6.1.2")
    .why("a call without a session is turned away in the way that the page was written for, and never answered")
    .covers(&["BFF-01"])
    .run(|t| Box::pin(api_without_session(t)));

async fn api_without_session(t: &mut Trial) -> Outcome {
    let url = t.stage().url(&t.profile().api);
    let call = || Fetch::get(url.clone()).redirect(RedirectMode::Manual);
    for (label, fetch) in [
        ("a plain fetch", call()),
        ("Accept: application/json", call().header("accept", "application/json")),
        ("X-Requested-With", call().header("x-requested-with", "XMLHttpRequest")),
    ] {
        let outcome = turned_away(t, fetch).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The declared status, or 401, which no page misunderstands.
async fn turned_away(t: &Trial, fetch: Fetch) -> Outcome {
    let mut agent = t.agent().await?;
    let home = t.profile().home.clone();
    agent.look(&home).await?;
    let start = t.position();
    let declared = t.profile().unauthenticated.api;
    let answer = agent.fetch_with(fetch).await?;
    let right = match &answer {
        Fetched::Opaque => (300..400).contains(&declared),
        Fetched::Response { status, .. } => *status == declared || *status == 401,
        Fetched::NetworkError(_) => false,
    };
    let seen = match answer {
        Fetched::Opaque => "a redirect".to_owned(),
        Fetched::Response { status, .. } => status.to_string(),
        Fetched::NetworkError(why) => why,
    };
    t.demand(right, start, &format!("{declared}, as the profile declares, or 401"), seen)
}

const CALL_DURING_LOGIN: Scenario = Scenario::harden("bff/background-call-sets-no-cookie")
    .clause("the story, step 5")
    .why(
        "a call in the background that is turned away must not start a login, nor disturb one in another tab",
    )
    .run(|t| Box::pin(call_during_login(t)));

async fn call_during_login(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let before = contents(&jar::cookies(t, &mut agent).await?);
    let start = t.position();
    let api = t.profile().api.clone();
    agent.fetch(&api, RedirectMode::Manual).await?;
    let after = contents(&jar::cookies(t, &mut agent).await?);
    t.demand(after == before, start, "the call changes no cookie", "the call set or changed a cookie")?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

/// Which cookies there are and what they say. An expiry that is moved on disturbs no login.
fn contents(cookies: &[Cookie]) -> BTreeSet<(String, String, String)> {
    let content = |cookie: &Cookie| (cookie.name.clone(), cookie.path.clone(), cookie.value.clone());
    cookies.iter().map(content).collect()
}

//! The story that a reader of the login page expects, step by step.

use harness::agent::{Fetched, RedirectMode};
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Stop, Trial};

pub(crate) const SCENARIOS: &[Scenario] =
    &[ANONYMOUS_CALL, LOG_IN, SIGNED_IN_CALL, PROFILE, GUARDED_PAGE, SESSION_LOST, LOG_OUT];

const ANONYMOUS_CALL: Scenario = Scenario::tolerate("story/anonymous-call")
    .clause("the story, step 2")
    .why("the home page is public, and a call of the API without a session is turned away, not answered")
    .covers(&["BFF-01"])
    .run(|t| Box::pin(anonymous_call(t)));

async fn anonymous_call(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let home = t.profile().home.clone();
    let start = t.position();
    let page = agent.look(&home).await?;
    t.demand(page.status == 200, start, "the home page is public: 200", format!("status {}", page.status))?;
    turned_away(t, &mut agent).await
}

/// A background call without a session gets what the profile declares.
async fn turned_away(t: &Trial, agent: &mut harness::TrialAgent) -> Outcome {
    let api = t.profile().api.clone();
    let start = t.position();
    let answer = agent.fetch(&api, RedirectMode::Manual).await?;
    let declared = t.profile().unauthenticated.api;
    let as_declared = match (&answer, declared) {
        (Fetched::Opaque, 300..400) => true,
        (Fetched::Response { status, .. }, declared) => *status == declared,
        _ => false,
    };
    let expected =
        format!("a call of {api} without a session is answered by {declared}, as the profile declares");
    t.demand(as_declared, start, &expected, format!("a script in the page got {answer:?}"))
}

const LOG_IN: Scenario = Scenario::tolerate("story/log-in")
    .clause("OIDC Core 3.2; Form Post 2")
    .why("a person signs in with username and password at the provider and is back in the app, signed in")
    .covers(&["oidcc-client-test", "oidcc-client-test-idtoken-sig-rs256"])
    .run(|t| Box::pin(log_in(t)));

async fn log_in(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let form = agent.begin_at_login_page().await?;
    agent.enter_password(form, HONEST).await?.accepted(&t.subject(HONEST)?)
}

const SIGNED_IN_CALL: Scenario = Scenario::tolerate("story/signed-in-call")
    .clause("the story, step 4")
    .why("the same call works once the session is there")
    .run(|t| Box::pin(signed_in_call(t)));

async fn signed_in_call(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let api = t.profile().api.clone();
    let start = t.position();
    let answer = agent.fetch(&api, RedirectMode::Manual).await?;
    t.demand(
        answer.status() == Some(200),
        start,
        "the API answers a signed-in person: 200",
        format!("a script in the page got {answer:?}"),
    )
}

const PROFILE: Scenario = Scenario::tolerate("story/profile")
    .clause("the story, step 4; OIDC Core 5.1")
    .why("the guarded page and the claims of the ID Token are there for the person who signed in")
    .run(|t| Box::pin(profile(t)));

async fn profile(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let path = t.profile().page.clone();
    let start = t.position();
    let page = agent.look(&path).await?;
    let there = page.status == 200 && page.url.path() == path;
    t.demand(
        there,
        start,
        "the guarded page opens for a signed-in person: 200",
        format!("status {} on {}", page.status, page.url.path()),
    )
}

const GUARDED_PAGE: Scenario = Scenario::tolerate("story/guarded-page")
    .clause("the story, step 3")
    .why("somebody who opens a guarded page without a session signs in and is brought back to it")
    .covers(&["BFF-02"])
    .run(|t| Box::pin(guarded_page(t)));

async fn guarded_page(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let path = t.profile().page.clone();
    let landing = agent.log_in_at(&path, HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    if landing.page.url.path() == path && landing.page.status == 200 {
        return Ok(());
    }
    let seen = format!("on {} with status {}", landing.page.url.path(), landing.page.status);
    Err(landing.found(format!("back on {path}, with status 200"), seen))
}

const SESSION_LOST: Scenario = Scenario::tolerate("story/session-lost")
    .clause("the story, step 5")
    .why("when the session is gone while the page is open, the call is turned away and the person can sign in again")
    .run(|t| Box::pin(session_lost(t)));

async fn session_lost(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let base_url = t.facts().base_url.clone();
    for cookie in agent.cookies().await? {
        agent.agent().delete_cookie(&base_url, &cookie.name).await.map_err(Stop::from)?;
    }
    turned_away(t, &mut agent).await?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const LOG_OUT: Scenario = Scenario::tolerate("story/log-out")
    .clause("RP-Initiated Logout 2")
    .why("logging out leads over the provider back to a page of the app, with nobody signed in")
    .covers(&["LO-01"])
    .run(|t| Box::pin(log_out(t)));

async fn log_out(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let path = t.profile().logout.clone();
    let landing = agent.visit(&path).await?;
    landing.signed_out(false)?;
    if landing.at_provider || landing.page.status != 200 {
        return Err(landing.found("back on a page of the app", landing.seen()));
    }
    Ok(())
}

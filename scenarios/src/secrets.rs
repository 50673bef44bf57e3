//! What the app seals its cookies with changes now and then.

use crate::jar;
use harness::agent::Cookie;
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[RETIRED];

/// With a new secret, and the old one for what it has sealed.
const ROTATED: &str = "secret-rotated";
/// With the new secret alone.
const RETIRED_SET_UP: &str = "secret-retired";

const RETIRED: Scenario = Scenario::harden("session/retired-secret")
    .clause("OAuth Browser-Based Apps 6.1.3.2")
    .why("a new secret signs nobody out as long as the old one is kept beside it, and what the old one sealed is worth nothing afterwards")
    .covers(&["CK-12"])
    .needs(&[Need::Restart])
    .alone()
    .run(|t| Box::pin(retired(t)));

async fn retired(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let old = jar::session(t, &mut agent).await?;
    t.restart_as(ROTATED).await?;
    let start = t.position();
    let subject = agent.probe().await?;
    let seen = format!("{subject:?} is");
    t.demand(
        subject == Some(t.subject(HONEST)?),
        start,
        "who was signed in still is under a new secret",
        seen,
    )?;
    let new = jar::cookies(t, &mut agent).await?;
    let same =
        |cookie: &Cookie| new.iter().any(|other| other.name == cookie.name && other.value == cookie.value);
    t.demand(!old.iter().all(same), start, "the session is sealed anew", "its cookies are as they were")?;
    t.restart_as(RETIRED_SET_UP).await?;
    let start = t.position();
    let subject = jar::browser_with(t, &old).await?.probe().await?;
    t.demand(subject.is_none(), start, "the old cookie is worth nothing", "it still is a session")?;
    let subject = agent.probe().await?;
    let seen = format!("{subject:?} is");
    t.demand(subject == Some(t.subject(HONEST)?), start, "what was sealed anew still is a session", seen)
}

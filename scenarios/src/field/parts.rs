//! An answer that begins before it is known how it ends: what it does to the session has to be in its headers by then.

use crate::jar;
use harness::agent::{Fetched, RedirectMode};
use harness::trial::HONEST;
use harness::{Outcome, Reason, Scenario, Stop, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[IN_PARTS];

const IN_PARTS: Scenario = Scenario::harden("field/answer-in-parts")
    .clause("RFC 9112 7.1; RFC 6265bis 4.1; OAuth Browser-Based Apps 6.1.3.2")
    .why("a session that goes on with use goes on with an answer that is sent in parts, too: its cookie has to be in the headers before the first of them")
    .run(|t| Box::pin(in_parts(t)));

/// Seconds after which every session that goes on with use is written again, and none is over.
const LATER: i64 = 7200;

async fn in_parts(t: &mut Trial) -> Outcome {
    let why = "the profile declares no parts: write parts = \"/…\" if the app has a guarded path whose answer is sent in parts";
    let path = t.profile().parts.clone().ok_or(Stop::NotRun(Reason::Undeclared(why.to_owned())))?;
    let mut agent = t.signed_in(HONEST).await?;
    let names: Vec<_> = jar::session(t, &mut agent).await?.into_iter().map(|cookie| cookie.name).collect();
    if !goes_on(t, &names, &t.profile().api.clone(), false).await? {
        return Err(Trial::no_difference(
            "the cookies of a session stay as they are with use, as far as time can be made to pass",
        ));
    }
    let start = t.position();
    let is_new = goes_on(t, &names, &path, true).await?;
    t.demand(
        is_new,
        start,
        "the answer in parts brings the session's new cookie",
        "the cookies are as before",
    )
}

/// Are the cookies of a session, which have these names, others after this call than before it, and good?
async fn goes_on(t: &Trial, names: &[String], path: &str, in_parts: bool) -> Result<bool, Stop> {
    let mut agent = t.signed_in(HONEST).await?;
    let older = jar::cookies(t, &mut agent).await?;
    if t.tenant().clock().is_frozen() {
        t.advance(LATER);
    }
    let start = t.position();
    let answer = agent.fetch(path, RedirectMode::Manual).await?;
    let seen = format!("a script in the page got {answer:?}");
    t.demand(answer.status() == Some(200), start, "the call is answered: 200", seen)?;
    if in_parts && is_whole(&answer) {
        return Err(Trial::no_difference(format!(
            "the answer of {path} has a Content-Length, so it is sent whole"
        )));
    }
    let newer = jar::cookies(t, &mut agent).await?;
    let subject = agent.probe().await?;
    let seen = format!("{subject:?} is");
    t.demand(subject == Some(t.subject(HONEST)?), start, "the person is still signed in", seen)?;
    let mut newer = newer.iter().filter(|cookie| names.contains(&cookie.name));
    Ok(newer.any(|cookie| older.iter().all(|old| old.value != cookie.value)))
}

/// An answer that is sent in parts does not say how long it is.
fn is_whole(answer: &Fetched) -> bool {
    let says = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-length");
    matches!(answer, Fetched::Response { headers, .. } if headers.iter().any(says))
}

//! Tokens that are renewed while a session goes on: the new ID Token is about the same person and the same sign-in.

use harness::agent::{Fetched, RedirectMode};
use harness::trial::{FORGED_SUBJECT, HONEST};
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::ID_TOKEN;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[RENEWED, RENEWED_FOR_ANOTHER, OTHER_STORY];

/// The way to set the app up.
pub(crate) const OFFLINE: &str = "code-with-refresh";

const RENEWED: Scenario = Scenario::tolerate("refresh/goes-on")
    .clause("OIDC Core 12")
    .why("who may go on with a refresh token stays signed in when the access token has run out")
    .covers(&["oidcc-client-test-refresh-token"])
    .variant(OFFLINE)
    .needs(&[Need::Clock])
    .run(|t| Box::pin(renewed(t)));

/// Seconds after which every access token has run out.
pub(crate) const LONG: i64 = 7200;

async fn renewed(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let (start, before) = (t.position(), t.tenant().trace().count(Endpoint::Token));
    t.advance(LONG);
    let subject = agent.probe().await?;
    let asked = t.tenant().trace().count(Endpoint::Token) - before;
    t.demand(subject == Some(t.subject(HONEST)?), start, "still signed in", format!("{subject:?} is"))?;
    t.demand(asked > 0, start, "the tokens are renewed", "the token endpoint was not asked")
}

const RENEWED_FOR_ANOTHER: Scenario = Scenario::must("refresh/about-somebody-else")
    .clause("OIDC Core 12.2")
    .why("a renewed ID Token is about the same person at the same issuer, or it is not a renewal")
    .covers(&[
        "oidcc-client-test-refresh-token-invalid-sub",
        "oidcc-client-test-refresh-token-invalid-issuer",
    ])
    .variant(OFFLINE)
    .needs(&[Need::Clock])
    .run(|t| Box::pin(renewed_for_another(t)));

async fn renewed_for_another(t: &mut Trial) -> Outcome {
    for (label, fault) in [
        ("with more after it", ID_TOKEN.append("sub", "1")),
        ("somebody else", ID_TOKEN.set("sub", FORGED_SUBJECT)),
    ] {
        let outcome = stays_the_same(t, fault).await;
        t.input(label, outcome);
    }
    // The subject is the same: that it was believed shows in what else it says.
    let outcome = is_not_believed(t, ID_TOKEN.append("iss", "1")).await;
    t.input("another issuer", outcome);
    Ok(())
}

async fn stays_the_same(t: &Trial, fault: Fault) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let start = t.position();
    let guard = t.arm(vec![fault])?;
    t.advance(LONG);
    let subject = agent.probe().await?;
    if guard.report().iter().all(|report| report.fired == 0) {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("a renewed ID Token".to_owned())));
    }
    let same = subject.is_none() || subject == Some(t.subject(HONEST)?);
    t.demand(same, start, "nobody else is signed in", format!("{subject:?} is"))
}

const OTHER_STORY: Scenario = Scenario::must("refresh/another-story")
    .clause("OIDC Core 12.2")
    .why("a renewed ID Token tells of the sign-in that the session began with: another time, party or nonce is another login's")
    .variant(OFFLINE)
    .needs(&[Need::Clock])
    .run(|t| Box::pin(other_story(t)));

/// What only the renewed ID Token says.
const CANARY: &str = "Told By A Renewal";

async fn other_story(t: &mut Trial) -> Outcome {
    let own = t.facts().client_id.clone();
    for (label, lie) in [
        ("a party where none was named before", ID_TOKEN.set("azp", own)),
        ("a later sign-in", ID_TOKEN.shift("auth_time", 100)),
        ("another nonce", ID_TOKEN.set("nonce", "another")),
    ] {
        let outcome = is_not_believed(t, lie).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn is_not_believed(t: &Trial, lie: Fault) -> Outcome {
    if !is_believed(t, None).await? {
        return Err(Trial::no_difference("nothing that an honest renewed ID Token says is shown"));
    }
    let start = t.position();
    let believed = is_believed(t, Some(lie)).await?;
    t.demand(!believed, start, "nothing of it is shown", "it takes the place of the one before")
}

/// Does the app show what a renewed ID Token says, which may tell a lie beside it?
async fn is_believed(t: &Trial, lie: Option<Fault>) -> Result<bool, Stop> {
    let mut agent = t.signed_in(HONEST).await?;
    let told = [ID_TOKEN.set("name", CANARY)].into_iter().chain(lie).collect();
    let guard = t.arm(told)?;
    t.advance(LONG);
    let probe = t.profile().probe.path.clone();
    let shown = agent.fetch(&probe, RedirectMode::Manual).await?;
    if guard.report().iter().any(|report| report.fired == 0) {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("a renewed ID Token".to_owned())));
    }
    Ok(matches!(shown, Fetched::Response { body, .. } if body.contains(CANARY)))
}

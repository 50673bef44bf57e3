//! Two providers that the app trusts, and what only both names together tell: who somebody is, and where a code goes.

use crate::params::with;
use harness::agent::{Fetch, Fetched};
use harness::trial::{FORGED, HONEST, meaningful};
use harness::{Outcome, Reason, Scenario, Stop, Trial, TrialAgent};
use mock_idp::fault::{DISCOVERY, ID_TOKEN};
use mock_idp::trace::Endpoint;
use serde_json::Value;

pub(crate) const SCENARIOS: &[Scenario] = &[SAME_SUBJECT, HONEST_CODE, OWN_TOKEN_ENDPOINT, UNNAMED];

const SAME_SUBJECT: Scenario = Scenario::must("issuers/same-subject")
    .clause("OIDC Core 2, 5.7")
    .why("sub is unique at its issuer only: a hostile provider may give anybody the sub of a person at the honest one")
    .covers(&["SUB-03", "professos/id-spoofing-1-id-token-sub"])
    .variant("two-issuers")
    .run(|t| Box::pin(same_subject(t)));

async fn same_subject(t: &mut Trial) -> Outcome {
    let (here, there) = (t.facts().issuer.clone(), t.other()?.issuer());
    let mut victim = t.signed_in(HONEST).await?;
    whose(t, &mut victim, &here).await?;
    let guard = t.other()?.arm(vec![ID_TOKEN.set("sub", t.subject(HONEST)?)])?;
    let mut intruder = t.agent().await?;
    let landing = intruder.log_in_at(&t.start_at_other()?, FORGED).await?;
    meaningful(&guard.report())?;
    if landing.subject.is_none() {
        return landing.refused();
    }
    whose(t, &mut intruder, &there).await?;
    whose(t, &mut victim, &here).await
}

/// The app tells apart who was signed in by whom.
async fn whose(t: &Trial, agent: &mut TrialAgent, issuer: &str) -> Outcome {
    let Some(pointer) = t.profile().probe.issuer.clone() else {
        let why = "the profile declares no probe.issuer: write where the app says by which issuer somebody is signed in";
        return Err(Stop::NotRun(Reason::Undeclared(why.to_owned())));
    };
    let start = t.position();
    let url = t.stage().url(&t.profile().probe.path);
    let answer = agent.fetch_with(Fetch::get(url).header("accept", "application/json")).await?;
    let seen = match &answer {
        Fetched::Response { body, .. } => serde_json::from_str::<Value>(body).ok(),
        _ => None,
    };
    let named = seen.as_ref().and_then(|seen| seen.pointer(&pointer)).and_then(Value::as_str);
    let expected = format!("the app knows the person as one of {issuer}");
    t.demand(named == Some(issuer), start, &expected, format!("as one of {}", named.unwrap_or("nobody")))
}

const HONEST_CODE: Scenario = Scenario::must("issuers/code-of-the-other")
    .clause("RFC 9700 4.4; RFC 9207 2.4")
    .why("a code that the honest provider gave must not be taken to the hostile one, which could use it")
    .covers(&["professos/idp-confusion"])
    .variant("two-issuers-code")
    .unsandwiched()
    .run(|t| Box::pin(honest_code(t)));

async fn honest_code(t: &mut Trial) -> Outcome {
    both_promise_iss(t).await?;
    let mut agent = t.agent().await?;
    let there = agent.begin_at(&t.start_at_other()?, FORGED).await?;
    let here = agent.begin(FORGED).await?;
    let confused = with(&here.form.fields, "state", &there.answer("state"));
    let (start, before) = (t.position(), t.other()?.trace().count(Endpoint::Token));
    agent.deliver(&confused).await?.refused_or_unavailable()?;
    not_taken_there(t, start, before)?;
    t.honest_after().await
}

const OWN_TOKEN_ENDPOINT: Scenario = Scenario::must("issuers/metadata-with-a-foreign-authorization-endpoint")
    .clause("RFC 9700 4.4; RFC 9207 2.4; OIDC Discovery 4.3")
    .why("a hostile provider may send people to the honest one and wait for their codes at its own token endpoint")
    .covers(&["professos/malicious-endpoint-attack"])
    .variant("two-issuers-code")
    .cold()
    .unsandwiched()
    .run(|t| Box::pin(own_token_endpoint(t)));

async fn own_token_endpoint(t: &mut Trial) -> Outcome {
    both_promise_iss(t).await?;
    taken_elsewhere(t).await?;
    t.restart().await?;
    t.honest_after().await
}

const UNNAMED: Scenario = Scenario::must("issuers/code-of-nobody")
    .clause("RFC 9700 4.4.2")
    .why("where no answer names its issuer, and all come to one place, a code may be another's: it must not be shown to anybody")
    .covers(&["professos/malicious-endpoint-attack"])
    .variant("two-issuers-code")
    .cold()
    .unsandwiched()
    .run(|t| Box::pin(unnamed(t)));

async fn unnamed(t: &mut Trial) -> Outcome {
    both_promise_iss(t).await?;
    both_name_themselves(t, false)?;
    taken_elsewhere(t).await?;
    both_promise_iss(t).await?;
    t.honest_after().await
}

/// Both providers say who they are in their answers, and promise it in their metadata, which is how people get in.
async fn both_promise_iss(t: &Trial) -> Outcome {
    both_name_themselves(t, true)?;
    t.restart().await?;
    t.honest().await
}

fn both_name_themselves(t: &Trial, whether: bool) -> Outcome {
    t.tenant().set_issuer_parameter(whether);
    t.other()?.set_issuer_parameter(whether);
    Ok(())
}

/// The authorization endpoint of the hostile provider's metadata is the honest one's.
async fn taken_elsewhere(t: &Trial) -> Outcome {
    let honest = DISCOVERY.set("authorization_endpoint", format!("{}/authorize", t.facts().issuer));
    let guard = t.other()?.arm(vec![honest])?;
    t.restart().await?;
    let (start, before) = (t.position(), t.other()?.trace().count(Endpoint::Token));
    let landing = t.agent().await?.log_in_at(&t.start_at_other()?, FORGED).await;
    let told = meaningful(&guard.report());
    drop(guard);
    landing?.refused_or_unavailable()?;
    told?;
    not_taken_there(t, start, before)
}

fn not_taken_there(t: &Trial, start: usize, before: usize) -> Outcome {
    let taken = t.other()?.trace().count(Endpoint::Token) - before;
    t.demand(taken == 0, start, "no code comes to the hostile token endpoint", format!("{taken} came"))
}

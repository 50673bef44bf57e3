//! Many people at once, an app that ends in the middle, and answers that are wrong in every way.

mod mutation;

use harness::fuzz::{Dice, says_the_same};
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, User};
use std::time::Duration;

/// The first of a topic is tried on every weakness: it costs little.
pub(crate) const SCENARIOS: &[Scenario] = &[KILLED, PARALLEL, MUTATED];

const PARALLEL: Scenario = Scenario::harden("crowd/parallel-logins")
    .clause("none: nobody may get another person's session")
    .why("what a login under way is kept in, if it is shared, mixes people up only when many log in at once")
    .covers(&["ROB-05"])
    .needs(&[Need::HandMadeRequests])
    .alone()
    .slow()
    .at_once()
    .run(|t| Box::pin(parallel(t)));

async fn parallel(t: &mut Trial) -> Outcome {
    const PEOPLE: usize = 200;
    let people: Vec<_> = (0..PEOPLE).map(|number| format!("crowd-{number}")).collect();
    for name in &people {
        let email = ("email".to_owned(), format!("{name}@example.test").into());
        let person = User {
            username: name.clone(),
            password: name.clone(),
            sub: name.clone(),
            claims: [email].into_iter().collect(),
            ..User::default()
        };
        t.tenant().add_user(person);
    }
    // Whether an app that knows its provider's keys mixes people up, not how many of them it keeps waiting for the keys.
    t.signed_in(HONEST).await?;
    t.tenant().set_policy(LoginPolicy::Ask);
    let start = t.position();
    let logins = people.iter().map(|name| lands_as_themselves(t, name));
    let outcomes = futures::future::join_all(logins).await;
    let wrong: Vec<_> = outcomes.iter().filter(|outcome| outcome.is_err()).collect();
    t.observe(format!(
        "{} of {PEOPLE} people who logged in at once are signed in as themselves",
        PEOPLE - wrong.len()
    ));
    match outcomes.into_iter().find(Result::is_err) {
        Some(Err(Stop::Broken(error))) => Err(Stop::Broken(error)),
        Some(Err(stop)) => Err(match stop {
            Stop::Found(finding) => t.found(start, finding.expected, finding.actual),
            other => other,
        }),
        _ => Ok(()),
    }
}

/// From the app to the provider's login page and back.
async fn lands_as_themselves(t: &Trial, name: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let form = agent.begin_at_login_page().await?;
    agent.enter_password(form, name).await?.accepted(name)
}

const KILLED: Scenario = Scenario::policy("crowd/killed-meanwhile")
    .clause("none: reported")
    .why("an app that ends while it decides on an answer has perhaps used it up: the person sends it again, or begins anew")
    .covers(&["ROB-06"])
    .needs(&[Need::Restart, Need::HandMadeRequests])
    .cold()
    .run(|t| Box::pin(killed(t)));

async fn killed(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let before = t.tenant().trace().count(Endpoint::Jwks);
    let guard = t.arm(vec![WIRE.at(Endpoint::Jwks).delay(5_000)])?;
    let is_deciding = async {
        let mut pulse = tokio::time::interval(Duration::from_millis(5));
        while t.tenant().trace().count(Endpoint::Jwks) == before && !asked(&guard) {
            pulse.tick().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(3), is_deciding);
    // The answer never comes: the app is ended while it waits for the keys.
    let ended = tokio::select! {
        _ = agent.post(&pending.form.fields) => false,
        seen = in_time => seen.is_ok(),
    };
    drop(guard);
    t.restart().await?;
    if !ended {
        return Err(Stop::NotRun(harness::Reason::AppDidNotAsk("the keys, while it decides".to_owned())));
    }
    let landing = agent.deliver(&pending.form.fields).await?;
    let word = if landing.subject.is_some() { "is taken" } else { "is refused, and another login can begin" };
    t.observe(format!("an answer that is sent again after the app was ended over it {word}"));
    if landing.subject.is_some() {
        return landing.accepted(&t.subject(HONEST)?);
    }
    landing.refused()?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

fn asked(guard: &mock_idp::FaultGuard) -> bool {
    guard.report().iter().any(|report| report.fired > 0)
}

const MUTATED: Scenario = Scenario::harden("crowd/mutated-answers")
    .clause("RFC 6749 10.12; OIDC Core 3.2.2.11; RFC 8725 3.7")
    .why("whatever is done to an honest answer: no session, unless every part that matters is as it was, no crash and no hang")
    .covers(&["ROB-07"])
    .run(|t| Box::pin(mutated(t)));

/// The same numbers give the same mutations.
const SEED: u64 = 20_270_115;

async fn mutated(t: &mut Trial) -> Outcome {
    const ROUNDS: usize = 10;
    let mut dice = Dice::new(SEED);
    for kind in mutation::KINDS {
        let outcome = each_is_refused(t, kind, &mut dice, ROUNDS).await;
        t.input(kind.label, outcome);
    }
    Ok(())
}

async fn each_is_refused(t: &Trial, kind: &mutation::Kind, dice: &mut Dice, rounds: usize) -> Outcome {
    let mut agent = t.agent().await?;
    for _ in 0..rounds {
        let pending = agent.begin(FORGED).await?;
        let honest = &pending.form.fields;
        let changed = (kind.change)(honest, dice);
        let landing = agent.deliver(&changed).await?;
        if says_the_same(honest, &changed) {
            // It may be taken: then somebody else's browser goes on.
            if landing.subject.is_some() {
                landing.accepted(&t.subject(FORGED)?)?;
                agent = t.agent().await?;
            }
            continue;
        }
        landing.refused()?;
    }
    Ok(())
}

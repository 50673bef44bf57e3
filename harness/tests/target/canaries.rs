//! A secret of a login in any answer of the application, and what may stand there.

use crate::place::{PROFILE, open, run};
use harness::trial::{FORGED, HONEST};
use harness::verdict::TrialRecord;
use harness::{Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;

/// What the application may be told to show, and what it is called.
const SECRETS: [(&str, &str); 8] = [
    ("the claims", "the ID Token"),
    ("the signature", "the ID Token"),
    ("the code", "the code"),
    ("the code_verifier", "the code_verifier"),
    ("the access token", "the access token"),
    ("the refresh token", "the refresh token"),
    ("the client secret", "the client secret"),
    ("the client secret in a header", "the client secret"),
];

/// What it is told not to be secret, or not from whom it shows it to.
const HARMLESS: [&str; 5] =
    ["the header", "the state", "the nonce", "the code_challenge", "signed in: rpcheck-forged"];

const PLACES: [(&str, &str); 3] = [
    ("a 404", "the body of an answer of the app, to GET /nowhere"),
    ("an asset", "the body of an answer of the app, to GET /app.js"),
    ("a header", "the header x-debug of an answer of the app, to POST /callback"),
];

/// Signs in, is shown something, and goes where it stands. Each is an input of its own.
async fn shows(t: &mut Trial, names: &[&str]) -> Outcome {
    for (place, _) in PLACES {
        for name in names {
            let guard = t.arm(vec![ID_TOKEN.set("show", *name), ID_TOKEN.set("where", place)])?;
            let mut agent = t.agent().await?;
            agent.log_in(FORGED).await?;
            drop(guard);
            agent.look("/nowhere").await?;
            agent.look("/app.js").await?;
            t.input(format!("{name} in {place}"), Ok(()));
        }
    }
    Ok(())
}

async fn tried(scenario: Scenario) -> TrialRecord {
    let variant = "[variants.code]\nenv = { RP_SECRET = \"a-secret-of-this+app/\" }\n\
                   client = { client_secret = \"a-secret-of-this+app/\" }";
    let target = open(&format!("{PROFILE}\n{variant}\n")).await.unwrap();
    run(target, &[scenario.variant("code").alone()]).await.trials.remove(0)
}

pub(crate) async fn a_secret_in_any_answer_is_found_there_by_its_name() {
    async fn script(t: &mut Trial) -> Outcome {
        shows(t, &SECRETS.map(|(name, _)| name)).await
    }
    let record = tried(Scenario::must("test/shown").run(|t| Box::pin(script(t)))).await;

    let mut inputs = record.inputs.iter();
    for (place, answer) in PLACES {
        for (name, what) in SECRETS {
            let input = inputs.next().unwrap();
            let actual = input.verdict.finding().map(|finding| finding.actual.as_str());
            assert_eq!(actual, Some(format!("{what} is in {answer}").as_str()), "{name} in {place}");
            let forbidden = what.contains("access") || what.contains("refresh") || what.contains("secret");
            assert_eq!(input.verdict.name(), if forbidden { "fail" } else { "warn" }, "{name}");
        }
    }
    assert!(inputs.next().is_none(), "nothing is left over: {:?}", record.inputs.last());
    let bodies = record.conversation.iter().filter_map(|exchange| exchange.response.as_ref());
    let longest = bodies.map(|answer| answer.body.len()).max();
    assert!(
        longest.is_some_and(|most| (64 * 1024..65 * 1024).contains(&most)),
        "kept of a body: {longest:?}"
    );
}

pub(crate) async fn what_is_no_secret_or_the_browsers_own_may_stand_in_any_answer() {
    async fn script(t: &mut Trial) -> Outcome {
        shows(t, &HARMLESS).await
    }
    let record = tried(Scenario::must("test/harmless").run(|t| Box::pin(script(t)))).await;

    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}

/// One person's state stands on a page that another one is shown.
async fn shows_to_others(t: &mut Trial) -> Outcome {
    let guard = t.arm(vec![ID_TOKEN.set("show", "the own state"), ID_TOKEN.set("where", "a 404")])?;
    let mut agent = t.agent().await?;
    agent.log_in_at("/login?state=a-state-of-one-person", FORGED).await?;
    agent.look("/nowhere").await?;
    drop(guard);
    t.input("to whom it belongs", Ok(()));
    t.agent().await?.look("/nowhere").await?;
    t.input("to somebody else", Ok(()));
    Ok(())
}

pub(crate) async fn the_state_of_a_login_is_for_the_browser_that_it_is_of() {
    let record = tried(Scenario::must("test/state").run(|t| Box::pin(shows_to_others(t)))).await;

    let found: Vec<_> =
        record.inputs.iter().map(|input| (input.label.as_str(), input.verdict.name())).collect();
    assert_eq!(found, [("to whom it belongs", "pass"), ("to somebody else", "warn")]);
}

/// Nothing is demanded, and nothing tried: what is shown after the last input is found all the same.
async fn shows_at_last(t: &mut Trial) -> Outcome {
    t.input("before", Ok(()));
    let guard = t.arm(vec![ID_TOKEN.set("show", "the claims"), ID_TOKEN.set("where", "a 404")])?;
    let mut agent = t.agent().await?;
    agent.log_in(HONEST).await?;
    drop(guard);
    agent.look("/nowhere").await?;
    Ok(())
}

pub(crate) async fn what_is_shown_after_the_last_input_is_found_too() {
    let record = tried(Scenario::must("test/last").run(|t| Box::pin(shows_at_last(t)))).await;

    let found: Vec<_> =
        record.inputs.iter().map(|input| (input.label.as_str(), input.verdict.name())).collect();
    assert_eq!(found, [("before", "pass"), ("", "warn")]);
}

/// Signs in and leaves: with the token as a hint for the provider, or for nobody.
async fn leaves(t: &mut Trial) -> Outcome {
    for place in ["a logout", "a page of the app"] {
        let guard = t.arm(vec![ID_TOKEN.set("show", "the token"), ID_TOKEN.set("where", place)])?;
        let mut agent = t.agent().await?;
        agent.log_in(FORGED).await?;
        drop(guard);
        agent.look("/logout").await?;
        t.input(place, Ok(()));
    }
    Ok(())
}

pub(crate) async fn a_token_is_a_hint_for_the_provider_and_a_leak_anywhere_else() {
    let record = tried(Scenario::must("test/leaves").run(|t| Box::pin(leaves(t)))).await;

    let found: Vec<_> =
        record.inputs.iter().map(|input| (input.label.as_str(), input.verdict.name())).collect();
    assert_eq!(found, [("a logout", "pass"), ("a page of the app", "warn")], "{:?}", record.inputs);
}

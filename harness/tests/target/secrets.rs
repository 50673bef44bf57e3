//! Secrets of a login in the application's log.

use crate::place::{PROFILE, open, run};
use harness::trial::{FORGED, secrets};
use harness::{Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;

const ID_TOKEN_FLOW: [(&str, &str); 6] = [
    ("the claims", "the ID Token"),
    ("the signature", "the ID Token"),
    ("the state", "the state"),
    ("the state in an address", "the state"),
    ("the nonce", "the nonce"),
    ("a cookie", "a cookie"),
];

const CODE_FLOW: [(&str, &str); 7] = [
    ("the code", "the code"),
    ("the code_verifier", "the code_verifier"),
    ("the access token", "the access token"),
    ("the refresh token", "the refresh token"),
    ("the client secret", "the client secret"),
    ("the client secret in a header", "the client secret"),
    ("the claims", "the ID Token"),
];

const NO_SECRETS: [&str; 4] =
    ["the header", "the code_challenge", "signed in: rpcheck-forged", "rpcheck-client"];

/// What is found in the log, after a login for each of these in which the application is told to write it there.
async fn told(t: &mut Trial, names: impl Iterator<Item = &str>) -> Vec<Vec<&'static str>> {
    let mut all = Vec::new();
    for name in names {
        let before = t.log().await.len();
        let guard =
            t.arm(vec![ID_TOKEN.set("tell", name), ID_TOKEN.set("probe", "a-person-with-a-long-name")]);
        let landing = t.agent().await.unwrap().log_in(FORGED).await.unwrap();
        drop(guard);
        let log = t.log().await;
        let found = secrets(&landing.conversation);
        let mut found: Vec<_> =
            found.iter().filter(|secret| secret.is_in(&log[before..])).map(|secret| secret.what).collect();
        found.dedup();
        all.push(found);
    }
    all
}

async fn finds(t: &mut Trial, known: &[(&str, &'static str)]) -> Outcome {
    let found = told(t, known.iter().map(|(name, _)| *name)).await;
    for ((name, what), found) in known.iter().zip(found) {
        assert_eq!(found, [*what], "{name}");
    }
    Ok(())
}

async fn finds_nothing(t: &mut Trial) -> Outcome {
    let found = told(t, NO_SECRETS.into_iter()).await;
    assert!(found.iter().all(Vec::is_empty), "{found:?}");
    Ok(())
}

async fn passes(scenario: Scenario) {
    let variant = "[variants.code]\nenv = { RP_SECRET = \"a-secret-of-this+app/\" }\n\
                   client = { client_secret = \"a-secret-of-this+app/\" }";
    let record =
        run(open(&format!("{PROFILE}\n{variant}\n")).await.unwrap(), &[scenario]).await.trials.remove(0);
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}

pub(crate) async fn whatever_of_a_login_an_app_writes_to_its_log_is_found_there_by_its_name() {
    passes(Scenario::must("test/id-token").run(|t| Box::pin(finds(t, &ID_TOKEN_FLOW)))).await;
    passes(Scenario::must("test/code").variant("code").alone().run(|t| Box::pin(finds(t, &CODE_FLOW)))).await;
}

pub(crate) async fn what_is_no_secret_may_be_in_the_log() {
    passes(Scenario::must("test/id-token").run(|t| Box::pin(finds_nothing(t)))).await;
    passes(Scenario::must("test/code").variant("code").alone().run(|t| Box::pin(finds_nothing(t)))).await;
}

//! Logins that are changed by a seed: an app with a rule left out is found out, and the sample is not.

use super::{DEADLINE, weak};
use harness::fuzz::{Flow, Found, Plan, Record, paste, run};
use harness::runner::run_one;
use harness::{Scenario, Symptom, Target};
use scenarios::sample::SampleTarget;

fn plan(seed: u64, cases: u64, enough: usize) -> Plan {
    Plan { flow: Flow::IdToken, seed, first: 0, cases: Some(cases), time: None, enough }
}

async fn tried(target: &dyn Target, seed: u64, cases: u64, enough: usize) -> Record {
    run(target, &plan(seed, cases, enough), |_| {}).await.expect("the cases can be told")
}

/// What shows that this rule is left out.
async fn found_without(rule: &str, enough: usize) -> Vec<Found> {
    let found = tried(&weak(rule).await, 1, 300, enough).await.found;
    assert!(!found.is_empty(), "nothing is found without {rule}");
    found
}

#[tokio::test]
async fn the_sample_stands_whatever_is_changed_and_lets_in_whom_it_may() {
    let sample = SampleTarget::new().await.expect("the sample starts");

    let record = tried(&sample, 20_270_115, 400, 1).await;

    assert!(record.found.is_empty(), "{:#?}", record.found);
    assert_eq!(record.cases, 400);
    assert!(record.broken > 250, "{} had to be refused", record.broken);
    assert!(record.taken > 10, "{} were taken", record.taken);
}

#[tokio::test]
async fn a_rule_that_is_left_out_is_found_and_told_by_the_one_change_that_shows_it() {
    for (rule, told) in [
        ("nonce-check", "nonce"),
        ("nonce-required", "nonce"),
        ("exp-required", "exp"),
        ("aud-check", "aud"),
        ("iss-check", "iss"),
        ("signature-check", "id_token"),
        ("state-browser-binding", "cookies"),
        ("transaction-seal", "cookies"),
        ("duplicate-parameter-check", "the form"),
    ] {
        for found in found_without(rule, 2).await {
            let done: Vec<_> = found.changes.iter().map(ToString::to_string).collect();
            assert!(done.len() == 1 && done[0].contains(told), "{rule}: {done:?}");
            assert_eq!(found.finding.symptom, Symptom::Behaviour, "{rule}: {done:?}");
        }
    }
}

#[tokio::test]
async fn an_app_that_falls_over_a_token_is_found() {
    for rule in ["malformed-token-handling", "claims-shape-check", "profile-claims-check"] {
        let found = found_without(rule, 5).await;
        let crash = found.iter().find(|found| found.finding.symptom == Symptom::ServerError);
        assert_eq!(crash.expect(rule).changes.len(), 1, "{rule}: {crash:?}");
    }
}

#[tokio::test]
async fn the_same_seed_finds_the_same_and_a_case_alone_does_so_too() {
    let all =
        |found: &[Found]| found.iter().map(|found| (found.number, found.changes.clone())).collect::<Vec<_>>();
    let first = found_without("nonce-check", 3).await;

    let again = found_without("nonce-check", 3).await;
    let plan = Plan { first: first[0].number, ..plan(1, 1, 1) };
    let alone = run(&weak("nonce-check").await, &plan, |_| {}).await.expect("it can be told");

    assert_eq!(all(&again), all(&first));
    assert_eq!(all(&alone.found), all(&first)[..1]);
}

#[tokio::test]
async fn what_is_printed_is_a_scenario_that_shows_it_again() {
    const PRINTED: &str =
        r#"[{"told":{"seam":"id-token-claims","verb":"remove","name":"nonce","occurrence":"every"}}]"#;
    const FOUND: Scenario = Scenario::must("fuzz/seed-1-case-0").run(|t| harness::fuzz::again(t, PRINTED));

    let found = found_without("nonce-required", 1).await;

    let text = paste(&found[0], &plan(1, 300, 1));
    assert!(text.contains(&format!("harness::fuzz::again(t, r#\"{PRINTED}\"#)")), "{text}");
    let weak = run_one(&weak("nonce-required").await, FOUND, DEADLINE).await;
    assert_eq!(weak.verdict.name(), "fail", "{:?}", weak.verdict);
    let sample = SampleTarget::new().await.expect("the sample starts");
    assert_eq!(run_one(&sample, FOUND, DEADLINE).await.verdict.name(), "pass");
}

#[tokio::test]
async fn an_app_that_nobody_can_log_in_to_is_not_fuzzed() {
    let error =
        run(&weak("transaction-same-site-none").await, &plan(1, 1, 1), |_| {}).await.expect_err("no login");

    assert!(error.to_string().starts_with("an honest login does not work"), "{error}");
}

#[tokio::test]
async fn the_sample_stands_in_the_flows_with_a_code_as_well() {
    let sample = SampleTarget::new().await.expect("the sample starts");
    for flow in [Flow::Code, Flow::CodeIdToken] {
        let plan = Plan { flow, ..plan(20_270_115, 250, 1) };

        let record = run(&sample, &plan, |_| {}).await.expect("the cases can be told");

        assert!(record.found.is_empty(), "{flow:?}: {:#?}", record.found);
        assert!(record.broken > 100, "{flow:?}: {} had to be refused", record.broken);
        assert!(record.taken > 10, "{flow:?}: {} were taken", record.taken);
    }
}

#[tokio::test]
async fn a_rule_that_is_left_out_is_found_in_every_flow_and_printed_with_its_variant() {
    for (flow, variant) in [(Flow::Code, "code-with-userinfo"), (Flow::CodeIdToken, "code-and-id-token")] {
        let plan = Plan { flow, ..plan(1, 300, 1) };

        let record = run(&weak("nonce-check").await, &plan, |_| {}).await.expect("the cases can be told");

        assert_eq!(record.found.len(), 1, "{flow:?}");
        let text = paste(&record.found[0], &plan);
        assert!(text.contains(&format!(".variant(\"{variant}\")\n    .alone()\n    .run(")), "{text}");
        assert!(record.found[0].changes.len() == 1 && text.contains("nonce"), "{text}");
    }
}

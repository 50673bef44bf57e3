//! The rules of judgement, tested on the harness itself: what is a pass, what is a failure, and what is neither.
//! `verdicts/rules.rs` lists all sixteen, and for each where its tests stand.

#[path = "verdicts/evidence.rs"]
mod evidence;
#[path = "verdicts/fuzz.rs"]
mod fuzz;
#[path = "verdicts/reasons.rs"]
mod reasons;
#[path = "verdicts/rules.rs"]
mod rules;

use harness::agent::Flavour;
use harness::deviations::Deviations;
use harness::event::RunRecord;
use harness::report::failure;
use harness::runner::{self, Options, run_one};
use harness::verdict::{TrialRecord, Verdict};
use harness::{Expect, Need, Reason, Scenario};
use mock_idp::fault::{HEADER, ID_TOKEN, JWKS, RESPONSE, SEAL};
use sample_app::{SampleApp, StartError, Weakness};
use scenarios::sample::SampleTarget;
use std::sync::Arc;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(30);

async fn tried(scenario: Scenario) -> TrialRecord {
    let sample = SampleTarget::new().await.expect("the sample starts");
    run_one(&sample, scenario, DEADLINE).await
}

/// The sample with a rule left out.
async fn weak(name: &str) -> SampleTarget {
    let weakness = Weakness::from_name(name).expect("a weakness of this name");
    let start = move |listener, settings, ambient| -> futures::future::BoxFuture<'static, _> {
        Box::pin(SampleApp::start_weak(listener, settings, ambient, weakness))
    };
    SampleTarget::started_by(name, Arc::new(start)).await.expect("the sample starts")
}

/// The sample, which ends at once where the provider's metadata lead to another place than the provider.
async fn wary() -> SampleTarget {
    let start =
        |listener, settings: sample_app::Settings, ambient| -> futures::future::BoxFuture<'static, _> {
            Box::pin(async move {
                let issuer = settings.issuers[0].issuer.clone();
                let client = reqwest::Client::builder().no_proxy().build().expect("a client");
                let answer = client.get(format!("{issuer}/.well-known/openid-configuration")).send().await;
                let text = answer.expect("an answer").text().await.expect("metadata");
                let metadata: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                match metadata["token_endpoint"].as_str() {
                    Some(endpoint) if !endpoint.starts_with(&issuer) => {
                        Err(StartError::Listener(std::io::Error::other("not my provider's endpoints")))
                    }
                    _ => SampleApp::start(listener, settings, ambient).await,
                }
            })
        };
    SampleTarget::started_by("wary", Arc::new(start)).await.expect("the sample starts")
}

fn reason(record: &TrialRecord) -> &Reason {
    match &record.verdict {
        Verdict::NotRun { reason } => reason,
        other => panic!("not run was expected, not {other:?}"),
    }
}

fn broken(record: &TrialRecord) -> &str {
    match &record.verdict {
        Verdict::Broken { error } => error,
        other => panic!("broken was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_fault_that_changes_nothing_teaches_nothing() {
    let record =
        tried(Scenario::must("test/no-difference").with(|| vec![ID_TOKEN.remove("not-there")])).await;
    assert!(matches!(reason(&record), Reason::NoDifference(_)), "{:?}", record.verdict);
}

#[tokio::test]
async fn a_fault_that_a_caching_app_never_asked_for_is_not_run() {
    let record = tried(Scenario::must("test/cached").with(|| vec![JWKS.remove("/keys/*/kid")])).await;
    assert!(matches!(reason(&record), Reason::AppDidNotAsk(_)), "{:?}", record.verdict);
}

#[tokio::test]
async fn a_fault_of_ours_that_never_fires_is_our_own_failure() {
    let record = tried(Scenario::must("test/never").with(|| vec![RESPONSE.set("state", "x").nth(9)])).await;
    assert!(broken(&record).contains("never fired"), "{:?}", record.verdict);
}

#[tokio::test]
async fn an_app_that_does_not_fall_for_foreign_endpoints_is_not_asked_what_it_would_do_there() {
    let unasked =
        scenarios::catalogue().into_iter().find(|scenario| scenario.id == "callback/unasked-parameters");

    let record = run_one(&wary().await, unasked.expect("the scenario"), DEADLINE).await;

    assert!(reason(&record).to_string().contains("at another origin"), "{:?}", record.verdict);
}

#[tokio::test]
async fn an_app_that_nobody_can_log_in_to_proves_nothing_by_refusing() {
    let target = weak("transaction-same-site-none").await;
    let scenario = Scenario::must("test/unsigned").with(|| vec![SEAL.unsigned()]);

    let record = run_one(&target, scenario, DEADLINE).await;

    assert!(broken(&record).contains("an honest login beforehand did not work"), "{:?}", record.verdict);
}

#[tokio::test]
async fn a_refusal_that_leaves_the_app_unable_to_log_anybody_in_is_a_finding() {
    // Without the kids in the key set, the good token after the bad one names a key that is not there.
    let target = weak("jwks-refetch").await;
    let lie = || vec![JWKS.remove("/keys/*/kid"), HEADER.set("kid", "made-up")];
    let record = run_one(&target, Scenario::must("test/after").cold().with(lie), DEADLINE).await;

    let finding = record.verdict.finding().expect("a finding");
    assert!(finding.expected.starts_with("an honest login afterwards"), "{finding:?}");
}

#[tokio::test]
async fn a_script_that_panics_is_our_own_failure_and_says_why() {
    let panics = Scenario::must("test/panics").run(|_| Box::pin(async { panic!("the script has a hole") }));
    assert!(broken(&tried(panics).await).contains("the script has a hole"));
}

#[tokio::test]
async fn a_need_that_is_not_met_is_not_run_and_says_what_is_missing() {
    let record = tried(Scenario::must("test/browser").needs(&[Need::Browser]).with(Vec::new)).await;
    assert_eq!(reason(&record).to_string(), "needs a real browser");
    assert!(record.conversation.is_empty());
}

#[tokio::test]
async fn a_failure_tells_its_five_parts() {
    let target = weak("aud-check").await;
    let scenario = Scenario::must("test/aud")
        .clause("OIDC Core 3.1.3.7 (3)")
        .why("a token minted for another client must not log anyone in here")
        .with(|| vec![ID_TOKEN.set("aud", "someone-else")]);

    let text = failure::text(&run_one(&target, scenario, DEADLINE).await);

    for part in [
        "FAIL test/aud",
        "why       a token minted for another client",
        "OIDC Core 3.1.3.7 (3), must",
        "expected  the login is refused",
        "actual    the app signed somebody in, as rpcheck-forged",
        "shown by",
        "POST http://localhost:",
        "the id_token's aud is \"someone-else\"",
    ] {
        assert!(text.contains(part), "“{part}” is not in:\n{text}");
    }
}

#[tokio::test]
async fn each_input_has_a_verdict_of_its_own() {
    let target = weak("aud-exact-match").await;
    let inputs = Scenario::must("test/inputs").inputs(|_| {
        vec![
            harness::Input::new("nearly", vec![ID_TOKEN.append("aud", "1")]),
            harness::Input::new("not at all", vec![ID_TOKEN.set("aud", "x")]),
        ]
    });

    let record = run_one(&target, inputs, DEADLINE).await;

    let verdicts: Vec<_> =
        record.inputs.iter().map(|input| (input.label.as_str(), input.verdict.name())).collect();
    assert_eq!(verdicts, [("nearly", "fail"), ("not at all", "pass")]);
    assert_eq!(record.verdict.name(), "fail");
}

async fn run(target: SampleTarget, scenarios: &[Scenario], strict: bool) -> RunRecord {
    let options = Options { strict, ..Options::default() };
    runner::run(Arc::new(target), scenarios, options, &Deviations::default(), |_| {}).await
}

#[tokio::test]
async fn the_exit_code_is_the_first_that_applies() {
    const MUST: Scenario = Scenario::must("test/must").with(|| vec![ID_TOKEN.set("aud", "x")]);
    const SHOULD: Scenario = Scenario::should("test/should").with(|| vec![ID_TOKEN.set("aud", "x")]);
    const HARDEN: Scenario = Scenario::harden("test/harden").with(|| vec![ID_TOKEN.set("aud", "x")]);
    const POLICY: Scenario = Scenario::policy("test/policy").with(|| vec![ID_TOKEN.set("aud", "x")]);
    const NEVER: Scenario = Scenario::must("test/never").with(|| vec![RESPONSE.set("state", "x").nth(9)]);
    const NOT_RUN: Scenario = Scenario::must("test/not-run").needs(&[Need::Browser]).with(Vec::new);
    let sample = || async { SampleTarget::new().await.expect("the sample starts") };

    assert_eq!(run(sample().await, &[MUST, SHOULD], true).await.exit_code(), 0);
    assert_eq!(run(weak("aud-check").await, &[MUST, NEVER], false).await.exit_code(), 1);
    assert_eq!(run(weak("aud-check").await, &[SHOULD], false).await.exit_code(), 0);
    assert_eq!(run(weak("aud-check").await, &[SHOULD], true).await.exit_code(), 1);
    assert_eq!(run(sample().await, &[MUST, NEVER], false).await.exit_code(), 2);
    assert_eq!(run(sample().await, &[NOT_RUN], false).await.exit_code(), 3);
    for reported in [HARDEN, POLICY] {
        assert_eq!(run(weak("aud-check").await, &[reported], true).await.exit_code(), 0);
    }
}

#[tokio::test]
async fn what_is_planned_is_what_was_run_and_what_was_not() {
    const MUST: Scenario = Scenario::must("test/must").with(|| vec![ID_TOKEN.set("aud", "x")]);
    const ACCEPT: Scenario = Scenario::tolerate("test/accept").with(Vec::new).expect(Expect::Accepted);
    const NOT_RUN: Scenario = Scenario::must("test/not-run").needs(&[Need::Browser]).with(Vec::new);

    let totals = run(weak("aud-check").await, &[MUST, ACCEPT, NOT_RUN], false).await.totals();

    assert_eq!((totals.planned, totals.passed, totals.failed, totals.not_run), (3, 1, 1, 1));
}

fn fails_and_never_fires(_: &harness::Facts) -> Vec<harness::Input> {
    vec![
        harness::Input::new("fails", vec![ID_TOKEN.set("aud", "x")]),
        harness::Input::new("never", vec![RESPONSE.set("state", "x").nth(9)]),
    ]
}

const BOTH: Scenario = Scenario::must("test/both").inputs(fails_and_never_fires);

#[tokio::test]
async fn a_scenario_that_failed_fails_the_run_also_where_some_of_its_inputs_could_not_be_told() {
    let record = run(weak("aud-check").await, &[BOTH], false).await;

    assert_eq!(record.trials[0].verdict.name(), "broken");
    assert_eq!(record.exit_code(), 1);
}

#[tokio::test]
async fn a_trial_that_could_not_be_told_is_not_counted_among_the_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("known.toml");
    std::fs::write(&list, "[[deviation]]\nscenario = \"test/both\"\nreason = \"so it is\"").expect("written");
    let known = Deviations::read(&list).expect("a list");

    let target = Arc::new(weak("aud-check").await);
    let record = runner::run(target, &[BOTH], Options::default(), &known, |_| {}).await;

    assert_eq!((record.totals().broken, record.totals().known), (1, 0));
    assert_eq!(record.exit_code(), 2);
}

/// The cookie of a login is unmarked: Chromium and the specification withhold it from the provider's form after two
/// minutes, or at once; Firefox never does.
#[tokio::test]
async fn the_cookie_rules_of_the_browser_that_is_asked_for_are_kept() {
    let slow = scenarios::catalogue().into_iter().find(|one| one.id == "cookie/slow-login").expect("there");

    let mut seen = Vec::new();
    for flavour in [Flavour::Chromium, Flavour::Firefox, Flavour::Spec] {
        let target = weak("transaction-same-site-marked").await.used_with(flavour);
        seen.push(run_one(&target, slow, DEADLINE).await.verdict.name());
    }

    assert_eq!(seen, ["fail", "pass", "fail"]);
}

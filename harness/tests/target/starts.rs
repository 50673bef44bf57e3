//! Applications that read their provider's metadata as they start, and other ways to start.

use crate::place::{PROFILE, app, open, tried};
use harness::runner::run_one;
use harness::trial::{FORGED, meaningful};
use harness::{Expect, Input, Need, Outcome, Scenario, Symptom, Trial};
use mock_idp::fault::{DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;
use std::time::Duration;

const READS_AT_START: &str = "RP_READS_AT_START = \"yes\"";

pub(crate) async fn metadata_that_are_read_at_the_start_are_lied_about_then_and_a_refusal_to_start_counts() {
    let refused = Scenario::must("test/issuer").cold().with(|| vec![DISCOVERY.append("issuer", "INVALID")]);
    let record = tried(app(READS_AT_START).await, refused).await;
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
    assert!(record.conversation.iter().any(|exchange| !exchange.faults.is_empty()), "the fault was told");

    let inputs = Scenario::harden("test/down")
        .cold()
        .inputs(|_| {
            let metadata = WIRE.at(Endpoint::Discovery);
            vec![
                Input::new("503", vec![metadata.status(503)]),
                Input::new("dropped", vec![metadata.hang_up()]),
            ]
        })
        .expect(Expect::RefusedOrUnavailable);
    let record = tried(app(READS_AT_START).await, inputs).await;
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}

pub(crate) async fn an_app_that_hangs_while_it_starts_has_refused_nothing() {
    let profile = format!("{PROFILE}{READS_AT_START}\n").replace("[run]", "[run]\nready_deadline = 3");
    let silent = Scenario::harden("test/silent")
        .cold()
        .with(|| vec![WIRE.at(Endpoint::Discovery).delay(60_000)])
        .expect(Expect::RefusedOrUnavailable);
    let record = tried(open(&profile).await.unwrap(), silent).await;
    let finding = record.verdict.finding().expect("a finding");
    assert_eq!(finding.symptom, Symptom::Hang);
    assert!(finding.actual.contains("within 3 s"), "{finding:?}");
    assert_eq!(record.inputs.len(), 1, "it starts again once the provider answers: {:?}", record.inputs);
}

pub(crate) async fn whoever_restarts_the_app_has_time_for_that() {
    async fn script(_: &mut Trial) -> Outcome {
        let _ = tokio::time::timeout(Duration::from_secs(2), std::future::pending::<()>()).await;
        Ok(())
    }
    let slow = Scenario::must("test/slow").unsandwiched().run(|t| Box::pin(script(t)));
    let target = app("").await;
    let deadline = Duration::from_secs(1);
    assert_eq!(run_one(&target, slow, deadline).await.verdict.name(), "broken");
    let restarting = slow.alone().needs(&[Need::Restart]);
    assert_eq!(run_one(&target, restarting, deadline).await.verdict.name(), "pass");
}

pub(crate) async fn an_app_that_must_accept_what_keeps_it_from_starting_fails() {
    let tolerated = Scenario::tolerate("test/tolerated")
        .cold()
        .with(|| vec![DISCOVERY.append("issuer", "INVALID")])
        .expect(Expect::Accepted);
    let record = tried(app(READS_AT_START).await, tolerated).await;
    let finding = record.verdict.finding().expect("a finding");
    assert_eq!(finding.symptom, Symptom::NotStarted);
    assert!(finding.actual.contains("these are not my provider's metadata"), "{finding:?}");
}

pub(crate) async fn a_script_that_restarts_and_then_arms_sees_that_the_app_did_not_start() {
    async fn script(t: &mut Trial) -> Outcome {
        t.restart().await?;
        let guard = t.arm(vec![DISCOVERY.append("issuer", "INVALID")])?;
        let landing = t.agent().await?.log_in(FORGED).await?;
        meaningful(&guard.report())?;
        let why = t.not_started().await.unwrap_or_default();
        t.demand(why.contains("exit status: 7"), 0, "it says why it did not start", why)?;
        landing.refused()
    }
    let scenario = Scenario::must("test/script").cold().run(|t| Box::pin(script(t)));
    let record = tried(app(READS_AT_START).await, scenario).await;
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}

pub(crate) async fn readiness_is_the_apps_own_answer_and_not_that_of_the_place_it_leads_to() {
    // Nothing listens on port 1, so that whoever follows finds the application not ready.
    let elsewhere = "RP_HOME = \"http://127.0.0.1:1/\"";
    let profile = format!("{PROFILE}{elsewhere}\n").replace("[run]", "[run]\nready_deadline = 5");
    let error = open(&profile).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(!error.contains("did not start"), "{error}");
}

pub(crate) async fn an_app_on_127_0_0_1_has_its_provider_on_localhost() {
    let target = open(&PROFILE.replace("http://localhost", "http://127.0.0.1")).await.expect("it signs in");
    let record =
        tried(target, Scenario::tolerate("test/honest").with(Vec::new).expect(Expect::Accepted)).await;
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
    let facts = record.facts.expect("facts");
    assert!(facts.issuer.starts_with("http://localhost:"), "{}", facts.issuer);
}

pub(crate) async fn who_listens_in_the_apps_place_is_not_taken_for_the_app() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = stranger.local_addr().unwrap().port().to_string();
    let error = open(&PROFILE.replace("{port}", &port)).await.err().expect("an error").to_string();
    assert!(error.contains("another program listens on localhost:") && error.contains(&port), "{error}");
    assert!(error.contains("base_url = \"http://localhost:{port}\""), "{error}");
}

pub(crate) async fn setting_up_has_a_deadline_that_its_error_names() {
    let setup = "[run]\nsetup = [\"sleep\", \"60\"]\nsetup_marker = \"there\"\nsetup_deadline = 1";
    let error = open(&PROFILE.replace("[run]", setup)).await.err().expect("an error").to_string();
    assert!(error.contains("after 1 s") && error.contains("run.setup_deadline"), "{error}");
    assert!(error.contains("by hand"), "{error}");
}

pub(crate) async fn setting_up_without_a_marker_would_never_be_done() {
    let error = open(&PROFILE.replace("[run]", "[run]\nsetup = [\"npm\", \"ci\"]")).await;
    let error = error.err().expect("an error").to_string();
    assert!(error.contains("run.setup_marker") && error.contains("write"), "{error}");
}

pub(crate) async fn an_app_that_does_not_start_is_told_with_its_output_and_a_remedy() {
    let command = "command = [\"sh\", \"-c\", \"echo no database; exit 9\"]";
    let profile = PROFILE.replace("command = [\"{program}\"]", command);
    let error = open(&profile).await.err().expect("an error").to_string();
    for words in ["exit status: 9", "no database", "run.command", "run.ready_deadline"] {
        assert!(error.contains(words), "“{words}” is not in: {error}");
    }
}

//! An application that goes down takes its neighbours' trials with it, and its own verdict only.

use crate::place::{app, run, tried};
use harness::verdict::TrialRecord;
use harness::{Input, Scenario, Symptom};
use mock_idp::fault::ID_TOKEN;

const CRASH: Scenario = Scenario::must("test/crash").with(|| vec![ID_TOKEN.set("do", "crash")]);
const ONE: Scenario = Scenario::must("test/one").inputs(|_| many());
const OTHER: Scenario = Scenario::must("test/other").inputs(|_| many());

/// Enough of them to be still at it when the application goes down.
fn many() -> Vec<Input> {
    let lie = |number| Input::new(format!("{number}"), vec![ID_TOKEN.set("aud", format!("other-{number}"))]);
    (0..12).map(lie).collect()
}

#[track_caller]
fn symptom(trial: &TrialRecord) -> Symptom {
    trial.verdict.finding().unwrap_or_else(|| panic!("a finding was expected: {:?}", trial.verdict)).symptom
}

pub(crate) async fn only_the_trial_that_crashes_the_app_alone_is_told_of_it() {
    let record = run(app("").await, &[ONE, CRASH, OTHER]).await;

    let verdicts: Vec<_> = record.trials.iter().map(|trial| &trial.verdict).collect();
    let names: Vec<_> = verdicts.iter().map(|verdict| verdict.name()).collect();
    assert_eq!(names, ["pass", "fail", "pass"], "{verdicts:?}");
    let finding = record.trials[1].verdict.finding().unwrap();
    assert!(finding.symptom.is_crash(), "{finding:?}");
    assert!(finding.actual.contains("exit status: 3"), "{finding:?}");
    let repeated = |trial: &&TrialRecord| trial.observations.iter().any(|note| note.contains("alone"));
    assert_eq!(record.trials.iter().filter(repeated).count(), 3);
}

pub(crate) async fn an_app_that_hangs_or_answers_5xx_before_the_fault_could_fire_is_found_out() {
    // The second login's fault never fires, because the first one's is what the application trips over.
    let hang =
        Scenario::must("test/500").with(|| vec![ID_TOKEN.set("do", "500"), ID_TOKEN.set("x", 1).nth(2)]);
    assert_eq!(symptom(&tried(app("").await, hang).await), Symptom::ServerError);

    let hang =
        Scenario::must("test/hang").with(|| vec![ID_TOKEN.set("do", "hang"), ID_TOKEN.set("x", 1).nth(2)]);
    assert_eq!(symptom(&tried(app("").await, hang).await), Symptom::Hang);
}

pub(crate) async fn a_probe_that_cannot_tell_is_a_finding_and_one_that_is_too_busy_is_not() {
    let crash = Scenario::must("test/probe").with(|| vec![ID_TOKEN.set("probe", "500")]);
    assert_eq!(symptom(&tried(app("").await, crash).await), Symptom::ServerError);

    let unavailable = Scenario::must("test/probe").with(|| vec![ID_TOKEN.set("probe", "503")]);
    assert_eq!(symptom(&tried(app("").await, unavailable).await), Symptom::ServerError);

    let busy = Scenario::must("test/probe").with(|| vec![ID_TOKEN.set("probe", "429")]);
    let record = tried(app("").await, busy).await;
    assert_eq!(record.verdict.name(), "broken", "{:?}", record.verdict);
    assert!(format!("{:?}", record.verdict).contains("rate limit"), "{:?}", record.verdict);

    let exits = Scenario::must("test/probe").with(|| vec![ID_TOKEN.set("probe", "exit")]);
    assert_eq!(symptom(&tried(app("").await, exits).await), Symptom::Dropped);
}

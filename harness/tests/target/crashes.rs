//! An application that goes down takes its neighbours' trials with it, and its own verdict only.

use crate::place::{PROFILE, app, open, run, tried};
use harness::deviations::Deviations;
use harness::event::Event;
use harness::runner::{self, Options};
use harness::verdict::TrialRecord;
use harness::{Input, Scenario, Symptom};
use mock_idp::fault::ID_TOKEN;
use std::sync::Arc;

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
    assert_eq!(record.trials.iter().filter(|trial| repeated(trial)).count(), 3);
}

/// Six, of which four run side by side; the application comes up at its first start, and by `when` at later ones.
async fn with_an_app_that_starts(when: &str) -> (Vec<TrialRecord>, Vec<String>) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let count = folder.path().join("starts").display().to_string();
    let script = format!(
        "echo >> {count}; n=$(wc -l < {count}); [ $n {when} ] || {{ echo no database; exit 9; }}; exec {{program}}"
    );
    let command = format!("command = [\"sh\", \"-c\", \"{script}\"]");
    let target = open(&PROFILE.replace("command = [\"{program}\"]", &command)).await.unwrap();
    let mut told = Vec::new();
    let tell = |event: &Event<'_>| match event {
        Event::TrialStarted { id } => told.push(format!("{id} starts")),
        Event::TrialFinished(trial) => told.push(format!("{} ends", trial.scenario.id)),
        _ => {}
    };
    let named = |id| Scenario { id, ..OTHER };
    let scenarios = [CRASH, ONE, OTHER, named("test/third"), named("test/fourth"), named("test/fifth")];
    let options = Options { jobs: 4, ..Options::default() };
    let run = runner::run(Arc::new(target), &scenarios, options, &Deviations::default(), tell).await;
    (run.trials, told)
}

fn repeated(trial: &TrialRecord) -> bool {
    trial.observations.iter().any(|note| note.contains("alone"))
}

pub(crate) async fn an_app_that_does_not_come_back_says_why_once_and_whoever_was_never_tried_is_not_repeated()
{
    let (trials, told) = with_an_app_that_starts("-lt 2").await;

    let errors: Vec<_> = trials.iter().map(|trial| format!("{:?}", trial.verdict)).collect();
    assert!(errors.iter().all(|error| error.contains("did not start")), "{errors:#?}");
    assert_eq!(errors.iter().filter(|error| error.contains("said:\\nno database")).count(), 1, "{errors:#?}");
    assert!(!trials.iter().any(repeated));
    for trial in &trials {
        let of = |word: &str| told.iter().position(|line| *line == format!("{} {word}", trial.scenario.id));
        assert!(of("starts").is_some() && of("starts") < of("ends"), "{told:#?}");
    }
    assert_eq!(told.len(), 12, "{told:#?}");
}

pub(crate) async fn a_trial_that_never_started_is_not_run_again() {
    let (trials, _) = with_an_app_that_starts("-ne 2").await;

    let again: Vec<_> = trials.iter().map(repeated).collect();
    assert_eq!(again, [true, true, true, true, false, false]);
    let verdicts: Vec<_> = trials.iter().map(|trial| trial.verdict.name()).collect();
    assert_eq!(verdicts, ["fail", "pass", "pass", "pass", "pass", "pass"]);
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

//! A trial that waits in real time does so on an application of its own, while the others go on.

use crate::place::{PROFILE, app, open};
use harness::deviations::Deviations;
use harness::event::RunRecord;
use harness::runner::{self, Options};
use harness::target::external::ExternalTarget;
use harness::{Outcome, Scenario, Trial};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The one that waits has begun, and the other one is done.
static BEGUN: Semaphore = Semaphore::const_new(0);
static DONE: Semaphore = Semaphore::const_new(0);

const WAITING: Scenario =
    Scenario::tolerate("test/waiting").alone().cools_down().run(|t| Box::pin(waiting(t)));
const WORKING: Scenario = Scenario::tolerate("test/working").run(|t| Box::pin(working(t)));

async fn waiting(t: &mut Trial) -> Outcome {
    BEGUN.add_permits(1);
    let outcome = passed(t, &DONE, "the other one is done meanwhile").await;
    t.observe(t.facts().base_url.to_string());
    outcome
}

async fn working(t: &mut Trial) -> Outcome {
    let outcome = passed(t, &BEGUN, "the one that waits has begun").await;
    DONE.add_permits(1);
    t.observe(t.facts().base_url.to_string());
    outcome
}

async fn passed(t: &Trial, gate: &Semaphore, what: &str) -> Outcome {
    let permit = tokio::time::timeout(Duration::from_secs(30), gate.acquire()).await;
    t.demand(permit.is_ok(), 0, what, "it did not within 30 s")?;
    t.honest().await
}

/// Two at a time: with one, what waits comes after the others.
async fn run(target: ExternalTarget, scenarios: &[Scenario]) -> RunRecord {
    let options = Options { jobs: 2, ..Options::default() };
    runner::run(Arc::new(target), scenarios, options, &Deviations::default(), |_| {}).await
}

pub(crate) async fn who_waits_for_old_keys_has_an_app_of_its_own_and_holds_up_nobody() {
    let cooling = PROFILE.replace("[probe]", "jwks_cool_down = 60\n[probe]");
    let record = run(open(&cooling).await.unwrap(), &[WAITING, WORKING]).await;

    for trial in &record.trials {
        assert_eq!(trial.verdict.name(), "pass", "{}: {:?}", trial.scenario.id, trial.inputs);
    }
    assert_ne!(record.trials[0].observations, record.trials[1].observations);
}

pub(crate) async fn whose_keys_need_not_be_old_shares_the_app_with_the_others() {
    async fn nothing(t: &mut Trial) -> Outcome {
        t.observe(t.facts().base_url.to_string());
        t.honest().await
    }
    let cooling = Scenario::tolerate("test/cooling").alone().cools_down().run(|t| Box::pin(nothing(t)));
    let other = Scenario::tolerate("test/other").run(|t| Box::pin(nothing(t)));

    let record = run(app("").await, &[cooling, other]).await;

    assert_eq!(record.trials[0].observations, record.trials[1].observations);
}

pub(crate) async fn whose_app_cannot_be_started_twice_is_not_run_and_says_why() {
    async fn nothing(t: &mut Trial) -> Outcome {
        t.honest().await
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let lock = folder.path().join("lock").display().to_string();
    let script = format!("mkdir {lock} || {{ echo only one of me; exit 9; }}; exec {{program}}");
    let command = format!("command = [\"sh\", \"-c\", \"{script}\"]");
    let profile = PROFILE.replace("command = [\"{program}\"]", &command);
    let cooling = profile.replace("[probe]", "jwks_cool_down = 60\n[probe]");
    let apart = Scenario::tolerate("test/apart").alone().cools_down().run(|t| Box::pin(nothing(t)));
    let other = Scenario::tolerate("test/other").run(|t| Box::pin(nothing(t)));

    let record = run(open(&cooling).await.unwrap(), &[apart, other]).await;

    let verdicts = record.trials.iter().map(|trial| trial.verdict.name()).collect::<Vec<_>>();
    assert_eq!(verdicts, ["not-run", "pass"]);
    let reason = format!("{:?}", record.trials[0].inputs);
    assert!(
        reason.contains("a second one cannot be started") && reason.contains("only one of me"),
        "{reason}"
    );
}

//! The sample app without one of its rules, and what a run of scenarios tells of it.

use futures::future::BoxFuture;
use harness::Scenario;
use harness::deviations::Deviations;
use harness::event::RunRecord;
use harness::runner::{self, Options};
use harness::verdict::Verdict;
use sample_app::{Ambient, SampleApp, Settings, StartError, Weakness};
use scenarios::sample::SampleTarget;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Started = BoxFuture<'static, Result<SampleApp, StartError>>;

/// The sample app with a weakness.
pub(crate) async fn weak_target(weakness: Weakness) -> SampleTarget {
    let start = move |listener, settings: Settings, ambient: Ambient| -> Started {
        Box::pin(SampleApp::start_weak(listener, settings, ambient, weakness))
    };
    let target = SampleTarget::started_by(weakness.name(), Arc::new(start)).await;
    target.expect("the provider starts").flooded_with(100)
}

/// Runs scenarios on it.
pub(crate) async fn run_on(target: SampleTarget, scenarios: &[Scenario]) -> RunRecord {
    runner::run(Arc::new(target), scenarios, Options::default(), &Deviations::default(), |_| {}).await
}

/// What a run tells of an app.
pub(crate) struct Told {
    /// The ids of the scenarios that found something.
    pub(crate) caught: BTreeSet<String>,
    /// How many scenarios could not be told.
    pub(crate) broken: usize,
    /// Of every scenario by its id, of every input by its label: was something found?
    pub(crate) inputs: BTreeMap<(&'static str, String), bool>,
}

impl Told {
    fn by(run: &RunRecord) -> Self {
        let found = |verdict: &Verdict| verdict.finding().is_some();
        let of_trials = run.trials.iter();
        let caught =
            of_trials.filter(|trial| found(&trial.verdict)).map(|trial| trial.scenario.id.to_owned());
        let inputs = run.trials.iter().flat_map(|trial| {
            trial.inputs.iter().map(|one| ((trial.scenario.id, one.label.clone()), found(&one.verdict)))
        });
        Self { caught: caught.collect(), broken: run.totals().broken, inputs: inputs.collect() }
    }
}

/// What scenarios find in the app with a weakness.
pub(crate) async fn try_on(weakness: Weakness, scenarios: &[Scenario]) -> Told {
    Told::by(&run_on(weak_target(weakness).await, scenarios).await)
}

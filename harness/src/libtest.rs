//! The bridge to `cargo test`: every scenario is a test under its own id.

use crate::deviations::Deviations;
use crate::report::failure;
use crate::runner::run_one;
use crate::scenario::Scenario;
use crate::target::Target;
use crate::verdict::{TrialRecord, Verdict};
use libtest_mimic::{Failed, Trial};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Looks at a finished trial on the test's own thread, to compare snapshots there.
pub type Inspect = fn(&TrialRecord);

/// One test per scenario.
pub fn tests(
    runtime: &Handle,
    target: &Arc<dyn Target>,
    scenarios: &[Scenario],
    inspect: Inspect,
) -> Vec<Trial> {
    let test = |scenario: &Scenario| {
        let (scenario, runtime, target) = (*scenario, runtime.clone(), target.clone());
        Trial::ignorable_test(scenario.id, move || {
            let record = runtime.block_on(run_one(&*target, scenario, Duration::from_secs(90)));
            judged(record, inspect)
        })
        .with_kind(scenario.level.name())
    };
    scenarios.iter().map(test).collect()
}

fn judged(mut record: TrialRecord, inspect: Inspect) -> Result<libtest_mimic::Completion, Failed> {
    Deviations::default().mark(&mut record);
    match &record.verdict {
        Verdict::Pass => {
            inspect(&record);
            Ok(libtest_mimic::Completion::Completed)
        }
        Verdict::NotRun { reason } => {
            Ok(libtest_mimic::Completion::ignored_with(format!("not run: {reason}")))
        }
        Verdict::Broken { error } => Err(format!("{} could not be told: {error}", record.scenario.id).into()),
        Verdict::Warn(_) | Verdict::Fail(_) => Err(failure::text(&record).into()),
    }
}

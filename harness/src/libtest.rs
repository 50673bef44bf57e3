//! The bridge to `cargo test`: every scenario is a test under its own id.

use crate::deviations::Deviations;
use crate::report::failure;
use crate::runner::run_one;
use crate::scenario::Scenario;
use crate::target::Target;
use crate::verdict::{TrialRecord, Verdict};
use libtest_mimic::{Completion, Failed, Trial};
use std::fmt::Display;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Looks at a trial that passed or was not run, on the test's own thread: to compare snapshots there, and to refuse
/// what should have been run.
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

fn judged(mut record: TrialRecord, inspect: Inspect) -> Result<Completion, Failed> {
    Deviations::default().mark(&mut record);
    match &record.verdict {
        Verdict::Pass => {
            inspect(&record);
            Ok(Completion::Completed)
        }
        Verdict::NotRun { reason } => {
            inspect(&record);
            Ok(Completion::ignored_with(format!("not run: {reason}")))
        }
        Verdict::Broken { error } => Err(format!("{} could not be told: {error}", record.scenario.id).into()),
        Verdict::Warn(_) | Verdict::Fail(_) => Err(failure::text(&record).into()),
    }
}

/// What becomes of a test whose program is not installed: left out for this reason, or failed where
/// `RPCHECK_REQUIRE`, a list with commas, names the program.
pub fn missing(program: &str, reason: impl Display) -> Result<Completion, Failed> {
    if is_required(program) {
        return Err(format!("RPCHECK_REQUIRE asks for {program}: {reason}").into());
    }
    Ok(Completion::ignored_with(format!("not run: {reason}")))
}

/// Says why a plain `#[test]` leaves something out. It goes past the capture of output, which hides what a test that
/// passes has printed.
pub fn say_not_run(reason: impl Display) {
    // Nobody reads it if the output is closed.
    let _ = writeln!(std::io::stderr(), "not run: {reason}");
}

/// Does `RPCHECK_REQUIRE` name this program?
pub fn is_required(program: &str) -> bool {
    names(&std::env::var("RPCHECK_REQUIRE").unwrap_or_default(), program)
}

fn names(list: &str, program: &str) -> bool {
    list.split(',').any(|name| name.trim() == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_required_if_the_list_names_it() {
        assert!(names("node,chromium", "chromium"));
        assert!(names(" node , chromium ", "node"));
        assert!(!names("nodejs", "node"));
        assert!(!names("", "node"));
    }
}

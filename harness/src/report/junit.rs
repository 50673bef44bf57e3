//! The run for machines that show tests: one suite per topic, one case per input.

use super::json::{Input, Report, Trial};
use crate::verdict::Mark;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The run as JUnit XML. What fails the run is a failure; what could not be told is an error; what is not run, or
/// is known, is skipped and says why; a warning is a case that passed, with the warning as its output.
pub fn text(report: &Report<'_>) -> String {
    let mut suites: Vec<TestSuite> = Vec::new();
    for trial in &report.trials {
        if suites.last().is_none_or(|suite| suite.name.as_str() != trial.topic()) {
            suites.push(TestSuite::new(trial.topic()));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_cases(
                trial.inputs.iter().enumerate().map(|(at, input)| case(report, trial, input, at)),
            );
        }
    }
    let mut all = quick_junit::Report::new(report.target.as_str());
    all.set_time(Duration::from_millis(report.millis));
    all.add_test_suites(suites);
    all.to_string().expect("XML is written into memory")
}

fn case(report: &Report<'_>, trial: &Trial<'_>, input: &Input, at: usize) -> TestCase {
    let name =
        if input.label.is_empty() { trial.id.clone() } else { format!("{} [{}]", trial.id, input.label) };
    let mut case = TestCase::new(name, status(report, trial, input));
    case.set_classname(trial.id.as_str());
    // A trial is measured as a whole, so its time stands with the first of its inputs.
    case.set_time(Duration::from_micros(if at == 0 { trial.micros } else { 0 }));
    if input.verdict == Mark::Warn && input.known.is_none() {
        case.set_system_out(told(trial, input));
    }
    case
}

fn status(report: &Report<'_>, trial: &Trial<'_>, input: &Input) -> TestCaseStatus {
    let fails = crate::event::fails_the_run(input.verdict, trial.level, report.strict);
    let reason = input.reason.clone().unwrap_or_default();
    let mut status = match (input.verdict, &input.known) {
        (Mark::Warn | Mark::Fail, Some(known)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known: {known}"));
            return status;
        }
        (Mark::NotRun, _) => TestCaseStatus::skipped(),
        (Mark::Broken, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if fails => TestCaseStatus::non_success(NonSuccessKind::Failure),
        _ => return TestCaseStatus::success(),
    };
    status.set_message(reason);
    if fails {
        status.set_type(trial.level.name());
        status.set_description(told(trial, input));
    }
    status
}

/// A finding as plain text: why, what was expected, what happened, where it is to be seen.
fn told(trial: &Trial<'_>, input: &Input) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut lines = vec![
        format!("why: {} ({}, {})", trial.why, trial.clause, trial.level.name()),
        format!("expected: {}", text(&input.expected)),
        format!("actual: {}", text(&input.actual)),
    ];
    if let Some([first, last]) = input.shown_by {
        let exchanges =
            if first == last { format!("exchange {first}") } else { format!("exchanges {first} to {last}") };
        lines.push(format!("shown by: {exchanges} of {} in report.html", trial.id));
    }
    lines.join("\n")
}

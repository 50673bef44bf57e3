//! `cargo test` lists every scenario by its id and runs it against the bundled sample app. Each keeps its verdict and its
//! conversation as a snapshot: `cargo insta review` shows and accepts a change. What is not run is written down: nothing
//! is left out in silence.

#[path = "conformance/without.rs"]
mod without;

use harness::redact::transcript;
use harness::verdict::{TrialRecord, Verdict};
use harness::{Target, libtest};
use libtest_mimic::{Arguments, Conclusion};
use scenarios::sample::SampleTarget;
use std::process::ExitCode;
use std::sync::Arc;
use without::WITHOUT;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let target = runtime.block_on(SampleTarget::new()).expect("the sample app starts").flooded_with(100);
    let target: Arc<dyn Target> = Arc::new(target);
    let tests = libtest::tests(runtime.handle(), &target, &scenarios::catalogue(), looked_at);
    let conclusion: Conclusion = libtest_mimic::run(&arguments, tests);
    conclusion.exit_code()
}

/// Every scenario is run on the sample. Compares the trial, under stable labels, with the one that was reviewed.
fn looked_at(record: &TrialRecord) {
    let id = record.scenario.id;
    if let Verdict::NotRun { reason } = &record.verdict {
        panic!("{id} is not run: {reason}");
    }
    let Some(facts) = record.facts.as_ref().filter(|_| WITHOUT.iter().all(|(other, _)| *other != id)) else {
        return;
    };
    let (topic, name) = id.split_once('/').expect("a topic and a name");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{topic}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(record.scenario.why);
    settings.bind(|| insta::assert_snapshot!(name, transcript(record, facts)));
}

//! A run is a stream of events; every report is a consumer of it, so that no report can disagree with the run.

use crate::scenario::Level;
use crate::verdict::{Mark, TrialRecord, Verdict};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Something that happened in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run starts.
    RunStarted {
        /// The application under test.
        target: &'a str,
        /// How many scenarios are planned.
        planned: usize,
    },
    /// A trial starts.
    TrialStarted {
        /// Which scenario.
        id: &'static str,
    },
    /// A trial is over. Its record holds every exchange of it.
    TrialFinished(&'a TrialRecord),
    /// The run is over.
    RunFinished(&'a RunRecord),
}

/// Everything about one run.
#[derive(Debug)]
pub struct RunRecord {
    /// The application under test.
    pub target: String,
    /// How many scenarios were to be run.
    pub planned: usize,
    /// One record per scenario, in the order of the catalogue.
    pub trials: Vec<TrialRecord>,
    /// Known deviations that did not show: the list is out of date.
    pub stale: Vec<String>,
    /// Known deviations were listed.
    pub has_list: bool,
    /// A SHOULD counts like a MUST.
    pub strict: bool,
    /// How long it took.
    pub millis: u64,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Scenarios that were to be run.
    pub planned: usize,
    /// As they should be.
    pub passed: usize,
    /// Not as they should be, where the level only warns.
    pub warned: usize,
    /// The application is wrong.
    pub failed: usize,
    /// Not run, each with a reason.
    pub not_run: usize,
    /// We could not tell.
    pub broken: usize,
    /// Of the warned and failed, those on the list of known deviations.
    pub known: usize,
}

impl RunRecord {
    /// How many of each.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { planned: self.planned, ..Totals::default() };
        for trial in &self.trials {
            match trial.verdict {
                Verdict::Pass => totals.passed += 1,
                Verdict::Warn(_) => totals.warned += 1,
                Verdict::Fail(_) => totals.failed += 1,
                Verdict::NotRun { .. } => totals.not_run += 1,
                Verdict::Broken { .. } => totals.broken += 1,
            }
            totals.known += usize::from(trial.is_known());
        }
        totals
    }

    /// True if the trial fails the run.
    pub fn counts(&self, trial: &TrialRecord) -> bool {
        let fails = |verdict: &Verdict| fails_the_run(verdict.mark(), trial.scenario.level, self.strict);
        trial.inputs.iter().any(|input| fails(&input.verdict) && input.known.is_none())
    }

    /// Where known deviations were listed: the scenarios that warn and are not among them, though nothing fails by it.
    pub fn unlisted(&self) -> Vec<&'static str> {
        let warns = |trial: &&TrialRecord| matches!(trial.verdict, Verdict::Warn(_)) && !trial.is_known();
        let found = self.trials.iter().filter(|_| self.has_list).filter(warns);
        found.map(|trial| trial.scenario.id).collect()
    }

    /// 1: something failed, or the list of known deviations is out of date · 2: something could not be told, or
    /// nobody tells what came of it · 3: nothing ran · 0: all is well. The first that applies.
    pub fn exit_code(&self) -> u8 {
        let fails = !self.stale.is_empty() || self.trials.iter().any(|trial| self.counts(trial));
        exit_code(self.totals(), fails)
    }
}

/// True if a verdict of this level, which no deviation excuses, fails the run.
pub(crate) fn fails_the_run(verdict: Mark, level: Level, strict: bool) -> bool {
    match verdict {
        Mark::Fail => true,
        Mark::Warn => strict && level == Level::Should,
        Mark::Pass | Mark::NotRun | Mark::Broken => false,
    }
}

/// See [`RunRecord::exit_code`].
pub(crate) fn exit_code(totals: Totals, fails: bool) -> u8 {
    if fails {
        1
    } else if totals.broken > 0 || totals.accounted() != totals.planned {
        2
    } else if totals.passed + totals.warned + totals.failed == 0 {
        3
    } else {
        0
    }
}

impl Totals {
    /// How many scenarios something came of. It must be as many as were planned: what nobody tells of has not passed.
    fn accounted(self) -> usize {
        self.passed + self.warned + self.failed + self.not_run + self.broken
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.planned += other.planned;
        self.passed += other.passed;
        self.warned += other.warned;
        self.failed += other.failed;
        self.not_run += other.not_run;
        self.broken += other.broken;
        self.known += other.known;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::verdict::{Finding, InputRecord};

    fn record(planned: usize) -> RunRecord {
        let passed = InputRecord { label: String::new(), verdict: Verdict::Pass, known: None };
        let trial = TrialRecord::new(Scenario::must("test/passes"), vec![passed]);
        let (target, stale) = ("an app".to_owned(), Vec::new());
        RunRecord { target, planned, trials: vec![trial], stale, has_list: false, strict: false, millis: 0 }
    }

    #[test]
    fn a_warning_that_a_list_does_not_have_is_told_and_fails_nothing() {
        let warning = |known: Option<&str>| {
            let verdict = Verdict::Warn(Finding::new("a", "b", 0..1));
            let input = InputRecord { label: String::new(), verdict, known: known.map(str::to_owned) };
            TrialRecord::new(Scenario::should("test/warns"), vec![input])
        };
        for (has_list, known, expected) in
            [(false, None, vec![]), (true, Some("so it is"), vec![]), (true, None, vec!["test/warns"])]
        {
            let record = RunRecord { has_list, trials: vec![warning(known)], ..record(1) };
            assert_eq!((record.unlisted(), record.exit_code()), (expected, 0), "{has_list} {known:?}");
        }
    }

    #[test]
    fn a_scenario_that_nobody_tells_of_has_not_passed() {
        assert_eq!(record(1).exit_code(), 0);
        assert_eq!(record(2).exit_code(), 2);
    }
}

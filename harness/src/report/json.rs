//! The canonical report, as data that serialises both ways: every other one is made from it.

use super::{file, pictures};
use crate::event::{RunRecord, Totals, exit_code, fails_the_run};
use crate::field::Failure;
use crate::scenario::Level;
use crate::verdict::{InputRecord, Mark, Reason, Symptom, TrialRecord, Verdict};
use mock_idp::trace::Exchange;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;
use std::time::Duration;

/// The version of the schema, raised when a member changes its meaning or goes away.
pub const SCHEMA: u32 = 2;

/// A run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report<'a> {
    /// [`SCHEMA`] when it was written.
    pub schema: u32,
    /// The application under test.
    pub target: String,
    /// How many of each.
    pub totals: Totals,
    /// Known deviations that did not show.
    pub stale_deviations: Vec<String>,
    /// How long it took; of a merged report, the longest of its parts.
    pub millis: u64,
    /// A SHOULD counted like a MUST.
    #[serde(default)]
    pub strict: bool,
    /// Which part of a run it is, if it is not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Part>,
    /// One per scenario, in the order of the catalogue.
    pub trials: Vec<Trial<'a>>,
}

/// Which part of a run a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 1.
    pub part: usize,
    /// How many parts there are.
    pub of: usize,
    /// How many scenarios all parts have together.
    pub planned: usize,
}

/// A trial of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial<'a> {
    /// The scenario.
    pub id: String,
    /// How much hangs on it.
    pub level: Level,
    /// The worst of its inputs.
    pub verdict: Mark,
    /// Why the verdict is what it is; nothing for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// It warns or fails, and is known to.
    pub known: bool,
    /// Where the rule stands.
    pub clause: String,
    /// What it demands, in our words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub demands: String,
    /// Why the rule is there.
    pub why: String,
    /// Rows of the coverage list.
    pub covers: Vec<String>,
    /// Failures that people have met with, where it plays one again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field: Vec<Failure>,
    /// What came of each input.
    pub inputs: Vec<Input>,
    /// What was seen that nothing was demanded of.
    pub observations: Vec<String>,
    /// How long it took.
    pub micros: u64,
    /// What that went into, where it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What people saw after each step in a real browser: PNG files, as paths from the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<String>,
    /// The whole conversation, where it was kept; a file has it elsewhere.
    #[serde(skip)]
    pub exchanges: Option<Cow<'a, [Exchange]>>,
}

/// What the time of a trial went into, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Until the trial's own application and provider stood ready.
    pub start: u64,
    /// Waiting for the application, with what it asked the provider meanwhile.
    pub app: u64,
    /// Waiting for the provider alone.
    pub provider: u64,
    /// Everything else: agents, harness, restarts of the application, and waiting for a turn.
    pub rest: u64,
}

impl Cost {
    /// The sum.
    pub fn all(self) -> u64 {
        self.start + self.app + self.provider + self.rest
    }
}

/// An input of a trial.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    /// Names it; empty where the scenario has only one.
    pub label: String,
    /// What came of it.
    pub verdict: Mark,
    /// Why the verdict is what it is; nothing for a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What should have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// How it showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symptom: Option<Symptom>,
    /// The reason given in the list of known deviations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// First and last exchange that show it, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<[usize; 2]>,
}

/// Why a text is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is something else.
    #[error("no report of rpcheck: name a report.json that `rpcheck run` wrote ({0})")]
    Other(#[from] serde_json::Error),
    /// Another version of rpcheck wrote it.
    #[error("schema {0}, and this rpcheck reads schema {SCHEMA}: use the version that wrote it")]
    Schema(u32),
}

impl Report<'static> {
    /// Reads what [`Report::write`] wrote, or [`Report::text`].
    pub fn read(text: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        match serde_json::from_str(text)? {
            Version { schema: SCHEMA } => {
                let mut report: Self = serde_json::from_str(text)?;
                file::read(text, &mut report)?;
                for trial in &mut report.trials {
                    trial.pictures.retain(|picture| pictures::is_beside(picture));
                }
                Ok(report)
            }
            Version { schema } => Err(ReadError::Schema(schema)),
        }
    }
}

impl<'a> Report<'a> {
    /// The report of a run.
    pub fn of(run: &'a RunRecord) -> Self {
        Self {
            schema: SCHEMA,
            target: run.target.clone(),
            totals: run.totals(),
            stale_deviations: run.stale.clone(),
            millis: run.millis,
            strict: run.strict,
            shard: None,
            trials: run.trials.iter().map(trial).collect(),
        }
    }

    /// The same, which tells what each scenario plays again, by its id.
    #[must_use]
    pub fn from_the_field(mut self, played: impl Fn(&str) -> Vec<Failure>) -> Self {
        for trial in &mut self.trials {
            trial.field = played(&trial.id);
        }
        self
    }

    /// Writes the report with its conversations, for programs.
    pub fn write(&self, out: impl io::Write) -> io::Result<()> {
        file::write(self, out)
    }

    /// The report as JSON, without any conversation.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has only string keys")
    }

    /// As [`RunRecord::exit_code`].
    pub fn exit_code(&self) -> u8 {
        let counts = |trial: &Trial<'_>| {
            let fails = |input: &Input| fails_the_run(input.verdict, trial.level, self.strict);
            trial.inputs.iter().any(|input| fails(input) && input.known.is_none())
        };
        exit_code(self.totals, !self.stale_deviations.is_empty() || self.trials.iter().any(counts))
    }
}

impl Trial<'_> {
    /// The part of the id before the slash.
    pub fn topic(&self) -> &str {
        self.id.split_once('/').map_or(&self.id, |(topic, _)| topic)
    }

    /// Why nothing can be told of it, if nothing can.
    pub fn untold(&self) -> Option<&str> {
        let untold = matches!(self.verdict, Mark::NotRun | Mark::Broken);
        self.reason.as_deref().filter(|_| untold)
    }
}

fn trial(record: &TrialRecord) -> Trial<'_> {
    Trial {
        id: record.scenario.id.to_owned(),
        level: record.scenario.level,
        verdict: record.verdict.mark(),
        reason: reason(&record.verdict),
        known: record.is_known(),
        clause: record.scenario.clause.to_owned(),
        demands: record.scenario.demands.to_owned(),
        why: record.scenario.why.to_owned(),
        covers: record.scenario.covers.iter().map(|row| (*row).to_owned()).collect(),
        field: Vec::new(),
        inputs: record.inputs.iter().map(input).collect(),
        observations: record.observations.clone(),
        micros: record.micros,
        cost: cost(record),
        pictures: record.pictures.iter().map(|picture| pictures::named(picture)).collect(),
        exchanges: Some(Cow::Borrowed(&record.conversation)),
    }
}

fn cost(record: &TrialRecord) -> Option<Cost> {
    let (start, waited) = record.waited?;
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let (app, provider) = (micros(waited.app), micros(waited.provider));
    let rest = [start, app, provider].into_iter().fold(record.micros, u64::saturating_sub);
    Some(Cost { start, app, provider, rest })
}

fn input(record: &InputRecord) -> Input {
    let finding = record.verdict.finding();
    Input {
        label: record.label.clone(),
        verdict: record.verdict.mark(),
        reason: reason(&record.verdict),
        expected: finding.map(|finding| finding.expected.clone()),
        actual: finding.map(|finding| finding.actual.clone()),
        symptom: finding.map(|finding| finding.symptom),
        known: record.known.clone(),
        shown_by: finding.map(|finding| [finding.exchanges.start + 1, finding.exchanges.end]),
    }
}

/// Why a verdict is what it is, in a sentence; nothing for a pass.
pub fn reason(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Pass => None,
        Verdict::Warn(finding) | Verdict::Fail(finding) => Some(finding.actual.clone()),
        Verdict::NotRun { reason } => Some(Reason::to_string(reason)),
        Verdict::Broken { error } => Some(error.clone()),
    }
}

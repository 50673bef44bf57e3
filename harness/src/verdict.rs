//! What came of a trial. `Fail` says that the application is wrong, `Broken` that we could not tell: the two
//! never mix.

use crate::agent::{AgentError, Waited};
use crate::scenario::{Facts, Level, Scenario};
use mock_idp::Exchange;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What the application did against what it should have done, and where that is to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub actual: String,
    /// The exchanges that show it, as positions in the trial's conversation.
    pub exchanges: Range<usize>,
    /// How it showed.
    pub symptom: Symptom,
}

impl Finding {
    /// A finding about what the application did.
    pub fn new(expected: impl Into<String>, actual: impl Into<String>, exchanges: Range<usize>) -> Self {
        let (expected, actual) = (expected.into(), actual.into());
        Self { expected, actual, exchanges, symptom: Symptom::Behaviour }
    }

    /// The same, which showed otherwise.
    #[must_use]
    pub fn showing(self, symptom: Symptom) -> Self {
        Self { symptom, ..self }
    }
}

/// How a finding showed: in what the application did, or in that it could do nothing any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Symptom {
    /// It answered, and the answer or what it led to is wrong.
    #[default]
    Behaviour,
    /// It answered 5xx.
    ServerError,
    /// It ended the connection in the middle of an answer, or before one.
    Dropped,
    /// It did not answer in time.
    Hang,
    /// Nothing answered at its address.
    Unreachable,
    /// It did not start.
    NotStarted,
    /// The honest login after an attack did not work.
    Aftermath,
}

impl Symptom {
    /// The kind of known deviation that covers it.
    pub fn kind(self) -> &'static str {
        match self {
            Symptom::Behaviour => "behaviour",
            Symptom::Aftermath => "afterwards",
            _ => "crash",
        }
    }

    /// The application went down, or answered like one that does.
    pub fn is_crash(self) -> bool {
        !matches!(self, Symptom::Behaviour | Symptom::Aftermath)
    }
}

/// Why a scenario was not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "because", content = "detail")]
pub enum Reason {
    /// The target or the agent lacks something.
    Needs(&'static str),
    /// The application never asked for what the fault would have changed; applications cache.
    AppDidNotAsk(String),
    /// The fault fired and changed nothing, so that nothing could be learned.
    NoDifference(String),
    /// The target is not set up for it.
    Undeclared(String),
    /// The agent cannot do it: a real browser sends no request of any shape.
    Agent(String),
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Needs(what) => f.write_str(what),
            Reason::AppDidNotAsk(what) => write!(f, "the app did not ask for it: {what}"),
            Reason::NoDifference(what) => write!(f, "it made no difference: {what}"),
            Reason::Undeclared(what) | Reason::Agent(what) => f.write_str(what),
        }
    }
}

/// What ends a script, or one input of it, early.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The application is wrong.
    Found(Finding),
    /// There was nothing to learn.
    NotRun(Reason),
    /// We could not tell.
    Broken(String),
}

impl From<AgentError> for Stop {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotInABrowser { what } => Stop::NotRun(Reason::Agent(what)),
            error => Stop::Broken(error.to_string()),
        }
    }
}

impl From<mock_idp::FaultError> for Stop {
    fn from(error: mock_idp::FaultError) -> Self {
        Stop::Broken(format!("a fault of ours cannot be told: {error}"))
    }
}

/// What came of a trial, or of one input of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Not as it should be, where the level only warns.
    Warn(Finding),
    /// The application is wrong.
    Fail(Finding),
    /// Not run, and why.
    NotRun {
        /// Why.
        reason: Reason,
    },
    /// We could not tell, and why.
    Broken {
        /// Why.
        error: String,
    },
}

/// A verdict without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As it should be.
    Pass,
    /// Not as it should be, where the level only warns.
    Warn,
    /// The application is wrong.
    Fail,
    /// Not run.
    NotRun,
    /// We could not tell.
    Broken,
}

impl Mark {
    /// The word for it, as in `--format json`.
    pub fn name(self) -> &'static str {
        match self {
            Mark::Pass => "pass",
            Mark::Warn => "warn",
            Mark::Fail => "fail",
            Mark::NotRun => "not-run",
            Mark::Broken => "broken",
        }
    }
}

impl Verdict {
    /// What a level makes of how an attempt ended.
    pub fn of(level: Level, outcome: Result<(), Stop>) -> Self {
        match outcome {
            Ok(()) => Verdict::Pass,
            Err(Stop::Found(finding)) => match level {
                Level::Must | Level::Tolerate => Verdict::Fail(finding),
                Level::Should | Level::Harden | Level::Policy => Verdict::Warn(finding),
            },
            Err(Stop::NotRun(reason)) => Verdict::NotRun { reason },
            Err(Stop::Broken(error)) => Verdict::Broken { error },
        }
    }

    /// What it is, without what it says.
    pub fn mark(&self) -> Mark {
        match self {
            Verdict::Pass => Mark::Pass,
            Verdict::Warn(_) => Mark::Warn,
            Verdict::Fail(_) => Mark::Fail,
            Verdict::NotRun { .. } => Mark::NotRun,
            Verdict::Broken { .. } => Mark::Broken,
        }
    }

    /// One word for it.
    pub fn name(&self) -> &'static str {
        self.mark().name()
    }

    /// The finding of a `Fail` or a `Warn`.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Verdict::Warn(finding) | Verdict::Fail(finding) => Some(finding),
            _ => None,
        }
    }

    /// How bad it is, for telling the worst of several: not knowing is worse than a failure, because a
    /// failure among inputs that could not be told would hide them.
    fn weight(&self) -> u8 {
        match self {
            Verdict::NotRun { .. } => 0,
            Verdict::Pass => 1,
            Verdict::Warn(_) => 2,
            Verdict::Fail(_) => 3,
            Verdict::Broken { .. } => 4,
        }
    }

    /// The worst of several verdicts, the first of those that are as bad; an input that was not run does not
    /// outweigh one that passed.
    pub fn worst<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Option<&'a Verdict> {
        verdicts.into_iter().reduce(|worst, next| if next.weight() > worst.weight() { next } else { worst })
    }
}

/// What came of one input.
#[derive(Clone, Debug, Serialize)]
pub struct InputRecord {
    /// Names the input.
    pub label: String,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The reason given for it in the target's list of known deviations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// Everything about one trial that a report may need.
#[derive(Clone, Debug)]
pub struct TrialRecord {
    /// What was tried.
    pub scenario: Scenario,
    /// The worst of its inputs.
    pub verdict: Verdict,
    /// What came of each input, in order; a scenario without inputs has one, without a label.
    pub inputs: Vec<InputRecord>,
    /// What was seen that nothing was demanded of.
    pub observations: Vec<String>,
    /// The whole conversation.
    pub conversation: Vec<Exchange>,
    /// What was known when it started; nothing, if it never did.
    pub facts: Option<Facts>,
    /// The application did not answer at some time, or dropped a connection.
    pub lost_app: bool,
    /// How long it took.
    pub micros: u64,
    /// How much of that until everything stood ready, and how long was waited for whom; nothing where nobody counted.
    pub waited: Option<(u64, Waited)>,
    /// What people saw in a real browser, as paths below the folder of the run's pictures, in order.
    pub pictures: Vec<String>,
}

impl TrialRecord {
    /// The record of a trial by the records of its inputs.
    pub fn new(scenario: Scenario, inputs: Vec<InputRecord>) -> Self {
        let mut record = Self {
            scenario,
            verdict: Verdict::Broken { error: "the scenario tried nothing".to_owned() },
            inputs,
            observations: Vec::new(),
            conversation: Vec::new(),
            facts: None,
            lost_app: false,
            micros: 0,
            waited: None,
            pictures: Vec::new(),
        };
        record.judge();
        record
    }

    /// Takes the worst of its inputs for its verdict.
    pub(crate) fn judge(&mut self) {
        if let Some(worst) = Verdict::worst(self.inputs.iter().map(|input| &input.verdict)).cloned() {
            self.verdict = worst;
        }
    }

    /// True if it warns or fails, and every finding of it is on the list of known deviations.
    pub fn is_known(&self) -> bool {
        let told = self.verdict.finding().is_some();
        let mut findings = self.inputs.iter().filter(|input| input.verdict.finding().is_some()).peekable();
        told && findings.peek().is_some() && findings.all(|input| input.known.is_some())
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

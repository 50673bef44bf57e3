//! Known deviations of a target: a list of scenarios that fail there, each with a reason. An entry that no
//! longer fails is itself an error, so that the list stays true.

use crate::scenario::Scenario;
use crate::target::TargetError;
use crate::verdict::{InputRecord, TrialRecord, Verdict};
use serde::Deserialize;
use std::path::Path;

/// The list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviations {
    #[serde(default)]
    deviation: Vec<Deviation>,
    /// The ids of every scenario that there is; of those that were run, while nobody has told.
    #[serde(skip)]
    catalogue: Vec<&'static str>,
}

/// One entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    scenario: String,
    #[serde(default = "any")]
    input: String,
    #[serde(default)]
    kind: Kind,
    reason: String,
}

/// What an entry covers. Whoever accepts what an application does has not thereby accepted that it goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// What it does.
    #[default]
    Behaviour,
    /// A 5xx, a hang, a dropped connection, an end.
    Crash,
    /// The honest login afterwards does not work.
    Afterwards,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Behaviour => "behaviour",
            Kind::Crash => "crash",
            Kind::Afterwards => "afterwards",
        }
    }
}

fn any() -> String {
    "*".to_owned()
}

impl Deviations {
    /// Reads the list from a file.
    pub fn read(path: &Path) -> Result<Self, TargetError> {
        let unreadable = |cause| TargetError::Unreadable { path: path.to_owned(), cause };
        let malformed = |cause| TargetError::Malformed { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let list: Self = toml::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        match list.deviation.iter().find(|entry| entry.reason.trim().is_empty()) {
            Some(entry) => Err(malformed(format!("the deviation {} gives no reason", entry.scenario))),
            None => Ok(list),
        }
    }

    /// As `read`, where every entry has to name a scenario of the catalogue.
    pub fn read_for(path: &Path, catalogue: &[Scenario]) -> Result<Self, TargetError> {
        let mut list = Self::read(path)?;
        list.catalogue = catalogue.iter().map(|scenario| scenario.id).collect();
        let known = |entry: &&Deviation| list.catalogue.iter().any(|id| glob(&entry.scenario, id));
        match list.deviation.iter().find(|entry| !known(entry)) {
            Some(entry) => Err(TargetError::Malformed {
                path: path.to_owned(),
                cause: format!(
                    "the deviation \"{}\" names no scenario: correct it, or take it off the list; `rpcheck list` \
                     shows them all",
                    entry.scenario
                ),
            }),
            None => Ok(list),
        }
    }

    /// Nothing is listed.
    pub fn is_empty(&self) -> bool {
        self.deviation.is_empty()
    }

    /// Writes the reason beside every finding that is on the list.
    pub fn mark(&self, record: &mut TrialRecord) {
        for input in &mut record.inputs {
            let entry = self.deviation.iter().find(|entry| entry.covers(record.scenario.id, input));
            input.known = entry.map(|entry| entry.reason.clone());
        }
    }

    /// The entries that were tried, all of what they name, and did not show.
    pub fn stale(&self, trials: &[TrialRecord]) -> Vec<String> {
        let stale = |entry: &&Deviation| entry.was_tried(&self.catalogue, trials) && !entry.shows(trials);
        self.deviation.iter().filter(stale).map(Deviation::to_string).collect()
    }
}

impl Deviation {
    fn names(&self, id: &str, input: &InputRecord) -> bool {
        glob(&self.scenario, id) && glob(&self.input, &input.label)
    }

    /// True if this is the finding that the entry is about.
    fn covers(&self, id: &str, input: &InputRecord) -> bool {
        let finding = input.verdict.finding();
        finding.is_some_and(|finding| finding.symptom.kind() == self.kind.name()) && self.names(id, input)
    }

    fn shows(&self, trials: &[TrialRecord]) -> bool {
        trials.iter().any(|trial| trial.inputs.iter().any(|input| self.covers(trial.scenario.id, input)))
    }

    /// True if every scenario that it names was run, and so was every input that it names.
    fn was_tried(&self, catalogue: &[&str], trials: &[TrialRecord]) -> bool {
        let named: Vec<_> = trials.iter().filter(|trial| glob(&self.scenario, trial.scenario.id)).collect();
        let all = catalogue.iter().filter(|id| glob(&self.scenario, id)).count();
        let told = |verdict: &Verdict| !matches!(verdict, Verdict::NotRun { .. } | Verdict::Broken { .. });
        let tried = |trial: &&TrialRecord| {
            let mut inputs =
                trial.inputs.iter().filter(|input| self.names(trial.scenario.id, input)).peekable();
            match inputs.peek() {
                Some(_) => inputs.all(|input| told(&input.verdict)),
                // An input of that name there is not, unless the trial ended before it came to its inputs.
                None => trial.inputs.iter().all(|input| {
                    matches!(input.verdict, Verdict::Pass)
                        || (told(&input.verdict) && !input.label.is_empty())
                }),
            }
        };
        !named.is_empty() && named.len() >= all && named.iter().all(tried)
    }
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.scenario)?;
        if self.input != "*" {
            write!(f, " [{}]", self.input)?;
        }
        match self.kind {
            Kind::Behaviour => {}
            Kind::Crash => f.write_str(" as a crash")?,
            Kind::Afterwards => f.write_str(" as an honest login that fails afterwards")?,
        }
        write!(f, " ({})", self.reason)
    }
}

/// Whole-text match with `*` for any run of characters.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|text| {
            (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| glob(rest, text)))
        }),
    }
}

#[cfg(test)]
mod tests;

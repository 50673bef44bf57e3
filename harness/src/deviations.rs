//! Known deviations of a target: a list of scenarios that fail there, each with a reason. An entry that no
//! longer fails is itself an error, so that the list stays true.

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
}

/// One entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviation {
    scenario: String,
    #[serde(default = "any")]
    input: String,
    reason: String,
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

    /// Writes the reason beside every finding that is on the list.
    pub fn mark(&self, record: &mut TrialRecord) {
        for input in &mut record.inputs {
            if input.verdict.finding().is_some() {
                let entry = self.deviation.iter().find(|entry| entry.matches(record.scenario.id, input));
                input.known = entry.map(|entry| entry.reason.clone());
            }
        }
    }

    /// The entries that were tried and did not show.
    pub fn stale(&self, trials: &[TrialRecord]) -> Vec<String> {
        self.deviation.iter().filter(|entry| entry.is_stale(trials)).map(Deviation::to_string).collect()
    }
}

impl Deviation {
    fn matches(&self, id: &str, input: &InputRecord) -> bool {
        glob(&self.scenario, id) && glob(&self.input, &input.label)
    }

    /// True if at least one input that it names was run, and none of them showed a finding.
    fn is_stale(&self, trials: &[TrialRecord]) -> bool {
        let named =
            trials.iter().flat_map(|trial| trial.inputs.iter().map(|input| (trial.scenario.id, input)));
        let mut run = named
            .filter(|(id, input)| self.matches(id, input))
            .filter(|(_, input)| !matches!(input.verdict, Verdict::NotRun { .. } | Verdict::Broken { .. }))
            .peekable();
        run.peek().is_some() && run.all(|(_, input)| input.verdict.finding().is_none())
    }
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.scenario)?;
        if self.input != "*" {
            write!(f, " [{}]", self.input)?;
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
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::verdict::Finding;

    fn list() -> Deviations {
        toml::from_str("[[deviation]]\nscenario = \"id-token/azp-*\"\nreason = \"not checked\"").unwrap()
    }

    fn record(verdict: Verdict) -> TrialRecord {
        let input = InputRecord { label: "one".to_owned(), verdict, known: None };
        TrialRecord::new(Scenario::must("id-token/azp-foreign"), vec![input])
    }

    fn fail() -> Verdict {
        Verdict::Fail(Finding { expected: "a".to_owned(), actual: "b".to_owned(), exchanges: 0..0 })
    }

    #[test]
    fn a_failure_on_the_list_is_known_and_the_entry_is_not_stale() {
        let mut record = record(fail());
        list().mark(&mut record);
        assert!(record.is_known());
        assert_eq!(list().stale(&[record]), Vec::<String>::new());
    }

    #[test]
    fn an_entry_that_no_longer_fails_is_stale_and_one_that_was_not_run_is_not() {
        assert_eq!(list().stale(&[record(Verdict::Pass)]), ["id-token/azp-* (not checked)"]);
        assert_eq!(list().stale(&[record(Verdict::Broken { error: String::new() })]), Vec::<String>::new());
        assert_eq!(list().stale(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(glob("a*c", "abbc") && glob("*", "") && glob("a", "a") && glob("*b*", "abc"));
        assert!(!glob("a*c", "abb") && !glob("a", "ab"));
    }
}

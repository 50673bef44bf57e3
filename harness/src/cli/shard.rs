//! `--shard i/n`: which part of a run this machine does.

use crate::report::json::Part;
use crate::scenario::Scenario;
use std::str::FromStr;

/// One of several equal parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    part: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let remedy = "write the number of this part, from 1, a slash, and how many parts there are: 1/4";
        let numbers =
            text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        let (part, of) = numbers.ok_or_else(|| remedy.to_owned())?;
        if part == 0 || part > of {
            return Err(format!("there is no part {part} of {of}; {remedy}"));
        }
        Ok(Self { part, of })
    }
}

impl Shard {
    /// Every n-th scenario, so that slow topics are shared out, and the scenarios of any two parts are disjoint.
    pub(super) fn of(self, scenarios: &[Scenario]) -> (Vec<Scenario>, Part) {
        let mine = scenarios.iter().skip(self.part - 1).step_by(self.of).copied().collect();
        (mine, Part { part: self.part, of: self.of, planned: scenarios.len() })
    }
}

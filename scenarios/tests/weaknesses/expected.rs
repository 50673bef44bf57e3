//! What is written down for each weakness in `weaknesses.toml`, and what is not so.

use super::{Told, is_full, only};
use harness::Scenario;
use sample_app::Weakness;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// `weaknesses.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) weakness: Vec<Named>,
}

/// One of its entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// The scenarios that this weakness is there for.
    pub(crate) caught_by: BTreeSet<String>,
    /// Scenarios that fail with them, and why.
    #[serde(default)]
    pub(crate) collateral: BTreeMap<String, String>,
    /// Scenarios that fail or not by the order in which two answers come, and why.
    #[serde(default)]
    pub(crate) sometimes: BTreeMap<String, String>,
    /// Why nothing catches it yet.
    #[serde(default)]
    pub(crate) uncaught: Option<String>,
    /// Why nobody can log in any more, so that every sandwiched scenario cannot be told.
    #[serde(default)]
    pub(crate) no_login: Option<String>,
    /// Why it fails scenarios of every kind, so that a list of them would say nothing.
    #[serde(default)]
    pub(crate) widespread: Option<String>,
}

impl Expected {
    /// What stands in the file.
    pub(crate) fn read() -> Self {
        toml::from_str(include_str!("../weaknesses.toml")).expect("weaknesses.toml parses")
    }

    /// The entry of a weakness.
    pub(crate) fn of(&self, weakness: Weakness) -> Option<&Named> {
        self.weakness.iter().find(|named| named.name == weakness.name())
    }
}

impl Named {
    /// Is this scenario written down for the weakness, in whatever way?
    pub(crate) fn lists(&self, id: &str) -> bool {
        self.caught_by.contains(id) || self.collateral.contains_key(id) || self.sometimes.contains_key(id)
    }
}

/// What is not as it is written down, a line each.
pub(crate) fn compare(named: &Named, tried: &[Scenario], told: &Told) -> Vec<String> {
    let Told { caught, broken, .. } = told;
    let mut wrong = Vec::new();
    let was_tried = |id: &&String| tried.iter().any(|scenario| scenario.id == **id);
    let listed = named.caught_by.iter().chain(named.collateral.keys());
    for id in listed.filter(was_tried).filter(|id| !caught.contains(*id)) {
        wrong.push(format!("{}: {id} does not catch it", named.name));
    }
    let anything_may_fail = named.no_login.is_some() || named.widespread.is_some();
    for id in caught.iter().filter(|id| !anything_may_fail && !named.lists(id)) {
        wrong.push(format!("{}: {id} fails too, and is not written down", named.name));
    }
    for (id, reason) in &named.collateral {
        if reason.trim().is_empty() {
            wrong.push(format!("{}: {id} is collateral without a reason", named.name));
        }
    }
    if named.caught_by.is_empty() != named.uncaught.is_some() {
        wrong.push(format!("{}: name what catches it, or say why nothing does", named.name));
    }
    let all = is_full() && only("RPCHECK_SCENARIO").is_empty();
    match (&named.no_login, broken) {
        (None, 0) => {}
        (None, broken) => wrong.push(format!("{}: {broken} scenarios could not be told", named.name)),
        (Some(_), 0) if all => wrong.push(format!("{}: people can log in after all", named.name)),
        (Some(_), _) => {}
    }
    wrong
}

/// A row of the table that is published.
pub(crate) fn row(weakness: Weakness, named: &Named) -> String {
    let mut text = format!("{}\n  omits       {}\n", weakness.name(), weakness.omits());
    for id in &named.caught_by {
        let _ = writeln!(text, "  caught by   {id}");
    }
    for (id, reason) in &named.collateral {
        let _ = writeln!(text, "  collateral  {id}: {reason}");
    }
    for (id, reason) in &named.sometimes {
        let _ = writeln!(text, "  sometimes   {id}: {reason}");
    }
    if let Some(reason) = &named.uncaught {
        let _ = writeln!(text, "  uncaught    {reason}");
    }
    if let Some(reason) = &named.no_login {
        let _ = writeln!(text, "  no login    {reason}");
    }
    if let Some(reason) = &named.widespread {
        let _ = writeln!(text, "  widespread  {reason}");
    }
    text
}

//! Several applications side by side, as Markdown: what differs, and every failure with its clause and what shows it.

use super::failure;
use super::json::{Report, Trial};
use crate::event::Totals;
use crate::verdict::Mark;
use mock_idp::trace::{Endpoint, Exchange};
use std::fmt::Write;

/// The most exchanges that are shown of a failure.
const SHOWN: usize = 4;

/// The comparison of these runs, each a column.
pub fn text(runs: &[Report<'_>]) -> String {
    let mut text = totals(runs);
    text.push_str("\n## What differs\n\nScenarios that do not pass everywhere they run; `3/5` tells how many inputs pass.\n\n");
    row(&mut text, "scenario", "level", runs.iter().map(|run| run.target.clone()));
    row(&mut text, "---", "---", runs.iter().map(|_| "---".to_owned()));
    for id in ids(runs) {
        let trials: Vec<_> = runs.iter().map(|run| find(run, id)).collect();
        let tells = |trial: &&Trial<'_>| !matches!(trial.verdict, Mark::Pass | Mark::NotRun);
        let Some(first) = trials.iter().flatten().find(|trial| tells(trial)) else { continue };
        row(&mut text, &format!("`{id}`"), first.level.name(), trials.iter().map(|trial| cell(*trial)));
    }
    for run in runs {
        let failed: Vec<_> = run.trials.iter().filter(|trial| trial.verdict == Mark::Fail).collect();
        if !failed.is_empty() {
            let _ = writeln!(text, "\n## Failures of {}", run.target);
        }
        for trial in failed {
            text.push_str(&told(trial));
        }
    }
    text
}

fn totals(runs: &[Report<'_>]) -> String {
    let mut text = String::new();
    row(&mut text, "", "", runs.iter().map(|run| run.target.clone()));
    row(&mut text, "---", "---", runs.iter().map(|_| "---".to_owned()));
    let columns: Vec<_> = runs.iter().map(|run| counts(run.totals)).collect();
    for (at, name) in COUNTED.iter().enumerate() {
        row(&mut text, name, "", columns.iter().map(|column| column[at].to_string()));
    }
    text
}

const COUNTED: [&str; 6] = ["planned", "passed", "warned", "failed", "not run", "could not be told"];

fn counts(totals: Totals) -> [usize; 6] {
    [totals.planned, totals.passed, totals.warned, totals.failed, totals.not_run, totals.broken]
}

pub(super) fn row(text: &mut String, first: &str, second: &str, cells: impl Iterator<Item = String>) {
    let _ = write!(text, "| {first} | {second} |");
    for cell in cells {
        let _ = write!(text, " {} |", cell.replace('|', "\\|"));
    }
    text.push('\n');
}

/// Every scenario of any run, in the order in which they come.
fn ids<'a>(runs: &'a [Report<'_>]) -> Vec<&'a str> {
    let mut ids: Vec<&str> = Vec::new();
    for trial in runs.iter().flat_map(|run| &run.trials) {
        if !ids.contains(&trial.id.as_str()) {
            ids.push(&trial.id);
        }
    }
    ids
}

pub(super) fn find<'a, 'r>(run: &'a Report<'r>, id: &str) -> Option<&'a Trial<'r>> {
    run.trials.iter().find(|trial| trial.id == id)
}

pub(super) fn cell(trial: Option<&Trial<'_>>) -> String {
    let Some(trial) = trial else { return "–".to_owned() };
    let good = trial.inputs.iter().filter(|input| input.verdict == Mark::Pass).count();
    let all = trial.inputs.len();
    let share = if all > 1 { format!(" {good}/{all}") } else { String::new() };
    match trial.verdict {
        Mark::Pass => "pass".to_owned(),
        Mark::Warn => format!("warn{share}"),
        Mark::Fail => format!("**fail**{share}"),
        Mark::NotRun => "not run".to_owned(),
        Mark::Broken => "?".to_owned(),
    }
}

/// The clause, what the verdict makes of it, and what was seen, input by input.
fn told(trial: &Trial<'_>) -> String {
    let mut text = format!(
        "\n### `{}`\n\n* **the clause** {} ({})\n{}* **the verdict demands** {}\n",
        trial.id,
        trial.clause,
        trial.level.name(),
        demanded(&trial.demands),
        trial.why
    );
    for input in trial.inputs.iter().filter(|input| input.verdict == Mark::Fail) {
        let label = if input.label.is_empty() { "seen" } else { &input.label };
        let (expected, actual) = (input.expected.as_deref(), input.actual.as_deref());
        let _ = writeln!(
            text,
            "* **{label}** expected: {}; {}",
            expected.unwrap_or_default(),
            actual.unwrap_or_default()
        );
        for line in input.shown_by.map(|range| shown(trial, range)).unwrap_or_default() {
            let _ = writeln!(text, "  * `{line}`");
        }
        if let Some(known) = &input.known {
            let _ = writeln!(text, "  * why it is so: {known}");
        }
    }
    text
}

/// What the clause says, where somebody has put it into words.
fn demanded(demands: &str) -> String {
    if demands.is_empty() { String::new() } else { format!("* **it demands** {demands}\n") }
}

/// The lies that were told, and what was posted to the app after them.
fn shown(trial: &Trial<'_>, [first, last]: [usize; 2]) -> Vec<String> {
    let all = trial.exchanges.as_deref().unwrap_or_default();
    let range = all.get(first.saturating_sub(1)..last.min(all.len())).unwrap_or_default();
    let posted =
        |exchange: &&Exchange| exchange.endpoint == Endpoint::App && exchange.request.method == "POST";
    let telling = range.iter().filter(|exchange| !exchange.faults.is_empty() || posted(exchange));
    telling.take(SHOWN).map(bare).collect()
}

/// An exchange on one line, without what differs from run to run.
fn bare(exchange: &Exchange) -> String {
    let line = failure::line(exchange);
    let mut parts = line.split("  ! ");
    let request = parts.next().unwrap_or_default().split(' ').map(without_origin_and_query);
    let mut bare = request.collect::<Vec<_>>().join(" ");
    for clause in parts {
        let clause = clause.split(", for requests marked ").next().unwrap_or_default();
        let _ = write!(bare, "  ! {clause}");
    }
    bare.replace('`', "'")
}

fn without_origin_and_query(word: &str) -> String {
    let Some((_, rest)) = word.split_once("://") else { return word.to_owned() };
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    path.split(['?', '#']).next().unwrap_or("/").to_owned()
}

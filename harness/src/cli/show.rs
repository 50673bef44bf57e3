//! `rpcheck list`, `explain` and `coverage`.

use super::{Format, Suite, selected};
use crate::coverage::{self, Covered, Status};
use crate::report::terminal::say;
use crate::scenario::{Action, Facts, Need, Scenario};
use mock_idp::Fault;
use serde_json::json;
use std::process::ExitCode;

pub(super) fn list(suite: &Suite, prefixes: &[String], format: Format) -> anyhow::Result<ExitCode> {
    let scenarios = selected(suite, prefixes)?;
    match format {
        Format::Json => say(&serde_json::to_string_pretty(
            &scenarios.iter().map(|one| entry(suite, one)).collect::<Vec<_>>(),
        )?),
        Format::Terminal => {
            let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
            for scenario in &scenarios {
                let restart = if needs(scenario).contains(&Need::Restart) { " (restart)" } else { "" };
                let level = scenario.level.name();
                say(&format!("{level:9}  {:width$}  {}{restart}", scenario.id, scenario.why));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn entry(suite: &Suite, scenario: &Scenario) -> serde_json::Value {
    json!({
        "id": scenario.id,
        "level": scenario.level.name(),
        "clause": scenario.clause,
        "demands": scenario.demands,
        "why": scenario.why,
        "covers": scenario.covers,
        "needs": needs(scenario),
        "variant": scenario.variant,
        "field": (suite.from_the_field)(scenario.id),
    })
}

/// What it cannot do without; a fresh application is one that was restarted.
fn needs(scenario: &Scenario) -> Vec<Need> {
    let mut needs = scenario.needs.to_vec();
    if scenario.cold && !needs.contains(&Need::Restart) {
        needs.push(Need::Restart);
    }
    needs
}

/// A fault in words, and as the control API takes it.
fn tell(faults: &[Fault]) -> anyhow::Result<()> {
    for fault in faults {
        say(&format!("  told    {fault}"));
        say(&format!("          {}", serde_json::to_string(fault)?));
    }
    if faults.is_empty() {
        say("  told    nothing but the truth");
    }
    Ok(())
}

pub(super) fn explain(suite: &Suite, id: &str) -> anyhow::Result<ExitCode> {
    let Some(scenario) = suite.scenarios.iter().find(|scenario| scenario.id == id) else {
        let near: Vec<_> = suite
            .scenarios
            .iter()
            .map(|scenario| scenario.id)
            .filter(|known| known.contains(id))
            .take(5)
            .collect();
        let hint = if near.is_empty() { "`rpcheck list` shows them all".to_owned() } else { near.join(", ") };
        anyhow::bail!("no scenario is called \"{id}\"; did you mean: {hint}?");
    };
    say(scenario.id);
    say(&format!("  why     {}", scenario.why));
    say(&format!("  clause  {}", scenario.clause));
    if !scenario.demands.is_empty() {
        say(&format!("  demands {}", scenario.demands));
    }
    say(&format!("  level   {}", scenario.level.name()));
    if !scenario.covers.is_empty() {
        say(&format!("  covers  {}", scenario.covers.join(", ")));
    }
    for row in (suite.from_the_field)(scenario.id) {
        say(&format!("  field   {row}"));
    }
    if let Some(variant) = scenario.variant {
        say(&format!("  needs   it needs a profile with [variants.{variant}]"));
    }
    for need in needs(scenario) {
        say(&format!("  needs   it {}", need.unmet()));
    }
    match scenario.action {
        Action::Faults(faults, expect) => {
            tell(&faults())?;
            say(&format!("  expect  {}", expect.sentence()));
        }
        Action::Inputs(inputs, expect) => {
            for input in inputs(&Facts::example()) {
                say(&format!("  input   {}", input.label));
                tell(&input.faults)?;
            }
            say(&format!("  expect  of each input: {}", expect.sentence()));
        }
        Action::Script(_) => {}
    }
    let around = if scenario.sandwiched { "an honest login before and after" } else { "none" };
    say(&format!("  around  {around}"));
    say(&format!("  run it  rpcheck run {}", scenario.id));
    Ok(ExitCode::SUCCESS)
}

/// What every scenario makes for the rows that it covers, as the lines of the coverage list.
pub(super) fn inputs(suite: &Suite) -> ExitCode {
    for made in coverage::made(&suite.scenarios) {
        say(&made.line());
    }
    ExitCode::SUCCESS
}

pub(super) fn coverage(suite: &Suite, format: Format) -> anyhow::Result<ExitCode> {
    let table = coverage::table(&suite.scenarios);
    let totals = coverage::totals(&table);
    if format == Format::Json {
        say(&serde_json::to_string_pretty(&json!({ "schema": 1, "totals": totals, "rows": table }))?);
        return Ok(ExitCode::SUCCESS);
    }
    for row in &table {
        say(&format!("{:9}  {:3}  {:60}  {}", row.source, row.strength, row.id, told(&row.status)));
    }
    say("");
    for source in ["catalogue", "oidf", "professos"] {
        let of_source: Vec<&Covered> = table.iter().filter(|row| row.source == source).collect();
        let totals = coverage::totals(of_source);
        say(&format!(
            "{source:9}  {} rows: {} covered, {} not applicable, {} open",
            totals.rows, totals.covered, totals.not_applicable, totals.open
        ));
    }
    say(&format!(
        "all        {} rows: {} covered, {} not applicable, {} open",
        totals.rows, totals.covered, totals.not_applicable, totals.open
    ));
    Ok(ExitCode::SUCCESS)
}

fn told(status: &Status) -> String {
    match status {
        Status::Covered { by } => by.join(", "),
        Status::NotApplicable { reason } => format!("not applicable: {reason}"),
        Status::Open => "open".to_owned(),
    }
}

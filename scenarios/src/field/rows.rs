//! The table of `FIELD.md`: failures that people have met, and which scenarios show them.

use harness::field::Failure;

const TABLE: &str = include_str!("../../FIELD.md");

/// Stands in the column of the threads where nobody has told of it.
const NOBODY: &str = "none known";

/// One failure from the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name: a number, `B3`, `CK-15`.
    pub id: &'static str,
    /// What goes wrong.
    pub failure: &'static str,
    /// Where people told of it.
    pub threads: &'static str,
    /// The scenarios that show it.
    pub scenarios: Vec<&'static str>,
    /// Why none does.
    pub not_shown: Option<&'static str>,
    /// What express-openid-connect 3.4.0 does with them: `passes`, `fails` or `not run`, and more after a colon.
    pub on_express: &'static str,
}

/// Every row, in order.
pub fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(2).map(row).collect()
}

fn row(line: &'static str) -> Row {
    let mut cells = line.split(" | ");
    let mut next = || cells.next().unwrap_or_default();
    let (id, failure, threads, shown, on_express) = (next(), next(), next(), next(), next());
    let scenarios = shown.split('`').skip(1).step_by(2).collect();
    Row { id, failure, threads, scenarios, not_shown: shown.strip_prefix("not shown: "), on_express }
}

/// The rows that a scenario shows, as reports tell them.
pub fn shown_by(scenario: &str) -> Vec<Failure> {
    let rows = rows().into_iter().filter(|row| row.scenarios.contains(&scenario));
    let told = rows.map(|row| Failure {
        row: row.id.to_owned(),
        failure: row.failure.to_owned(),
        threads: threads(row.threads),
    });
    told.collect()
}

/// The threads of a cell, one by one: a project stands there once, before all its numbers.
fn threads(cell: &str) -> Vec<String> {
    let projects = cell.split("; ").filter(|project| *project != NOBODY);
    let each = projects.flat_map(|project| {
        let mut parts = project.split(" #");
        let name = parts.next().unwrap_or_default().replace("EOC", "express-openid-connect");
        let numbers: Vec<String> = parts.map(|number| format!("{name} #{number}")).collect();
        if numbers.is_empty() { vec![name] } else { numbers }
    });
    each.collect()
}

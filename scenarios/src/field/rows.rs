//! The table of `FIELD.md`: failures that people have met, and which scenarios show them.

const TABLE: &str = include_str!("../../FIELD.md");

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
}

/// Every row, in order.
pub fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(2).map(row).collect()
}

fn row(line: &'static str) -> Row {
    let mut cells = line.split(" | ");
    let mut next = || cells.next().unwrap_or_default();
    let (id, failure, threads, shown) = (next(), next(), next(), next());
    let scenarios = shown.split('`').skip(1).step_by(2).collect();
    Row { id, failure, threads, scenarios, not_shown: shown.strip_prefix("not shown: ") }
}

/// The rows that a scenario shows, a line each.
pub fn shown_by(scenario: &str) -> Vec<String> {
    let rows = rows().into_iter().filter(|row| row.scenarios.contains(&scenario));
    rows.map(|row| format!("{}: {} ({})", row.id, row.failure, row.threads)).collect()
}

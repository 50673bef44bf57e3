//! What a run's time went into, topic by topic.

use super::json::{Cost, Report, Trial};
use std::fmt::Write;

/// So many trials are told of by name.
const DEAREST: usize = 10;

/// Several trials, or one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The topic, or the scenario.
    pub name: String,
    /// How many trials.
    pub trials: u64,
    /// What they cost.
    pub cost: Cost,
}

/// Where the time went.
#[derive(Debug, Default)]
pub struct Table {
    /// In the order of the catalogue.
    pub topics: Vec<Row>,
    /// The dearest first.
    pub dearest: Vec<Row>,
    /// All of them.
    pub total: Row,
}

impl Row {
    fn add(&mut self, cost: Cost) {
        self.trials += 1;
        self.cost.start += cost.start;
        self.cost.app += cost.app;
        self.cost.provider += cost.provider;
        self.cost.rest += cost.rest;
    }

    /// Microseconds for each of the trials.
    pub fn each(&self) -> u64 {
        self.cost.all() / self.trials.max(1)
    }

    /// Name, trials, and milliseconds: all of them, each trial, and the four parts of all.
    pub fn cells(&self) -> [String; 8] {
        let Cost { start, app, provider, rest } = self.cost;
        let micros = [self.cost.all(), self.each(), start, app, provider, rest].map(millis);
        let [all, each, start, app, provider, rest] = micros;
        [self.name.clone(), self.trials.to_string(), all, each, start, app, provider, rest]
    }
}

/// What stands above the cells of a row.
pub const HEADINGS: [&str; 8] = ["", "trials", "ms", "each", "start", "app", "provider", "rest"];

/// What the figures mean.
pub const MEANING: &str = "Milliseconds of trials that run side by side, so that they add up to more than the run took. start: until \
the trial's own app and provider stand ready · app: waiting for the app, with what it asks the provider meanwhile · provider: waiting \
for the provider alone · rest: the agents, the harness, restarts of the app, and waiting for a turn";

fn millis(micros: u64) -> String {
    format!("{}.{}", micros / 1000, micros % 1000 / 100)
}

/// Where the time of a run went; trials whose cost is not known, as in a real browser, are left out.
pub fn table(report: &Report<'_>) -> Table {
    let mut table = Table { total: Row { name: "all".to_owned(), ..Row::default() }, ..Table::default() };
    let named = |name: &str| Row { name: name.to_owned(), ..Row::default() };
    let known = report.trials.iter().filter_map(|trial: &Trial<'_>| Some((trial, trial.cost?)));
    for (trial, cost) in known {
        if table.topics.last().is_none_or(|topic| topic.name != trial.topic()) {
            table.topics.push(named(trial.topic()));
        }
        let mut alone = named(&trial.id);
        alone.add(cost);
        table.dearest.push(alone);
        table.total.add(cost);
        if let Some(topic) = table.topics.last_mut() {
            topic.add(cost);
        }
    }
    table.dearest.sort_by_key(|row| std::cmp::Reverse(row.cost.all()));
    table.dearest.truncate(DEAREST);
    table
}

/// The same for a terminal.
pub fn text(report: &Report<'_>) -> String {
    let table = table(report);
    if table.total.trials == 0 {
        return "nobody measured what the trials cost: that is done where the users are played over HTTP"
            .to_owned();
    }
    let rows = table.topics.iter().chain([&table.total]).chain(&table.dearest).map(Row::cells);
    let rows: Vec<_> = [HEADINGS.map(str::to_owned)].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = format!("{MEANING}\n");
    for (at, row) in rows.iter().enumerate() {
        if at == table.topics.len() + 2 {
            text.push_str("\nthe dearest\n");
        }
        let _ = write!(text, "{:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(widths).skip(1) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(costs: &[(&str, Option<[u64; 4]>)]) -> Report<'static> {
        let trials = costs.iter().map(|(id, cost)| {
            let cost = cost.map(|[start, app, provider, rest]| Cost { start, app, provider, rest });
            json!({ "id": id, "level": "must", "verdict": "pass", "known": false, "clause": "", "why": "", "covers": [],
                    "observations": [], "micros": 1, "inputs": [], "cost": cost })
        });
        let totals = json!({ "planned": 0, "passed": 0, "warned": 0, "failed": 0, "not_run": 0, "broken": 0, "known": 0 });
        let all = json!({ "schema": 2, "target": "an app", "totals": totals, "stale_deviations": [], "millis": 1,
                          "trials": trials.collect::<Vec<_>>() });
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_a_topic_cost_is_the_sum_of_its_trials_and_the_dearest_come_first() {
        let report = report(&[
            ("a/one", Some([1_000, 2_000, 3_000, 4_060])),
            ("a/none", None),
            ("a/two", Some([10_000, 20_000, 30_000, 40_000])),
            ("b/three", Some([5_000, 0, 0, 500])),
        ]);

        let table = table(&report);

        assert_eq!(table.topics[0].cells(), ["a", "2", "110.0", "55.0", "11.0", "22.0", "33.0", "44.0"]);
        assert_eq!(table.topics[1].cells(), ["b", "1", "5.5", "5.5", "5.0", "0.0", "0.0", "0.5"]);
        assert_eq!(table.total.cells()[..3], ["all", "3", "115.5"]);
        let names: Vec<_> = table.dearest.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a/two", "a/one", "b/three"]);
    }

    #[test]
    fn only_ten_are_told_of_by_name_and_columns_stand_below_each_other() {
        let ids: Vec<_> = (0..12).map(|number| format!("a/{number}")).collect();
        let costs: Vec<_> = ids.iter().map(|id| (id.as_str(), Some([1, 1, 1, 1_000_000]))).collect();

        let told = text(&report(&costs));

        let (topics, dearest) = told.split_once("\nthe dearest\n").unwrap();
        assert_eq!(dearest.lines().count(), DEAREST);
        let lines: Vec<_> =
            topics.lines().skip(1).map(str::len).chain(dearest.lines().map(str::len)).collect();
        assert!(lines.iter().all(|length| *length == lines[0]), "{told}");
    }

    #[test]
    fn where_nothing_was_measured_nothing_is_shown() {
        assert!(text(&report(&[("a/one", None)])).starts_with("nobody measured"));
    }
}

//! The coverage list tells the truth: every input that it names for a row is made by a scenario that claims the row,
//! fault for fault, or tried by that scenario's script.
//!
//! `rpcheck coverage --inputs` prints what scenarios make.

use harness::Scenario;
use harness::coverage::{Status, Totals, made, needless_excuses, table, totals};
use harness::deviations::Deviations;
use harness::runner::{self, Options};
use harness::scenario::Action;
use rpcheck_fixtures::coverage::{Input, inputs};
use scenarios::sample::SampleTarget;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn script(input: &Input) -> Option<&'static str> {
    input.mutation.strip_prefix("script ")
}

#[test]
fn no_row_is_open_and_few_are_out_of_scope() {
    let table = table(&scenarios::catalogue());
    let totals = totals(&table);

    let open: Vec<_> =
        table.iter().filter(|row| matches!(row.status, Status::Open)).map(|row| row.id).collect();
    assert!(open.is_empty(), "nothing covers {open:?}");
    assert!(is_enough(totals), "{} of {} covered", totals.covered, totals.rows);
    assert!(totals.not_applicable <= 20, "{} out of scope", totals.not_applicable);
    assert_eq!(needless_excuses(&scenarios::catalogue()), [""; 0], "covered, and excused all the same");
}

/// Of a hundred rows ninety-five have a scenario.
fn is_enough(totals: Totals) -> bool {
    totals.covered * 100 >= totals.rows * 95
}

#[test]
fn a_catalogue_without_a_topic_or_two_is_not_enough() {
    let without = |topics: &[&str]| {
        let mut all = scenarios::catalogue();
        all.retain(|scenario| !topics.contains(&scenario.topic()));
        totals(&table(&all))
    };

    assert!(is_enough(without(&[])));
    let fewer = without(&["keys", "discovery"]);
    assert!(!is_enough(fewer), "{} of {} would do", fewer.covered, fewer.rows);
    let bound = |covered| is_enough(Totals { covered, rows: 100, ..without(&[]) });
    assert!(bound(95) && !bound(94));
}

#[test]
fn every_covered_row_names_its_inputs() {
    let named: BTreeSet<_> = inputs().iter().map(|input| input.row).collect();
    let table = table(&scenarios::catalogue());

    let covered = table.iter().filter(|row| matches!(row.status, Status::Covered { .. }));
    let silent: Vec<_> = covered.map(|row| row.id).filter(|id| !named.contains(id)).collect();
    assert!(silent.is_empty(), "no input lines in coverage.tsv: {silent:?}");
}

#[test]
fn every_input_is_the_fault_of_a_scenario_that_claims_its_row() {
    let made: BTreeSet<_> =
        made(&scenarios::catalogue()).into_iter().map(|made| (made.row, made.mutation)).collect();

    let is_made = |input: &&Input| made.contains(&(input.row, input.mutation.to_owned()));
    let wrong: Vec<_> = inputs().into_iter().filter(|input| !is_made(&input)).collect();
    assert!(wrong.is_empty(), "{} lines that no scenario makes: {wrong:#?}", wrong.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_try_the_inputs_that_the_list_names() {
    let all = inputs();
    let named: BTreeSet<_> = all.iter().filter_map(script).collect();
    let scripts: Vec<Scenario> = scenarios::catalogue()
        .into_iter()
        .filter(|scenario| named.contains(scenario.id))
        .map(|scenario| Scenario { sandwiched: false, ..scenario })
        .collect();
    assert!(scripts.iter().all(|scenario| matches!(scenario.action, Action::Script(_))));

    let target = Arc::new(SampleTarget::new().await.expect("the provider starts"));
    let run = runner::run(target, &scripts, Options::default(), &Deviations::default(), |_| {}).await;

    let tried: BTreeMap<&str, BTreeSet<&str>> = run
        .trials
        .iter()
        .map(|trial| (trial.scenario.id, trial.inputs.iter().map(|input| input.label.as_str()).collect()))
        .collect();
    let untried: Vec<_> =
        all.iter().filter(|input| script(input).is_some_and(|id| !tried[id].contains(input.label))).collect();
    assert!(untried.is_empty(), "{} inputs that no script tries: {untried:#?}", untried.len());
}

//! `FIELD.md` is held to the catalogue.

use scenarios::field::rows::rows;
use std::collections::BTreeSet;

#[test]
fn every_failure_from_the_field_is_accounted_for_once() {
    let numbers = (1..=40).map(|number| number.to_string());
    let defects = (1..=16).map(|number| format!("B{number}"));
    let expected: Vec<String> = numbers.chain(defects).chain(["CK-15".into(), "CK-16".into()]).collect();

    let rows = rows();

    let seen: Vec<&str> = rows.iter().map(|row| row.id).collect();
    assert_eq!(seen, expected);
    for row in &rows {
        assert!(!row.failure.is_empty() && !row.threads.is_empty(), "{}", row.id);
        let reason = row.not_shown.is_some_and(|reason| reason.len() > 10);
        assert_eq!(row.scenarios.is_empty(), reason, "{}: name scenarios, or say why there is none", row.id);
    }
}

#[test]
fn every_scenario_of_the_table_is_there_and_every_scenario_from_the_field_is_in_it() {
    let catalogue = scenarios::catalogue();
    let known: BTreeSet<&str> = catalogue.iter().map(|scenario| scenario.id).collect();
    let from_the_field = known.iter().copied().filter(|id| id.starts_with("field/"));

    let named: BTreeSet<&str> = rows().into_iter().flat_map(|row| row.scenarios).collect();

    assert_eq!(named.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(from_the_field.filter(|id| !named.contains(id)).collect::<Vec<_>>(), Vec::<&str>::new());
}

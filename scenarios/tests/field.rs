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

#[test]
fn what_express_openid_connect_does_with_a_row_is_what_its_known_deviations_say() {
    for row in rows() {
        let is_strict = row.on_express.contains("`strict.toml`");
        let known = known_deviations(|list| is_strict || list != STRICT).unwrap();
        let (word, why) = row.on_express.split_once(": ").unwrap_or((row.on_express, ""));
        let deviates: Vec<_> = row.scenarios.iter().filter(|id| known.contains(**id)).collect();

        assert_eq!(
            word == "fails",
            !deviates.is_empty(),
            "row {} says {word:?}; known: {deviates:?}",
            row.id
        );
        assert_eq!(word == "-", row.not_shown.is_some(), "row {} says {word:?}", row.id);
        let is_told = ["fails", "passes", "-"].contains(&word) || (word == "not run" && !why.is_empty());
        assert!(
            is_told,
            "row {}: write fails, passes, or \"not run: \" and why, not {:?}",
            row.id, row.on_express
        );
    }
}

#[test]
fn the_readme_of_the_sample_tells_each_difference_from_express_openid_connect() {
    let readme = include_str!("../../sample-app/README.md");
    let (_, table) = readme.split_once("| matter | express-openid-connect |").unwrap();
    let untold: Vec<_> = known_deviations(|list| list != STRICT)
        .unwrap()
        .into_iter()
        .filter(|id| !table.contains(&format!("`{id}`")))
        .collect();
    assert_eq!(untold, [""; 0], "no row of its table names these");
}

/// Counts for the rows that say so: it is about a setting that the bundled application does not have.
const STRICT: &str = "strict-known-deviations.toml";

/// The scenarios in these lists of the target's folder.
fn known_deviations(wanted: impl Fn(&str) -> bool) -> Result<BTreeSet<String>, Box<dyn std::error::Error>> {
    #[derive(serde::Deserialize)]
    struct List {
        deviation: Vec<Deviation>,
    }
    #[derive(serde::Deserialize)]
    struct Deviation {
        scenario: String,
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/targets/express-openid-connect");
    let mut scenarios = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with("known-deviations.toml") && wanted(&name) {
            let list: List = toml::from_str(&std::fs::read_to_string(entry.path())?)?;
            scenarios.extend(list.deviation.into_iter().map(|deviation| deviation.scenario));
        }
    }
    Ok(scenarios)
}

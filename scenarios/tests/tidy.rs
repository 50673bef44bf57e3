//! The rules of the house: sizes, names, and which part may know which.

#[path = "conformance/without.rs"]
mod without;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use without::WITHOUT;

const MOST_LINES: usize = 350;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "node_modules" && name != "target")
            {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a readable file");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

const PARTS: [&str; 5] = ["fixtures", "mock-idp", "sample-app", "harness", "scenarios"];

#[test]
fn no_file_has_more_lines_than_a_reader_can_hold() {
    let long: Vec<_> = PARTS
        .iter()
        .flat_map(|part| sources(part))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "over {MOST_LINES} lines, split by idea: {long:?}");
}

#[test]
fn scenario_ids_are_kebab_slugs_by_topic_and_each_is_used_once() {
    let catalogue = scenarios::catalogue();
    let mut seen = HashSet::new();
    for scenario in &catalogue {
        assert!(seen.insert(scenario.id), "{} is there twice", scenario.id);
        let (topic, name) = scenario.id.split_once('/').expect("an id is topic/name");
        for part in [topic, name] {
            let kebab =
                part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(kebab && !part.is_empty(), "{} is no kebab slug", scenario.id);
        }
    }
    assert!(catalogue.len() > 70, "the first cut is there");
}

#[test]
fn every_scenario_says_why_and_by_which_clause() {
    for scenario in scenarios::catalogue() {
        assert!(!scenario.why.is_empty() && !scenario.clause.is_empty(), "{}", scenario.id);
        assert!(!scenario.why.ends_with('.'), "{}: a reason is a clause without a full stop", scenario.id);
    }
}

/// Folders of snapshots and what is in them, as `topic/name`; what lies beside the folders, by its name alone.
fn snapshots() -> BTreeSet<String> {
    let named = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a readable folder");
        entries.map(|entry| entry.expect("a readable entry").path()).collect()
    };
    let mut found = BTreeSet::new();
    for topic in entries(&root().join("scenarios/snapshots")) {
        if topic.is_dir() {
            found.extend(entries(&topic).iter().map(|path| format!("{}/{}", named(&topic), named(path))));
        } else {
            found.insert(named(&topic));
        }
    }
    found
}

#[test]
fn every_scenario_has_the_snapshot_of_its_conversation_and_no_snapshot_is_of_anything_else() {
    let catalogue = scenarios::catalogue();
    let without: HashSet<_> = WITHOUT.iter().map(|(id, _)| *id).collect();
    let ids = catalogue.iter().map(|scenario| scenario.id).filter(|id| !without.contains(id));
    let tables = ["weaknesses", "composites"];
    let expected: BTreeSet<String> = ids.chain(tables).map(str::to_owned).collect();

    let found = snapshots();

    let stray: Vec<_> = found.difference(&expected).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(stray.is_empty(), "of no scenario, delete them in scenarios/snapshots: {stray:?}");
    assert!(
        missing.is_empty(),
        "CONTRIBUTING.md says how a snapshot is accepted, and these have none: {missing:?}"
    );
}

#[test]
fn scenarios_cover_rows_that_are_on_the_list() {
    let unknown = harness::coverage::unknown_rows(&scenarios::catalogue());
    assert!(unknown.is_empty(), "not in coverage.tsv: {unknown:?}");
}

#[test]
fn parts_know_only_what_is_below_them() {
    let forbidden = [
        ("sample-app", ["rpcheck-mock-idp", "rpcheck-harness", "rpcheck-fixtures"].as_slice()),
        ("mock-idp", ["rpcheck-harness", "rpcheck-sample-app"].as_slice()),
        ("harness", ["rpcheck-sample-app"].as_slice()),
        ("fixtures", ["rpcheck-"].as_slice()),
    ];
    for (part, strangers) in forbidden {
        let manifest = fs::read_to_string(root().join(part).join("Cargo.toml")).expect("a manifest");
        let (_, dependencies) = manifest.split_once("[dependencies]").expect("dependencies");
        for stranger in strangers {
            assert!(!dependencies.contains(stranger), "{part} must not know {stranger}");
        }
    }
}

#[test]
fn protocol_code_is_free_of_the_network() {
    let pure = [
        "mock-idp/src/protocol",
        "mock-idp/src/token",
        "mock-idp/src/fault",
        "mock-idp/src/trace",
        "mock-idp/src/checks",
    ];
    for folder in pure {
        for (path, text) in sources(folder) {
            let imports = text.lines().any(|line| line.contains("axum::") || line.contains("tokio::"));
            assert!(!imports, "{} imports axum or tokio", path.display());
        }
    }
}

#[test]
fn only_the_browser_agent_knows_the_browser_and_reports_know_no_agent() {
    for (path, text) in sources("harness/src") {
        let place = path.strip_prefix(root().join("harness/src")).expect("inside").display().to_string();
        if !place.starts_with("agent/browser") {
            assert!(
                !text.contains("use fantoccini") && !text.contains("fantoccini::"),
                "{place} imports fantoccini"
            );
        }
        if place.starts_with("report") {
            assert!(
                !text.contains("crate::agent") && !text.contains("crate::trial"),
                "{place} looks past the records"
            );
        }
    }
}

#[test]
fn documents_name_scenarios_that_are_there() {
    let catalogue = scenarios::catalogue();
    for document in
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "sample-app/README.md", "mock-idp/README.md"]
    {
        let text = fs::read_to_string(root().join(document)).expect("a readable document");
        let named = text.split('`').filter(|word| !word.contains(char::is_whitespace));
        let topic = |word: &str| word.split_once('/').map(|(topic, _)| topic.to_owned());
        for word in
            named.filter(|word| catalogue.iter().any(|one| topic(word).as_deref() == Some(one.topic())))
        {
            assert!(
                catalogue.iter().any(|one| one.id == word),
                "{document} names {word}, which is not there"
            );
        }
    }
}

/// Reports show a topic as one row.
#[test]
fn the_scenarios_of_a_topic_stand_together() {
    let mut topics: Vec<_> = scenarios::catalogue().iter().map(harness::Scenario::topic).collect();
    topics.dedup();
    let mut once = topics.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(topics.len(), once.len(), "in this order: {topics:?}");
}

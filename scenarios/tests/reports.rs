//! A run that several machines share is the run of one.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn rpcheck(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rpcheck")).args(arguments).output().expect("rpcheck runs")
}

/// Runs these scenarios and returns where the report is.
fn run(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let place = folder.join(name);
    let report = place.to_str().expect("UTF-8");
    let output = rpcheck(&[&["run", "request/", "callback/state", "--report", report], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    place.join("report.json")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the report is written")).expect("JSON")
}

/// Ids and verdicts, of trials and of inputs.
fn verdicts(report: &Value) -> Vec<(Value, Value, Vec<Value>)> {
    let trials = report["trials"].as_array().expect("trials");
    let inputs = |trial: &Value| {
        let inputs = trial["inputs"].as_array().expect("inputs").iter();
        inputs.map(|input| serde_json::json!([input["label"], input["verdict"]])).collect()
    };
    trials.iter().map(|trial| (trial["id"].clone(), trial["verdict"].clone(), inputs(trial))).collect()
}

#[test]
fn the_shards_of_a_run_are_merged_into_the_run_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = run(folder.path(), "whole", &[]);
    let shards = ["1/3", "2/3", "3/3"].map(|shard| {
        let name = shard.replace('/', "-");
        run(folder.path(), &name, &["--shard", shard]).to_str().expect("UTF-8").to_owned()
    });
    let place = folder.path().join("merged");

    let mut arguments = vec!["report", "merge", "--report", place.to_str().expect("UTF-8")];
    arguments.extend([&*shards[2], &*shards[0], &*shards[1]]);
    let merged = rpcheck(&arguments);

    assert_eq!(merged.status.code(), Some(0), "{}", String::from_utf8_lossy(&merged.stderr));
    let (whole, merged) = (read(&whole), read(&place.join("report.json")));
    assert_eq!(verdicts(&merged), verdicts(&whole));
    assert_eq!(merged["totals"], whole["totals"]);
    assert_eq!(merged.get("shard"), None);
    let sizes = shards.map(|shard| read(Path::new(&shard))["trials"].as_array().map_or(0, Vec::len));
    assert!(sizes.iter().max() <= sizes.iter().min().map(|least| least + 1).as_ref(), "{sizes:?}");
    for page in ["report.html", "junit.xml"] {
        let text = std::fs::read_to_string(place.join(page)).expect("it is written");
        assert!(verdicts(&whole).iter().all(|(id, ..)| text.contains(id.as_str().expect("an id"))), "{page}");
    }
}

#[test]
fn what_trials_cost_is_in_the_report_and_shown_to_whoever_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");

    let output = rpcheck(&["run", "nonce/missing", "--times", "--report", place]);

    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("\nthe dearest\nnonce/missing "), "{told}");
    let report = read(&folder.path().join("report.json"));
    let cost = &report["trials"][0]["cost"];
    let parts = ["start", "app", "provider", "rest"].map(|part| cost[part].as_u64().expect(part));
    assert!(parts.iter().all(|part| *part > 0), "{cost}");
    assert_eq!(Some(parts.iter().sum()), report["trials"][0]["micros"].as_u64());
}

#[test]
fn a_report_tells_which_failures_from_the_field_a_scenario_plays_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");

    let output = rpcheck(&["run", "binding/no-transaction", "nonce/missing", "--report", place]);

    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = read(&folder.path().join("report.json"));
    let trials = report["trials"].as_array().expect("trials");
    let trial = |id: &str| trials.iter().find(|trial| trial["id"] == id).expect("it was run");
    let rows = trial("binding/no-transaction")["field"].as_array().expect("rows").clone();
    assert_eq!(rows.iter().map(|row| row["row"].as_str()).collect::<Vec<_>>(), [Some("1"), Some("34")]);
    let threads = rows[1]["threads"].as_array().expect("threads");
    assert_eq!(threads.as_slice(), ["express-openid-connect #272", "next-firebase-auth-edge #19"]);
    assert_eq!(trial("nonce/missing").get("field"), None);
    let page = std::fs::read_to_string(folder.path().join("report.html")).expect("the page");
    assert_eq!(page.matches("Met in the field").count(), 2);
    assert!(page.contains("express-openid-connect #145 #173"));
}

#[track_caller]
fn refused(arguments: &[&str], naming: &[&str]) {
    let output = rpcheck(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for words in naming {
        assert!(told.contains(words), "“{words}” is not in: {told}");
    }
}

#[test]
fn a_shard_that_is_none_and_a_report_that_is_none_are_told_with_what_to_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.json");
    std::fs::write(&file, "{ \"schema\": 2 }").expect("written");
    let (file, place) = (file.to_str().expect("UTF-8"), folder.path().to_str().expect("UTF-8"));

    refused(&["run", "--shard", "0/3"], &["no part 0 of 3", "1/4"]);
    refused(&["run", "--shard", "4/3"], &["no part 4 of 3"]);
    refused(&["run", "--shard", "half"], &["--shard", "1/4"]);
    refused(&["report", "merge", file, "--report", place], &["notes.json", "no report of rpcheck"]);
    refused(&["report", "merge", "nowhere.json", "--report", place], &["cannot read nowhere.json"]);
}

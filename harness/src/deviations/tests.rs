use super::*;
use crate::verdict::{Finding, Symptom};

fn list(text: &str) -> Deviations {
    toml::from_str(text).unwrap()
}

fn azp() -> Deviations {
    list("[[deviation]]\nscenario = \"id-token/azp-*\"\nreason = \"not checked\"")
}

fn trial(id: &'static str, verdict: Verdict) -> TrialRecord {
    let input = InputRecord { label: "one".to_owned(), verdict, known: None };
    TrialRecord::new(Scenario::must(id), vec![input])
}

fn record(verdict: Verdict) -> TrialRecord {
    trial("id-token/azp-foreign", verdict)
}

fn fail(symptom: Symptom) -> Verdict {
    Verdict::Fail(Finding::new("a", "b", 0..0).showing(symptom))
}

fn broken() -> Verdict {
    Verdict::Broken { error: String::new() }
}

const NONE: Vec<String> = Vec::new();

#[test]
fn a_failure_on_the_list_is_known_and_the_entry_is_not_stale() {
    let mut record = record(fail(Symptom::Behaviour));
    azp().mark(&mut record);
    assert!(record.is_known());
    assert_eq!(azp().stale(&[record]), NONE);
}

#[test]
fn an_entry_that_no_longer_fails_is_stale_and_one_that_was_not_run_is_not() {
    assert_eq!(azp().stale(&[record(Verdict::Pass)]), ["id-token/azp-* (not checked)"]);
    assert_eq!(azp().stale(&[record(broken())]), NONE);
    assert_eq!(azp().stale(&[]), NONE);
}

#[test]
fn a_crash_is_covered_only_by_an_entry_that_says_so() {
    let crash = list("[[deviation]]\nscenario = \"*\"\nkind = \"crash\"\nreason = \"it answers 500\"");
    for symptom in [Symptom::ServerError, Symptom::Dropped, Symptom::Hang, Symptom::Unreachable] {
        let mut record = record(fail(symptom));
        azp().mark(&mut record);
        assert!(!record.is_known(), "{symptom:?}");
        assert_eq!(azp().stale(&[record.clone()]).len(), 1, "the entry is about something else");

        crash.mark(&mut record);
        assert!(record.is_known(), "{symptom:?}");
    }
}

#[test]
fn an_honest_login_that_fails_afterwards_is_covered_only_by_an_entry_that_says_so() {
    let mut record = record(fail(Symptom::Aftermath));
    azp().mark(&mut record);
    assert!(!record.is_known());

    list("[[deviation]]\nscenario = \"*\"\nkind = \"afterwards\"\nreason = \"it waits\"").mark(&mut record);
    assert!(record.is_known());
}

#[test]
fn an_entry_is_stale_only_if_all_that_it_names_was_run() {
    let mut every = azp();
    every.catalogue = vec!["id-token/azp-foreign", "id-token/azp-other"];
    let (one, other) = (record(Verdict::Pass), trial("id-token/azp-other", Verdict::Pass));

    assert_eq!(every.stale(std::slice::from_ref(&one)), NONE, "the other one was not asked for");
    assert_eq!(every.stale(&[one.clone(), trial("id-token/azp-other", broken())]), NONE);
    assert_eq!(every.stale(&[one, other]).len(), 1);
}

#[test]
fn an_entry_for_an_input_that_is_not_there_is_stale() {
    let entry = "[[deviation]]\nscenario = \"id-token/azp-foreign\"\ninput = \"two\"\nreason = \"r\"";
    let early = InputRecord { label: String::new(), verdict: fail(Symptom::Behaviour), known: None };
    let early = TrialRecord::new(Scenario::must("id-token/azp-foreign"), vec![early]);

    assert_eq!(list(entry).stale(&[early]), NONE, "the trial ended before it came to its inputs");
    for verdict in [Verdict::Pass, fail(Symptom::Behaviour)] {
        assert_eq!(list(entry).stale(&[record(verdict)]), ["id-token/azp-foreign [two] (r)"]);
    }
}

#[test]
fn a_star_stands_for_any_run_of_characters() {
    assert!(glob("a*c", "abbc") && glob("*", "") && glob("a", "a") && glob("*b*", "abc"));
    assert!(!glob("a*c", "abb") && !glob("a", "ab"));
}

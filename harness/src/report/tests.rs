//! What is made of a report, from reports that are written out here.

use super::json::Report;
use super::merge::{MergeError, Named, merge};
use super::{compare, draw, html, junit};
use crate::field::Failure;
use quick_junit::{NonSuccessKind, TestCaseStatus};
use serde_json::{Value, json};

/// A report with a trial of every verdict, known and not.
fn one_of_each() -> Report<'static> {
    let trial = |id: &str, level: &str, verdict: &str, known: Option<&str>| {
        let mut input = json!({ "label": "", "verdict": verdict });
        if verdict != "pass" {
            input["reason"] = json!(format!("{verdict} because"));
        }
        if verdict == "fail" || verdict == "warn" {
            input["expected"] = json!("no session");
            input["actual"] = json!("ada <script> & \u{1b}[31m\0 is signed in");
            input["reason"] = input["actual"].clone();
            input["shown_by"] = if verdict == "fail" { json!([2, 3]) } else { json!([4, 4]) };
        }
        if let Some(known) = known {
            input["known"] = json!(known);
        }
        json!({ "id": id, "level": level, "verdict": verdict, "known": known.is_some(), "clause": "Core 1",
                "demands": "what Core says", "why": "so that", "covers": ["X-01"], "observations": [], "micros": 1500, "inputs": [input] })
    };
    let trials = [
        trial("a/passes", "must", "pass", None),
        trial("a/fails", "must", "fail", None),
        trial("a/known", "must", "fail", Some("its maintainers know")),
        trial("b/warns", "should", "warn", None),
        trial("b/not-run", "must", "not-run", None),
        trial("b/broken", "must", "broken", None),
    ];
    report(&trials, None)
}

fn report(trials: &[Value], shard: Option<[usize; 3]>) -> Report<'static> {
    let count = |verdict: &str| trials.iter().filter(|trial| trial["verdict"] == verdict).count();
    let mut value = json!({
        "schema": 2, "target": "an app", "millis": 2000, "stale_deviations": [], "trials": trials,
        "totals": { "planned": trials.len(), "passed": count("pass"), "warned": count("warn"),
                    "failed": count("fail"), "not_run": count("not-run"), "broken": count("broken"), "known": 0 },
    });
    if let Some([part, of, planned]) = shard {
        value["shard"] = json!({ "part": part, "of": of, "planned": planned });
    }
    serde_json::from_value(value).expect("a report")
}

fn passed(id: &str) -> Value {
    json!({ "id": id, "level": "must", "verdict": "pass", "known": false, "clause": "", "why": "", "covers": [],
            "observations": [], "micros": 1, "inputs": [{ "label": "", "verdict": "pass" }] })
}

fn part(part: usize, of: usize, planned: usize, ids: &[&str]) -> Named {
    let trials: Vec<_> = ids.iter().map(|id| passed(id)).collect();
    (format!("{part}.json"), report(&trials, Some([part, of, planned])))
}

#[test]
fn a_machine_that_reads_junit_sees_failures_errors_and_why_others_are_skipped() {
    let xml = junit::text(&one_of_each());

    let read = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit");
    assert_eq!((read.tests, read.failures, read.errors), (6, 1, 1));
    let cases: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let case = |name: &str| *cases.iter().find(|case| case.name.as_str() == name).expect("a case");
    let TestCaseStatus::NonSuccess { kind, description, .. } = &case("a/fails").status else {
        panic!("{:?}", case("a/fails").status)
    };
    assert_eq!(*kind, NonSuccessKind::Failure);
    let description = description.as_ref().expect("the finding").as_str();
    assert!(description.contains("so that (Core 1, must)") && description.contains("exchanges 2 to 3"));
    assert!(matches!(&case("a/known").status, TestCaseStatus::Skipped { message: Some(message), .. }
        if message.as_str() == "known: its maintainers know"));
    assert!(matches!(&case("b/not-run").status, TestCaseStatus::Skipped { message: Some(message), .. }
        if message.as_str() == "not-run because"));
    let warning = case("b/warns").system_out.as_ref().expect("the warning");
    assert!(warning.as_str().contains("ada <script>"), "{}", warning.as_str());
    assert!(warning.as_str().contains("exchange 4 of"), "{}", warning.as_str());
}

#[test]
fn a_should_that_is_not_kept_is_a_failure_of_a_strict_run() {
    let mut strict = one_of_each();
    strict.strict = true;

    let read = quick_junit::Report::deserialize_from_str(&junit::text(&strict)).expect("JUnit");

    assert_eq!(read.failures, 2);
}

#[test]
fn a_report_that_was_written_is_read_again_and_shown_as_the_same_page() {
    let report = one_of_each();

    let read = Report::read(&report.text()).expect("a report");

    assert_eq!(html::text(&read), html::text(&report));
    assert!(html::text(&read).contains("<td>2–3</td>") && html::text(&read).contains("<td>4</td>"));
    assert!(html::text(&read).contains("ada &#60;script&#62;"));
    assert_eq!(read.exit_code(), 1);
}

#[test]
fn what_a_trial_plays_again_is_read_back_merged_and_shown_with_its_threads() {
    let (name, mut shard) = part(1, 1, 1, &["x/a"]);
    let threads = ["an app #1", "an app #22"].map(str::to_owned).to_vec();
    let played = Failure { row: "B7".to_owned(), failure: "it <loops>".to_owned(), threads };
    shard = shard.from_the_field(|id| if id == "x/a" { vec![played.clone()] } else { Vec::new() });

    let read = Report::read(&shard.text()).expect("a report");
    let whole = merge(vec![(name, read)], &["x/a"]).expect("the one part of a run");

    assert_eq!(whole.trials[0].field, [played]);
    let page = html::text(&whole);
    assert!(
        page.contains("Met in the field: it &#60;loops&#62;") && page.contains("row B7 · an app #1 #22)")
    );
    assert!(!html::text(&one_of_each()).contains("Met in the field"));
}

#[test]
fn what_this_version_cannot_read_is_no_report_to_it() {
    let mut newer = one_of_each();
    newer.schema = 9;

    let refused = |text: &str| Report::read(text).expect_err("no report").to_string();

    assert!(refused(&newer.text()).contains("schema 9"));
    assert!(refused("{ \"schema\": 2 }").contains("no report of rpcheck"));
    assert!(refused("[]").contains("no report of rpcheck"));
}

#[test]
fn parts_make_the_whole_in_the_order_of_the_catalogue() {
    let parts = vec![part(2, 2, 3, &["x/b"]), part(1, 2, 3, &["x/a", "x/c"])];

    let whole = merge(parts, &["x/a", "x/b", "x/c"]).expect("the parts of one run");

    let ids: Vec<_> = whole.trials.iter().map(|trial| trial.id.as_str()).collect();
    assert_eq!(ids, ["x/a", "x/b", "x/c"]);
    assert_eq!((whole.totals.planned, whole.totals.passed, whole.shard), (3, 3, None));
    assert_eq!(whole.exit_code(), 0);
}

#[test]
fn what_is_not_the_parts_of_one_run_is_told_by_its_file() {
    let first = || part(1, 2, 2, &["x/a"]);
    let refused = |parts: Vec<Named>| merge(parts, &["x/a", "x/b"]).expect_err("no parts of one run");
    let text = |parts: Vec<Named>| refused(parts).to_string();

    let whole = ("whole.json".to_owned(), report(&[passed("x/b")], None));
    let mut of_another_app = part(2, 2, 2, &["x/b"]);
    of_another_app.1.target = "another app".to_owned();
    let mut strict = part(2, 2, 2, &["x/b"]);
    strict.1.strict = true;

    assert_eq!(refused(Vec::new()), MergeError::Nothing);
    assert_eq!(refused(vec![first()]), MergeError::Missing(2, 2));
    assert_eq!(refused(vec![first(), part(2, 2, 2, &[])]), MergeError::Short { found: 1, planned: 2 });
    assert_eq!(text(vec![first(), whole]), "whole.json is no part of a run: it was made without --shard");
    assert!(text(vec![first(), first()]).contains("both are shard 1/2"));
    assert!(
        text(vec![first(), of_another_app]).contains("2.json are not parts of one run: one is about an app")
    );
    assert!(text(vec![first(), part(2, 3, 2, &["x/b"])]).contains("one of 3 shards"));
    assert!(text(vec![first(), strict]).contains("--strict"));
}

#[test]
fn applications_stand_side_by_side_where_they_differ_and_a_failure_tells_its_clause() {
    let good = report(&[passed("a/passes"), passed("a/fails"), passed("b/warns")], None);

    let text = compare::text(&[good, one_of_each()]);

    assert!(text.contains("| `a/fails` | must | pass | **fail** |"), "{text}");
    assert!(text.contains("| `b/warns` | should | pass | warn |"), "{text}");
    assert!(!text.contains("| `a/passes`"), "{text}");
    assert!(text.contains("| `a/known` | must | – | **fail** |"), "{text}");
    assert!(
        text.contains(
            "**the clause** Core 1 (must)\n* **it demands** what Core says\n* **the verdict demands**"
        ),
        "{text}"
    );
    assert!(
        text.contains("**the clause** Core 1 (must)") && text.contains("why it is so: its maintainers know")
    );
}

#[test]
fn what_a_seed_draws_is_the_same_each_time_in_the_order_of_the_catalogue_and_never_a_failure() {
    let ids: Vec<_> = (10..50).map(|number| format!("x/{number}")).collect();
    let mut trials: Vec<_> = ids.iter().map(|id| passed(id)).collect();
    let mut others = trials[..20].to_vec();
    trials[3]["verdict"] = json!("fail");
    others[5]["verdict"] = json!("fail");
    let run = || [report(&trials, None), report(&others, None)];
    let drawn = |seed, count| -> Vec<String> {
        let text = draw::text(&run(), seed, count);
        text.lines().skip(2).filter_map(|line| Some(line.split('`').nth(1)?.to_owned())).collect()
    };

    assert_eq!(drawn(7, 12), drawn(7, 12));
    assert_ne!(drawn(7, 12), drawn(8, 12));
    assert_eq!(drawn(7, 12).len(), 12);
    assert!(drawn(7, 12).is_sorted());
    let all: Vec<_> = ids.iter().filter(|id| !["x/13", "x/15"].contains(&id.as_str())).cloned().collect();
    assert_eq!(drawn(7, 100), all);
    let text = draw::text(&[one_of_each()], 1, 9);
    assert!(text.contains("| `b/warns` | should | Core 1 | so that | warn |"), "{text}");
}

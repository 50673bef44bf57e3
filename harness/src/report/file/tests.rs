//! What comes back of a report that was written to a file.

use super::*;
use serde_json::{Value, json};

const LONG: usize = 100_000;

fn exchange(at: usize, body: &str) -> Exchange {
    let answer = json!({ "status": 200, "headers": [["set-cookie", "x".repeat(2_000)], ["server", "an app"]], "body": body });
    let faults = json!([{ "clause": "remove nonce", "changed": true }]);
    let exchange = json!({ "seq": at, "at_millis": 7, "leg": "front", "recorder": "agent", "endpoint": "app", "marker": "m",
        "request": { "method": "POST", "url": "http://app/", "headers": [["accept", "*/*"]], "body": "a=1" },
        "response": if at == 1 { Value::Null } else { answer }, "faults": if at == 1 { json!([]) } else { faults } });
    serde_json::from_value(exchange).expect("an exchange")
}

/// Three exchanges in each of two trials, the second of which has this verdict.
fn report(verdict: &str, body: &str) -> Report<'static> {
    let trial = |id: &str, verdict: &str| {
        json!({ "id": id, "level": "must", "verdict": verdict, "known": false, "clause": "", "why": "", "covers": [],
                "observations": [], "micros": 1, "inputs": [] })
    };
    let totals =
        json!({ "planned": 2, "passed": 2, "warned": 0, "failed": 0, "not_run": 0, "broken": 0, "known": 0 });
    let report = json!({ "schema": 2, "target": "an app", "totals": totals, "stale_deviations": [], "millis": 1,
                         "trials": [trial("a/one", "pass"), trial("a/two", verdict)] });
    let mut report: Report<'static> = serde_json::from_value(report).expect("a report");
    for trial in &mut report.trials {
        trial.exchanges = Some((1..=3).map(|at| exchange(at, body)).collect());
    }
    report
}

fn written(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    report.write(&mut out).expect("it is written into memory");
    String::from_utf8(out).expect("JSON")
}

fn conversation(report: &Report<'_>, trial: usize) -> Vec<Exchange> {
    report.trials[trial].exchanges.as_deref().expect("a conversation").to_vec()
}

#[test]
fn a_conversation_comes_back_as_it_was_where_something_is_wrong_or_nothing_is_long() {
    for (verdict, body) in
        [("fail", "é".repeat(20_000)), ("warn", "x".repeat(60_000)), ("broken", "y".repeat(9_000))]
    {
        let report = report(verdict, &body);

        let read = Report::read(&written(&report)).expect("a report");

        assert_eq!(conversation(&read, 1), conversation(&report, 1), "{verdict}");
    }
}

#[test]
fn what_is_cut_says_how_long_it_was_and_merging_cuts_no_more() {
    let report = report("fail", &"x".repeat(LONG));

    let once = written(&report);
    let read = Report::read(&once).expect("a report");

    let bodies = [0, 1].map(|trial| conversation(&read, trial)[2].response.clone().expect("an answer").body);
    assert!(bodies[0].ends_with("x… (the first 640 of 100000 bytes)"), "{}", bodies[0]);
    assert!(bodies[1].ends_with("x… (the first 65536 of 100000 bytes)"));
    let cookie = &conversation(&read, 0)[2].response.clone().expect("an answer").headers[0].1;
    assert!(cookie.ends_with("x… (the first 512 of 2000 bytes)"), "{cookie}");
    assert_eq!(written(&read), once);
}

#[test]
fn what_is_said_again_and_again_is_written_once() {
    let text = written(&report("pass", "the same page"));

    assert_eq!(text.matches("the same page").count(), 1);
    assert_eq!(text.matches("an app\"]").count(), 1);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["bodies"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["trials"][0].get("exchanges"), None);
}

#[test]
fn a_file_that_refers_to_what_it_does_not_hold_is_no_report() {
    for (list, whole) in [("headers", "[[\"accept\",\"*/*\"],"), ("bodies", "[\"a=1\",")] {
        let text = written(&report("pass", "a page"));
        let short = text.split_once(&format!("\"{list}\":{whole}")).expect(list);
        let short = format!("{}\"{list}\":[{}", short.0, short.1);

        let error = Report::read(&short).expect_err("no report").to_string();

        assert!(error.contains("which is not in the file"), "{error}");
    }
}

//! One file that shows a run: totals, the matrix, and for every trial what was found and the conversation.

use super::{failure, json};
use crate::event::{RunRecord, Totals};
use crate::verdict::{TrialRecord, Verdict};
use askama::Template;
use mock_idp::trace::{Endpoint, Exchange, Leg, Recorder};

#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    target: &'a str,
    totals: Totals,
    seconds: String,
    stale: &'a [String],
    topics: Vec<Topic<'a>>,
}

struct Topic<'a> {
    name: &'a str,
    trials: Vec<Shown<'a>>,
}

struct Shown<'a> {
    id: &'a str,
    anchor: String,
    level: &'a str,
    verdict: &'a str,
    word: &'a str,
    known: bool,
    why: &'a str,
    clause: &'a str,
    covers: String,
    reason: Option<String>,
    observations: &'a [String],
    inputs: Vec<Input<'a>>,
    exchanges: Vec<Step>,
}

struct Input<'a> {
    label: &'a str,
    word: &'a str,
    verdict: &'a str,
    expected: &'a str,
    actual: String,
    known: &'a str,
    shown_by: String,
}

/// An exchange in the sequence diagram: from one lane to another.
struct Step {
    number: usize,
    back: bool,
    to_app: bool,
    title: String,
    answer: String,
    faults: Vec<String>,
    detail: Option<Detail>,
}

/// What is shown only of the exchanges that show a finding.
struct Detail {
    request: String,
    response: String,
    curl: String,
}

/// The run as one self-contained page.
pub fn text(run: &RunRecord) -> String {
    let mut topics: Vec<Topic<'_>> = Vec::new();
    for trial in &run.trials {
        let name = trial.scenario.topic();
        if topics.last().is_none_or(|topic| topic.name != name) {
            topics.push(Topic { name, trials: Vec::new() });
        }
        if let Some(topic) = topics.last_mut() {
            topic.trials.push(shown(trial));
        }
    }
    let seconds = format!("{:.1}", std::time::Duration::from_millis(run.millis).as_secs_f64());
    let report = Report { target: &run.target, totals: run.totals(), seconds, stale: &run.stale, topics };
    report.render().expect("a report renders into memory")
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓ pass",
        Verdict::Warn(_) => "! warn",
        Verdict::Fail(_) => "✗ fail",
        Verdict::NotRun { .. } => "– not run",
        Verdict::Broken { .. } => "? broken",
    }
}

fn shown(trial: &TrialRecord) -> Shown<'_> {
    let told = match &trial.verdict {
        Verdict::NotRun { .. } | Verdict::Broken { .. } => json::reason(&trial.verdict),
        _ => None,
    };
    let inputs = trial.inputs.iter().map(|input| {
        let finding = input.verdict.finding();
        Input {
            label: if input.label.is_empty() { "the scenario" } else { &input.label },
            word: word(&input.verdict),
            verdict: input.verdict.name(),
            expected: finding.map_or("", |finding| &finding.expected),
            actual: json::reason(&input.verdict).unwrap_or_default(),
            known: input.known.as_deref().unwrap_or_default(),
            shown_by: finding
                .map(|finding| format!("{}–{}", finding.exchanges.start + 1, finding.exchanges.end))
                .unwrap_or_default(),
        }
    });
    Shown {
        id: trial.scenario.id,
        anchor: trial.scenario.id.replace('/', "-"),
        level: trial.scenario.level.name(),
        verdict: trial.verdict.name(),
        word: word(&trial.verdict),
        known: trial.is_known(),
        why: trial.scenario.why,
        clause: trial.scenario.clause,
        covers: trial.scenario.covers.join(" · "),
        reason: told,
        observations: &trial.observations,
        inputs: inputs.collect(),
        exchanges: steps(trial),
    }
}

/// Every exchange as a line; in full, those that a finding names.
fn steps(trial: &TrialRecord) -> Vec<Step> {
    let findings: Vec<_> = trial.inputs.iter().filter_map(|input| input.verdict.finding()).collect();
    let telling = |index: usize| findings.iter().any(|finding| finding.exchanges.contains(&index));
    let all = trial.conversation.iter().enumerate();
    all.map(|(index, exchange)| step(index, exchange, telling(index))).collect()
}

fn step(index: usize, exchange: &Exchange, in_full: bool) -> Step {
    let answer = exchange.response.as_ref();
    let location = answer.and_then(|answer| answer.header("location")).map(path);
    let status = answer.map_or("dropped".to_owned(), |answer| answer.status.to_string());
    Step {
        number: index + 1,
        back: exchange.leg == Leg::Back,
        to_app: exchange.endpoint == Endpoint::App && exchange.recorder == Recorder::Agent,
        title: format!("{} {}", exchange.request.method, path(&exchange.request.url)),
        answer: location.map_or(status.clone(), |location| format!("{status} → {location}")),
        faults: exchange.faults.iter().map(|fault| fault.clause.clone()).collect(),
        detail: in_full.then(|| detail(exchange)),
    }
}

fn detail(exchange: &Exchange) -> Detail {
    let headers = |headers: &[(String, String)]| -> String {
        headers.iter().fold(String::new(), |text, (name, value)| text + name + ": " + value + "\n")
    };
    let request = &exchange.request;
    let response = exchange.response.as_ref().map_or("(the connection was dropped)".to_owned(), |response| {
        format!("{}\n{}\n{}", response.status, headers(&response.headers), response.body)
    });
    Detail {
        request: format!(
            "{} {}\n{}\n{}",
            request.method,
            request.url,
            headers(&request.headers),
            request.body
        ),
        response,
        curl: failure::curl(exchange),
    }
}

/// An address without its origin and its query: the lanes say whose it is.
fn path(url: &str) -> String {
    let address = url.split('?').next().unwrap_or_default();
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |start| &after_scheme[start..]);
    if address.starts_with('/') { address.to_owned() } else { path.to_owned() }
}

//! One file that shows a run: totals, the matrix, and for every trial what was found, the conversation, and the pictures
//! that stand beside the file if a real browser took any.

use super::json::{Report, Trial};
use super::{cost, failure};
use crate::event::Totals;
use crate::field::Failure;
use crate::verdict::Mark;
use askama::Template;
use mock_idp::trace::{Endpoint, Exchange, Leg, Recorder};
use std::ffi::OsStr;
use std::path::Path;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    target: &'a str,
    totals: Totals,
    seconds: String,
    stale: &'a [String],
    topics: Vec<Topic<'a>>,
    costs: cost::Table,
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
    field: &'a [Failure],
    reason: Option<&'a str>,
    observations: &'a [String],
    inputs: Vec<Input<'a>>,
    pictures: Vec<Picture<'a>>,
    exchanges: Vec<Step>,
}

/// What somebody saw after a step.
struct Picture<'a> {
    path: &'a str,
    caption: String,
}

struct Input<'a> {
    label: &'a str,
    word: &'a str,
    verdict: &'a str,
    expected: &'a str,
    actual: &'a str,
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

/// The run as one page, which needs nothing but the pictures beside it.
pub fn text(run: &Report<'_>) -> String {
    let mut topics: Vec<Topic<'_>> = Vec::new();
    for trial in &run.trials {
        let name = trial.topic();
        if topics.last().is_none_or(|topic| topic.name != name) {
            topics.push(Topic { name, trials: Vec::new() });
        }
        if let Some(topic) = topics.last_mut() {
            topic.trials.push(shown(trial));
        }
    }
    let seconds = format!("{:.1}", std::time::Duration::from_millis(run.millis).as_secs_f64());
    let (stale, costs) = (&run.stale_deviations, cost::table(run));
    let page = Page { target: &run.target, totals: run.totals, seconds, stale, topics, costs };
    page.render().expect("a report renders into memory")
}

fn word(verdict: Mark) -> &'static str {
    match verdict {
        Mark::Pass => "✓ pass",
        Mark::Warn => "! warn",
        Mark::Fail => "✗ fail",
        Mark::NotRun => "– not run",
        Mark::Broken => "? broken",
    }
}

fn shown<'a>(trial: &'a Trial<'_>) -> Shown<'a> {
    let inputs = trial.inputs.iter().map(|input| Input {
        label: if input.label.is_empty() { "the scenario" } else { &input.label },
        word: word(input.verdict),
        verdict: input.verdict.name(),
        expected: input.expected.as_deref().unwrap_or_default(),
        actual: input.reason.as_deref().unwrap_or_default(),
        known: input.known.as_deref().unwrap_or_default(),
        shown_by: input.shown_by.map(span).unwrap_or_default(),
    });
    Shown {
        id: &trial.id,
        anchor: trial.id.replace('/', "-"),
        level: trial.level.name(),
        verdict: trial.verdict.name(),
        word: word(trial.verdict),
        known: trial.known,
        why: &trial.why,
        clause: &trial.clause,
        covers: trial.covers.join(" · "),
        field: &trial.field,
        reason: trial.untold(),
        observations: &trial.observations,
        inputs: inputs.collect(),
        pictures: trial.pictures.iter().enumerate().map(picture).collect(),
        exchanges: steps(trial),
    }
}

/// Its caption is its place and what its file is called after the number.
fn picture((index, path): (usize, &String)) -> Picture<'_> {
    let stem = Path::new(path).file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let who = stem.split_once('-').map_or(stem, |(_, who)| who).replace('-', " ");
    Picture { path, caption: format!("step {}, {who}", index + 1) }
}

/// Exchanges from the first to the last; one stands for itself.
fn span([first, last]: [usize; 2]) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// Every exchange as a line; in full, those that a finding names.
fn steps(trial: &Trial<'_>) -> Vec<Step> {
    let findings: Vec<_> = trial.inputs.iter().filter_map(|input| input.shown_by).collect();
    let telling = |index: usize| findings.iter().any(|[first, last]| (*first..=*last).contains(&(index + 1)));
    let all = trial.exchanges.as_deref().unwrap_or_default().iter().enumerate();
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

//! The five parts of a failure: what was tried · why and by which clause · what was expected · what happened ·
//! the exchanges that show it.

use crate::verdict::{InputRecord, TrialRecord, Verdict};
use mock_idp::trace::{Endpoint, Exchange, Leg};
use std::fmt::Write;

/// All findings of a trial, each with its five parts; empty if there are none.
pub fn text(trial: &TrialRecord) -> String {
    let inputs = trial.inputs.iter().filter(|input| input.verdict.finding().is_some());
    inputs.map(|input| one(trial, input)).collect()
}

fn one(trial: &TrialRecord, input: &InputRecord) -> String {
    let scenario = &trial.scenario;
    let mut text = format!("{} {}", input.verdict.name().to_uppercase(), scenario.id);
    if !input.label.is_empty() {
        let _ = write!(text, "  [{}]", input.label);
    }
    let _ = writeln!(text, "\n  why       {} ({}, {})", scenario.why, scenario.clause, scenario.level.name());
    if let (Verdict::Fail(finding) | Verdict::Warn(finding), known) = (&input.verdict, &input.known) {
        let _ = writeln!(text, "  expected  {}", finding.expected);
        let _ = writeln!(text, "  actual    {}", finding.actual);
        let kind = finding.symptom.kind();
        if known.is_none() && kind != "behaviour" {
            let _ = writeln!(text, "  kind      {kind}: a known deviation covers it with kind = \"{kind}\"");
        }
        if let Some(reason) = known {
            let _ = writeln!(text, "  known     {reason}");
        }
        let mut label = "shown by";
        for index in finding.exchanges.clone() {
            if let Some(exchange) = trial.conversation.get(index) {
                let _ = writeln!(text, "  {label:8}  {:>3}. {}", index + 1, line(exchange));
                label = "";
            }
        }
    }
    text
}

/// One exchange on one line.
pub fn line(exchange: &Exchange) -> String {
    let who = match (exchange.leg, exchange.endpoint) {
        (_, Endpoint::BackChannelLogout | Endpoint::RequestObject) => "provider → app",
        (Leg::Back, _) => "app → provider",
        (Leg::Front, _) => "browser",
    };
    let answer = exchange.response.as_ref().map_or("dropped".to_owned(), |answer| answer.status.to_string());
    let mut text =
        format!("{who}  {} {} → {answer}", exchange.request.method, shortened(&exchange.request.url));
    if let Some(location) = exchange.response.as_ref().and_then(|answer| answer.header("location")) {
        let _ = write!(text, " to {}", shortened(location));
    }
    for fault in &exchange.faults {
        let _ = write!(text, "  ! {}", fault.clause);
    }
    text
}

fn shortened(url: &str) -> String {
    match url.char_indices().nth(90) {
        Some((end, _)) => format!("{}…", &url[..end]),
        None => url.to_owned(),
    }
}

/// The exchange as a command that repeats its request.
pub fn curl(exchange: &Exchange) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut command = format!("curl -i -X {} {}", exchange.request.method, quoted(&exchange.request.url));
    for (name, value) in &exchange.request.headers {
        if !matches!(name.as_str(), "host" | "content-length" | "accept-encoding" | "connection") {
            let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
        }
    }
    if !exchange.request.body.is_empty() {
        let _ = write!(command, " --data-raw {}", quoted(&exchange.request.body));
    }
    command
}

//! The canonical report. Every other one can be made again from it.

use crate::event::{RunRecord, Totals};
use crate::verdict::{Reason, Symptom, TrialRecord, Verdict};
use mock_idp::trace::Exchange;
use serde::Serialize;

/// The version of the schema, raised when a member changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Run<'a> {
    schema: u32,
    target: &'a str,
    totals: Totals,
    stale_deviations: &'a [String],
    millis: u64,
    trials: Vec<Trial<'a>>,
}

#[derive(Serialize)]
struct Trial<'a> {
    id: &'a str,
    level: &'a str,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    known: bool,
    clause: &'a str,
    why: &'a str,
    covers: &'a [&'a str],
    inputs: Vec<Input<'a>>,
    observations: &'a [String],
    micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchanges: Option<&'a [Exchange]>,
}

#[derive(Serialize)]
struct Input<'a> {
    label: &'a str,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    symptom: Option<Symptom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'a str>,
    /// First and last exchange that show it, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_by: Option<[usize; 2]>,
}

/// The run as JSON; with every exchange, or without any.
pub fn text(run: &RunRecord, with_exchanges: bool) -> String {
    let run = Run {
        schema: SCHEMA,
        target: &run.target,
        totals: run.totals(),
        stale_deviations: &run.stale,
        millis: run.millis,
        trials: run.trials.iter().map(|record| trial(record, with_exchanges)).collect(),
    };
    serde_json::to_string_pretty(&run).expect("a report has only string keys")
}

fn trial(record: &TrialRecord, with_exchanges: bool) -> Trial<'_> {
    let inputs = record.inputs.iter().map(|input| Input {
        label: &input.label,
        verdict: input.verdict.name(),
        reason: reason(&input.verdict),
        expected: input.verdict.finding().map(|finding| finding.expected.as_str()),
        actual: input.verdict.finding().map(|finding| finding.actual.as_str()),
        symptom: input.verdict.finding().map(|finding| finding.symptom),
        known: input.known.as_deref(),
        shown_by: input.verdict.finding().map(|finding| [finding.exchanges.start + 1, finding.exchanges.end]),
    });
    Trial {
        id: record.scenario.id,
        level: record.scenario.level.name(),
        verdict: record.verdict.name(),
        reason: reason(&record.verdict),
        known: record.is_known(),
        clause: record.scenario.clause,
        why: record.scenario.why,
        covers: record.scenario.covers,
        inputs: inputs.collect(),
        observations: &record.observations,
        micros: record.micros,
        exchanges: with_exchanges.then_some(&record.conversation),
    }
}

/// Why a verdict is what it is, in a sentence; nothing for a pass.
pub fn reason(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Pass => None,
        Verdict::Warn(finding) | Verdict::Fail(finding) => Some(finding.actual.clone()),
        Verdict::NotRun { reason } => Some(Reason::to_string(reason)),
        Verdict::Broken { error } => Some(error.clone()),
    }
}

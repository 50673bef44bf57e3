//! Scenarios with both agents. What the built-in one believes of browsers has to lead where Chromium leads: to the same
//! verdict of every input, to the same observations, and there by the same requests with the same cookies.
//!
//! `cargo test` does it with the scenarios that are named here, and with some weaknesses that both agents have to notice;
//! `RPCHECK_AGENTS=full` (`just agents`) with the whole catalogue.

use crate::requests::requests;
use harness::runner::run_one;
use harness::verdict::{InputRecord, Mark, TrialRecord};
use harness::{Reason, Scenario, Target, Verdict};
use libtest_mimic::{Completion, Failed};
use std::time::Duration;

/// One of each thing that an agent does: types, follows, fills in, posts from elsewhere and by hand, holds forms, keeps and
/// loses cookies, fetches, frames, and speaks TLS.
pub(crate) const NAMED: [&str; 24] = [
    "bff/background-call-sets-no-cookie",
    "bff/foreign-change",
    "binding/no-transaction",
    "cookie/session-secure-over-https",
    "discovery/certificate",
    "error/markup",
    "field/large-session",
    "field/login-page-for-data",
    "field/neighbour",
    "field/silent-login",
    "field/switch-account",
    "front-channel/in-a-frame",
    "id-token/azp-other-client",
    "initiated/framed",
    "logout/foreign-page",
    "return-to/local",
    "session/framed",
    "state/two-tabs",
    "story/anonymous-call",
    "story/guarded-page",
    "story/log-in",
    "story/log-out",
    "story/session-lost",
    "story/signed-in-call",
];

/// Weaknesses of what a browser does or leaves, each with a scenario that has to find it, whoever plays the person.
pub(crate) const WEAK: [(&str, &str); 7] = [
    ("api-401", "field/login-page-for-data"),
    ("cors-closed", "bff/cors"),
    ("frame-ancestors-restriction", "session/framed"),
    ("neighbours-logins", "field/neighbour"),
    ("nonce-check", "nonce/altered"),
    ("parallel-logins", "state/two-tabs"),
    ("transaction-same-site-none", "story/log-in"),
];

/// Scenarios whose verdicts agree, and whose requests or observations cannot.
const OTHERWISE: [(&str, &str); 3] = [
    (
        "front-channel/from-the-provider",
        "Chromium opens the frames of the provider's page by itself and goes on, before anybody can read which they are",
    ),
    (
        "keys/unknown-kids",
        "time goes by between two logins, and with it the rest that the app gives the provider",
    ),
    (
        "payload/size",
        "Chromium is told of a refusal in the middle of a large form, where the built-in agent loses it",
    ),
];

const DEADLINE: Duration = Duration::from_mins(6);

/// Is the whole catalogue to be run?
pub(crate) fn is_full() -> bool {
    match std::env::var("RPCHECK_AGENTS").as_deref() {
        Err(_) | Ok("") => false,
        Ok("full") => true,
        Ok(other) => panic!("RPCHECK_AGENTS is \"{other}\"; write \"full\", or leave it out"),
    }
}

/// What a person at each agent meets with, which must be the same.
pub(crate) struct Both<'a> {
    pub(crate) built_in: &'a dyn Target,
    pub(crate) browser: &'a dyn Target,
}

impl Both<'_> {
    /// Runs it with either. What a browser cannot do is left out, for the reason that is given.
    pub(crate) async fn agree(&self, scenario: Scenario) -> Result<Completion, Failed> {
        let (built_in, browser) = self.run(scenario).await;
        if let Verdict::NotRun { reason } = &browser.verdict
            && !matches!(built_in.verdict, Verdict::NotRun { .. })
        {
            return left_out(scenario, reason);
        }
        agreed(&built_in, &browser)
    }

    /// Runs it with either, and both find something.
    pub(crate) async fn both_find(&self, scenario: Scenario) -> Result<Completion, Failed> {
        let (built_in, browser) = self.run(scenario).await;
        for (who, record) in [("the built-in agent", &built_in), ("Chromium", &browser)] {
            if record.verdict.finding().is_none() {
                return Err(format!("{who} finds nothing: {:?}", record.verdict).into());
            }
        }
        agreed(&built_in, &browser)
    }

    async fn run(&self, scenario: Scenario) -> (TrialRecord, TrialRecord) {
        let built_in = run_one(self.built_in, scenario, DEADLINE).await;
        (built_in, run_one(self.browser, scenario, DEADLINE).await)
    }
}

/// Only a need of the scenario, or a request that no browser sends, is a reason.
fn left_out(scenario: Scenario, reason: &Reason) -> Result<Completion, Failed> {
    let is_needed = match reason {
        Reason::Needs(what) => scenario.needs.iter().any(|need| need.unmet() == *what) || is_twice(what),
        Reason::Agent(_) => true,
        _ => false,
    };
    if !is_needed || (!is_full() && NAMED.contains(&scenario.id)) {
        return Err(format!("not run in a browser: {reason}").into());
    }
    Ok(Completion::ignored_with(format!("not run in a browser: {reason}")))
}

/// Some ask for two requests at the same time, which is another way to need an agent that writes them itself.
fn is_twice(what: &str) -> bool {
    what == harness::Need::HandMadeRequests.unmet()
}

fn agreed(built_in: &TrialRecord, browser: &TrialRecord) -> Result<Completion, Failed> {
    let mut differences = Vec::new();
    let labels = |record: &TrialRecord| -> Vec<String> {
        record.inputs.iter().map(|input| input.label.clone()).collect()
    };
    if labels(built_in) != labels(browser) {
        differences.push(format!("inputs: {:?} and {:?}", labels(built_in), labels(browser)));
    }
    let pairs = || built_in.inputs.iter().zip(&browser.inputs);
    let sent = pairs().filter(|(_, browser)| !is_beyond_browsers(browser));
    for (one, other) in sent.filter(|(one, other)| mark(one) != mark(other)) {
        differences.push(format!("“{}”: {:?} and {:?}", one.label, one.verdict, other.verdict));
    }
    let same = OTHERWISE.iter().all(|(id, _)| *id != built_in.scenario.id);
    if same && pairs().all(|(_, browser)| !is_beyond_browsers(browser)) {
        if built_in.observations != browser.observations {
            differences.push(format!("seen: {:?} and {:?}", built_in.observations, browser.observations));
        }
        differences.extend(first_difference(built_in, browser));
    }
    if differences.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(format!("the built-in agent and Chromium do not agree\n{}", differences.join("\n")).into())
}

fn mark(input: &InputRecord) -> Mark {
    input.verdict.mark()
}

fn is_beyond_browsers(input: &InputRecord) -> bool {
    matches!(input.verdict, Verdict::NotRun { reason: Reason::Agent(_) | Reason::Needs(_) })
}

/// The first request that only one of them made, or that they made in different ways.
fn first_difference(built_in: &TrialRecord, browser: &TrialRecord) -> Option<String> {
    let (mut one, mut other) = (requests(&built_in.conversation), requests(&browser.conversation));
    if built_in.scenario.at_once {
        one.sort();
        other.sort();
    }
    let most = one.len().max(other.len());
    let nothing = "nothing".to_owned();
    (0..most).find_map(|at| {
        let (one, other) = (one.get(at).unwrap_or(&nothing), other.get(at).unwrap_or(&nothing));
        (one != other).then(|| format!("request {}:\n  built-in  {one}\n  Chromium  {other}", at + 1))
    })
}

//! Honest logins that are changed at random, by a seed: in what the provider tells, in the form that brings its answer,
//! in the cookies that it meets. Whatever is changed, nobody may be signed in unless every rule still holds, and nothing
//! may crash or hang.
//!
//! ```text
//! seed, number ──► draw ──► changes ──► attempt (an honest login with them) ──► nothing, or a finding
//!                                                                                 └─► fewer changes that show it too
//! ```

mod attempt;
mod change;
mod cookies;
mod dice;
mod draw;
mod flow;
mod form;
mod text;

pub use attempt::again;
pub use change::Change;
pub use cookies::CookieChange;
pub use dice::Dice;
pub use draw::case;
pub use flow::Flow;
pub use form::{FormChange, says_the_same};
pub use text::{paste, summary, told};

use crate::scenario::{Need, Scenario};
use crate::target::{Target, TargetError};
use crate::trial::Trial;
use crate::verdict::{Finding, Stop};
use attempt::{attempt, minimised};
use std::time::{Duration, Instant};

/// Which cases are tried, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By which flow the logins go.
    pub flow: Flow,
    /// The same seed gives the same cases.
    pub seed: u64,
    /// The number of the first case.
    pub first: u64,
    /// How many cases, if not as many as there is time for.
    pub cases: Option<u64>,
    /// How long, if not until all cases are tried.
    pub time: Option<Duration>,
    /// After so many different findings it is enough.
    pub enough: usize,
}

/// A case that found something.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its number.
    pub number: u64,
    /// The changes that show it, and no more than are needed.
    pub changes: Vec<Change>,
    /// What the application did.
    pub finding: Finding,
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Record {
    /// How many cases were tried.
    pub cases: u64,
    /// In how many of them a rule was broken.
    pub broken: u64,
    /// In how many of the others somebody was signed in.
    pub taken: u64,
    /// What was found.
    pub found: Vec<Found>,
    /// How long it took.
    pub time: Duration,
}

/// Why it could not be told.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// There is no application.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The application is not set up for the flow.
    #[error(
        "the profile declares no variant {0}: write [variants.{0}] with what sets the app up for this flow"
    )]
    Undeclared(&'static str),
    /// Nobody can log in at all.
    #[error(
        "an honest login does not work, so that a refusal would prove nothing: expected {expected}; {actual}"
    )]
    NoLogin {
        /// What should have happened.
        expected: String,
        /// What happened.
        actual: String,
    },
    /// Something of ours went wrong.
    #[error("case {number} could not be told: {why}")]
    Broken {
        /// The case.
        number: u64,
        /// Why.
        why: String,
    },
}

const CASE: Scenario = Scenario::must("fuzz/case").needs(&[Need::HandMadeRequests]);

/// A case in this flow.
fn scenario(flow: Flow) -> Scenario {
    flow.variant().map_or(CASE, |variant| CASE.variant(variant).alone())
}

/// So many cases are tried at one application, between two honest logins.
const BATCH: u64 = 100;

/// Tries the cases of a plan, and tells of each finding as it comes.
pub async fn run(
    target: &dyn Target,
    plan: &Plan,
    mut tell: impl FnMut(&Found),
) -> Result<Record, FuzzError> {
    if let Some(variant) = plan.flow.variant().filter(|variant| !target.profile().declares(variant)) {
        return Err(FuzzError::Undeclared(variant));
    }
    let (start, case) = (Instant::now(), scenario(plan.flow));
    let mut record = Record::default();
    let end = plan.cases.map(|cases| plan.first.saturating_add(cases));
    let over = |number| {
        end.is_some_and(|end| number >= end) || plan.time.is_some_and(|time| start.elapsed() >= time)
    };
    let mut number = plan.first;
    while !over(number) && record.found.len() < plan.enough {
        let trial = Trial::new(case, target.stage(&case).await?);
        trial.honest().await.map_err(|stop| no_login(stop, number))?;
        let batch = number;
        while number < batch + BATCH && !over(number) && record.found.len() < plan.enough {
            try_one(&trial, plan, number, &mut record, &mut tell).await?;
            number += 1;
            if !record.found.is_empty() {
                target.revive().await?;
            }
        }
        if let Err(Stop::Found(finding)) = trial.honest_after().await {
            keep(&mut record, Found { number: number - 1, changes: Vec::new(), finding }, &mut tell);
        }
    }
    record.time = start.elapsed();
    Ok(record)
}

async fn try_one(
    trial: &Trial,
    plan: &Plan,
    number: u64,
    record: &mut Record,
    tell: &mut impl FnMut(&Found),
) -> Result<(), FuzzError> {
    let changes = case(plan.seed, number, trial.facts(), plan.flow);
    record.cases += 1;
    let unclear = |stop| FuzzError::Broken { number, why: said(stop) };
    match attempt(trial, &changes).await {
        Ok(seen) => {
            record.broken += u64::from(seen.had_to_be_refused);
            record.taken += u64::from(seen.taken);
        }
        Err(Stop::Found(finding)) => {
            let (changes, finding) = minimised(trial, changes, finding).await.map_err(unclear)?;
            keep(record, Found { number, changes, finding }, tell);
        }
        Err(stop) => return Err(unclear(stop)),
    }
    Ok(())
}

/// The same finding by other numbers is told once.
fn keep(record: &mut Record, found: Found, tell: &mut impl FnMut(&Found)) {
    if !record.found.iter().any(|known| known.changes == found.changes) {
        tell(&found);
        record.found.push(found);
    }
}

fn no_login(stop: Stop, number: u64) -> FuzzError {
    match stop {
        Stop::Found(Finding { expected, actual, .. }) => FuzzError::NoLogin { expected, actual },
        other => FuzzError::Broken { number, why: said(other) },
    }
}

fn said(stop: Stop) -> String {
    match stop {
        Stop::Found(finding) => finding.actual,
        Stop::NotRun(reason) => reason.to_string(),
        Stop::Broken(why) => why,
    }
}

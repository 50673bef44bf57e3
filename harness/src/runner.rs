//! Runs scenarios on a target: those that may, side by side; those that change what every login sees, alone
//! and last.

mod turns;

use crate::cut::{KEPT_OF_A_BODY, cut};
use crate::deviations::Deviations;
use crate::event::{Event, RunRecord};
use crate::scenario::{Action, LONGEST_COOL_DOWN, Need, Scenario};
use crate::target::Target;
use crate::trial::{Outcome, Trial};
use crate::verdict::{InputRecord, Reason, Stop, TrialRecord, Verdict};
use futures::FutureExt;
use mock_idp::trace::Exchange;
use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use turns::Turns;

/// A trial that starts a foreign application again and again waits for it, each time.
const STARTING_TAKES_LONGER: u32 = 4;

/// How a run proceeds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many trials at once.
    pub jobs: usize,
    /// A SHOULD counts like a MUST.
    pub strict: bool,
    /// How long one trial may take.
    pub deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { jobs: cores * 2, strict: false, deadline: Duration::from_secs(90) }
    }
}

/// Runs the scenarios and tells of each as it goes.
pub async fn run(
    target: Arc<dyn Target>,
    scenarios: &[Scenario],
    options: Options,
    deviations: &Deviations,
    tell: impl FnMut(&Event<'_>),
) -> RunRecord {
    let start = Instant::now();
    let tell = RefCell::new(tell);
    let tell = |event: Event<'_>| (tell.borrow_mut())(&event);
    let name = target.profile().name.clone();
    tell(Event::RunStarted { target: &name, planned: scenarios.len() });
    let trials = RefCell::new(Vec::with_capacity(scenarios.len()));
    let finished = |index: usize, mut record: TrialRecord| {
        deviations.mark(&mut record);
        tell(Event::TrialFinished(&record));
        trials.borrow_mut().push((index, record));
    };
    let deadline = options.deadline;
    let turns = || Turns { target: target.clone(), deadline, tell: &tell, finished: &finished, dead: None };
    let (mut apart, mut alone, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for planned in scenarios.iter().copied().enumerate() {
        if let Some(another) = target.another().filter(|_| waits(&planned.1, &*target)) {
            apart.push(turns().apart(planned, another));
        } else if planned.1.alone && !target.isolated() {
            alone.push(planned);
        } else {
            together.push(planned);
        }
    }
    // What waits in real time waits while the others run.
    together.sort_by_key(|(_, scenario)| !(scenario.slow || waits(scenario, &*target)));
    let others = turns().one_after_the_other(options.jobs.max(1), together, alone);
    if options.jobs > 1 {
        futures::future::join(futures::future::join_all(apart), others).await;
    } else {
        others.await;
        for one in apart {
            one.await;
        }
    }
    let mut trials = trials.into_inner();
    trials.sort_by_key(|(index, _)| *index);
    let trials: Vec<_> = trials.into_iter().map(|(_, record)| record).collect();
    let stale = deviations.stale(&trials);
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (planned, strict) = (scenarios.len(), options.strict);
    let has_list = !deviations.is_empty();
    let record = RunRecord { target: name, planned, trials, stale, has_list, strict, millis };
    tell(Event::RunFinished(&record));
    record
}

/// Does it wait for the keys of this application to be old enough?
fn waits(scenario: &Scenario, target: &dyn Target) -> bool {
    let cool_down = target.profile().jwks_cool_down;
    scenario.cools_down && (1..=LONGEST_COOL_DOWN).contains(&cool_down) && !target.offers(Need::Clock)
}

fn broken(scenario: Scenario, error: String) -> TrialRecord {
    let verdict = Verdict::Broken { error };
    TrialRecord::new(scenario, vec![InputRecord { label: String::new(), verdict, known: None }])
}

fn not_run(scenario: Scenario, reason: Reason) -> TrialRecord {
    let verdict = Verdict::NotRun { reason };
    TrialRecord::new(scenario, vec![InputRecord { label: String::new(), verdict, known: None }])
}

/// Runs one scenario. Whatever happens in it, there is a record.
pub async fn run_one(target: &dyn Target, scenario: Scenario, deadline: Duration) -> TrialRecord {
    if let Some(need) = scenario.needs.iter().find(|need| !target.offers(**need)) {
        return not_run(scenario, Reason::Needs(need.unmet()));
    }
    if scenario.cold && !target.offers(Need::Restart) {
        return not_run(scenario, Reason::Needs(Need::Restart.unmet()));
    }
    if let Some(name) = scenario.variant.filter(|name| !target.profile().declares(name)) {
        return not_run(scenario, Reason::Undeclared(format!("the profile declares no variant {name}")));
    }
    let start = Instant::now();
    let stage = match target.stage(&scenario).await {
        Ok(stage) => stage,
        Err(error) => return broken(scenario, error.to_string()),
    };
    let ready = micros(start);
    let mut trial = Trial::new(scenario, stage);
    let starts_again = scenario.cold || scenario.variant.is_some() || scenario.needs.contains(&Need::Restart);
    let deadline =
        if starts_again && !target.isolated() { deadline * STARTING_TAKES_LONGER } else { deadline };
    let running = AssertUnwindSafe(perform(&mut trial, scenario)).catch_unwind();
    let ended = match tokio::time::timeout(deadline, running).await {
        Err(_) => Err(Stop::Broken(format!("the trial was not over after {} s", deadline.as_secs()))),
        Ok(Err(panic)) => Err(Stop::Broken(format!("the trial panicked: {}", said(&*panic)))),
        Ok(Ok(outcome)) => outcome,
    };
    match ended {
        Err(stop) => trial.input("", Err(stop)),
        // What was shown after the last input, or beside a script that has none.
        Ok(()) => trial.input_of_leak(),
    }
    let (inputs, observations, stage) = trial.into_parts();
    let mut record = TrialRecord::new(scenario, inputs);
    record.observations = observations;
    record.conversation = stage.everything();
    record.conversation.iter_mut().for_each(shorten);
    record.lost_app = stage.lost();
    record.facts = Some(stage.facts.clone());
    record.waited = stage.agents.waits().map(|waits| (ready, waits.waited()));
    record.pictures = stage.agents.pictures();
    record.micros = micros(start);
    record
}

/// What an application answers was searched whole; what a reader can make use of is the beginning.
fn shorten(exchange: &mut Exchange) {
    let Some(answer) = &mut exchange.response else { return };
    if let Cow::Owned(kept) = cut(&answer.body, KEPT_OF_A_BODY) {
        answer.body = kept;
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".to_owned())
}

/// An honest login, the scenario itself, an honest login.
async fn perform(trial: &mut Trial, scenario: Scenario) -> Outcome {
    if scenario.sandwiched {
        trial.honest().await.map_err(cannot_tell)?;
    }
    if scenario.cold {
        trial.restart().await?;
    }
    trial.next_turn();
    act(trial, scenario).await?;
    let already = matches!(scenario.action, Action::Inputs(..)) && trial.tried() > 1;
    if scenario.sandwiched && !already {
        trial.honest_after().await?;
    }
    Ok(())
}

async fn act(trial: &mut Trial, scenario: Scenario) -> Outcome {
    match scenario.action {
        Action::Faults(faults, expect) => {
            let outcome = trial.attempt(faults(), expect).await;
            trial.input("", outcome);
        }
        Action::Inputs(inputs, expect) => {
            let inputs = inputs(trial.facts());
            trial.attempt_each(inputs, expect).await?;
        }
        Action::Script(script) => {
            let inputs = trial.tried();
            script(trial).await?;
            if trial.tried() == inputs {
                trial.input("", Ok(()));
            }
        }
    }
    Ok(())
}

/// An application that nobody can be signed in to says nothing about a refusal.
fn cannot_tell(stop: Stop) -> Stop {
    match stop {
        Stop::Found(finding) => Stop::Broken(format!(
            "an honest login beforehand did not work, so that a refusal would prove nothing: expected {}; {}",
            finding.expected, finding.actual
        )),
        other => other,
    }
}

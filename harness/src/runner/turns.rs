//! In which order trials run: side by side where they may, apart where one waits for long, and alone where one may have brought down the
//! application that all of them share. Only a trial that does so alone is told of it.

use super::{broken, not_run, run_one};
use crate::event::Event;
use crate::scenario::Scenario;
use crate::target::{Another, Target};
use crate::verdict::{Finding, InputRecord, Reason, Stop, Symptom, TrialRecord, Verdict};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A scenario and its place in the catalogue.
pub(super) type Planned = (usize, Scenario);

/// Runs trials and tells of each.
pub(super) struct Turns<'a> {
    pub(super) target: Arc<dyn Target>,
    pub(super) deadline: Duration,
    pub(super) tell: &'a dyn Fn(Event<'_>),
    /// Takes each record once it is final.
    pub(super) finished: &'a dyn Fn(usize, TrialRecord),
    /// What to say of a trial whose application is down and does not come back.
    pub(super) dead: Option<String>,
}

/// What is left to be run alone.
#[derive(Default)]
struct Left {
    /// Trials that ran while the application went down.
    again: Vec<Planned>,
    /// Trials that never started, because it did not come back.
    untried: Vec<Planned>,
}

const REPEATED: &str = "run again, alone: the app went down, or dropped a connection, while other trials ran";

impl Turns<'_> {
    /// Runs all of these: the first ones side by side, then what is left of them, then the others.
    pub(super) async fn one_after_the_other(mut self, jobs: usize, first: Vec<Planned>, then: Vec<Planned>) {
        let left = self.together(jobs, first).await;
        self.alone(left.again, true).await;
        self.alone(left.untried, false).await;
        self.alone(then, false).await;
    }

    /// Runs these side by side, and returns those that have to be run alone.
    async fn together(&mut self, jobs: usize, planned: Vec<Planned>) -> Left {
        let shared = !self.target.isolated();
        let (mut waiting, mut left) = (VecDeque::from(planned), Left::default());
        let mut running = FuturesUnordered::new();
        let mut started: HashMap<usize, Scenario> = HashMap::new();
        let mut down = false;
        loop {
            while !down && running.len() < jobs {
                let Some((index, scenario)) = waiting.pop_front() else { break };
                (self.tell)(Event::TrialStarted { id: scenario.id });
                started.insert(index, scenario);
                let trial = self.spawn(scenario);
                running.push(async move { (index, trial.await) });
            }
            let Some((index, record)) = running.next().await else {
                if waiting.is_empty() {
                    return left;
                }
                if self.target.revive().await.is_err() {
                    // Whoever is next alone says why.
                    left.untried.extend(waiting.drain(..));
                }
                down = false;
                continue;
            };
            down = down || (shared && self.target.ended().await.is_some());
            let scenario = started.remove(&index).unwrap_or(record.scenario);
            if down || (shared && suspect(&record)) {
                left.again.push((index, scenario));
            } else {
                (self.finished)(index, record);
            }
        }
    }

    /// Runs these one after the other, each on an application that is up.
    async fn alone(&mut self, planned: Vec<Planned>, repeated: bool) {
        let shared = !self.target.isolated();
        for (index, scenario) in planned {
            if !repeated {
                (self.tell)(Event::TrialStarted { id: scenario.id });
            }
            if let Some(error) = &self.dead {
                (self.finished)(index, broken(scenario, error.clone()));
                continue;
            }
            if shared && let Err(error) = self.target.revive().await {
                let error = format!("the app is down: {error}");
                self.dead = Some(briefly(&error));
                (self.finished)(index, broken(scenario, error));
                continue;
            }
            let mut record = self.spawn(scenario).await;
            if shared && let Some(how) = self.target.ended().await {
                charge(&mut record, &how);
            }
            if repeated {
                record.observations.push(REPEATED.to_owned());
            }
            (self.finished)(index, record);
        }
    }

    /// Runs one on an application of its own, while others go on.
    pub(super) async fn apart(mut self, (index, scenario): Planned, another: Another) {
        match another.await {
            Ok(target) => {
                self.target = target;
                self.alone(vec![(index, scenario)], false).await;
            }
            Err(error) => {
                let why = format!(
                    "it waits on an app of its own, of which a second one cannot be started: {error}"
                );
                (self.tell)(Event::TrialStarted { id: scenario.id });
                (self.finished)(index, not_run(scenario, Reason::Undeclared(why)));
            }
        }
    }

    /// A task of its own, so that trials use every core.
    fn spawn(&self, scenario: Scenario) -> impl Future<Output = TrialRecord> + use<> {
        let (target, deadline) = (self.target.clone(), self.deadline);
        let trial = tokio::spawn(async move { run_one(&*target, scenario, deadline).await });
        async move {
            trial.await.unwrap_or_else(|error| broken(scenario, format!("the trial ended early: {error}")))
        }
    }
}

/// Why the application is down, without what it said: that stands with the first trial that it keeps from running.
fn briefly(error: &str) -> String {
    error.lines().next().unwrap_or_default().trim_end_matches("; it said:").to_owned()
}

/// Its verdict may be about what another trial did to the application.
fn suspect(record: &TrialRecord) -> bool {
    record.lost_app && !matches!(record.verdict, Verdict::Pass | Verdict::NotRun { .. })
}

/// The application ended while nobody else used it: that is this trial's doing.
fn charge(record: &mut TrialRecord, how: &str) {
    let mut told = false;
    for input in &mut record.inputs {
        if let Verdict::Fail(finding) | Verdict::Warn(finding) = &mut input.verdict
            && finding.symptom != Symptom::Behaviour
        {
            finding.actual = format!("{}; the app's process ended ({how})", finding.actual);
            told = true;
        }
    }
    if !told {
        let shown = 0..record.conversation.len();
        let finding = Finding::new("the app goes on running", format!("its process ended ({how})"), shown);
        let stop = Stop::Found(finding.showing(Symptom::Unreachable));
        let verdict = Verdict::of(record.scenario.level, Err(stop));
        record.inputs.push(InputRecord { label: String::new(), verdict, known: None });
    }
    record.judge();
}

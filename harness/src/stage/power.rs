//! Whether the application is up. A restart stops it at once and starts it when somebody next needs it, so that
//! faults which are armed in between are told to an application that reads its provider's metadata as it starts.

use super::Stage;
use crate::target::TargetError;
use crate::verdict::{Finding, Stop, Symptom};
use mock_idp::FaultReport;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// What is known about the application's process.
#[derive(Default)]
pub(super) struct Power {
    state: Mutex<State>,
    lost: AtomicBool,
}

#[derive(Default)]
enum State {
    /// It runs; if `lied_to`, it has read false metadata while it started.
    #[default]
    Up,
    LiedTo,
    /// It is stopped, and starts when it is needed.
    Due,
    /// It ended by itself under what the provider told, and said this.
    Refused(String),
    /// It neither started nor ended under what the provider told: whoever waits for it waits for ever.
    Hangs(Finding),
    /// It did not start, and that was not the provider's doing.
    Failed(String),
}

impl Stage {
    /// Stops the application; whoever needs it next starts it afresh, with nothing remembered.
    pub async fn restart_when_needed(&self) {
        let mut state = self.power.state.lock().await;
        self.app.stop().await;
        *state = State::Due;
    }

    /// Starts the application if it is due. `Some` says why it refused to start under the faults that are armed;
    /// one that hangs there has refused nothing, and that is a finding.
    pub(crate) async fn up(&self) -> Result<Option<String>, Stop> {
        let mut state = self.power.state.lock().await;
        let over = matches!(*state, State::Refused(_) | State::Hangs(_)) && !self.lies_at_start(|_| true);
        if over || matches!(*state, State::Due) {
            *state = self.started().await;
        }
        match &*state {
            State::Up | State::LiedTo | State::Due => Ok(None),
            State::Refused(why) => Ok(Some(why.clone())),
            State::Hangs(finding) => Err(Stop::Found(finding.clone())),
            State::Failed(error) => Err(Stop::Broken(error.clone())),
        }
    }

    async fn started(&self) -> State {
        let outcome = self.app.restart().await;
        let lied_to = self.lies_at_start(|report| report.fired > 0);
        match outcome {
            Ok(()) if lied_to => State::LiedTo,
            Ok(()) => State::Up,
            Err(TargetError::NotStarted { why, hangs: true, .. }) if lied_to => {
                let expected = "the app starts, or says why not and ends";
                let finding = Finding::new(expected, why, self.record(Vec::new()));
                State::Hangs(finding.showing(Symptom::Hang))
            }
            Err(TargetError::NotStarted { why, output, .. }) if lied_to => {
                let last = output.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
                State::Refused(format!("{why}; it said: {last}"))
            }
            Err(error) => State::Failed(error.to_string()),
        }
    }

    /// Why the application did not start, if faults kept it from starting.
    pub(crate) async fn not_started(&self) -> Option<String> {
        match &*self.power.state.lock().await {
            State::Refused(why) => Some(why.clone()),
            _ => None,
        }
    }

    /// False metadata that was read at the start stays until the next one: an honest login needs that first.
    pub(crate) async fn forget_lies(&self) {
        let lied_to = matches!(*self.power.state.lock().await, State::LiedTo);
        if lied_to && !self.lies_at_start(|_| true) {
            self.restart_when_needed().await;
        }
    }

    /// Lets false metadata that was read at the start count as the application's own affair.
    pub(crate) async fn keep_lies(&self) {
        let mut state = self.power.state.lock().await;
        if matches!(*state, State::LiedTo) {
            *state = State::Up;
        }
    }

    /// Is a fault armed at a seam that the application triggers by itself?
    fn lies_at_start(&self, which: impl Fn(&FaultReport) -> bool) -> bool {
        let armed = self.tenant.armed();
        armed.iter().any(|report| report.fault.seam.is_app_triggered() && which(report))
    }

    /// Notes that the application did not answer, or dropped a connection.
    pub fn lose(&self) {
        self.power.lost.store(true, Ordering::Relaxed);
    }

    /// True if the application did not answer at some time during the trial, or dropped a connection.
    pub fn lost(&self) -> bool {
        self.power.lost.load(Ordering::Relaxed)
    }
}

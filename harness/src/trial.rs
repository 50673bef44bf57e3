//! One execution of a scenario: what its script may do.

mod agent;
mod attempt;
pub mod jar;
mod leak;
mod login;
mod secrets;

use crate::agent::Flavour;
use crate::scenario::{Facts, Scenario};
use crate::stage::Stage;
use crate::target::profile::TargetProfile;
use crate::verdict::{Finding, InputRecord, Reason, Stop, Verdict};
use mock_idp::{Fault, FaultGuard, Tenant};
use std::sync::Arc;

pub use agent::TrialAgent;
pub use attempt::meaningful;
pub use leak::canaries;
pub use login::Pending;
pub use secrets::{Secret, secrets};

/// What came of a script, or of one step of it.
pub type Outcome = Result<(), Stop>;

/// The person that honest logins sign in.
pub const HONEST: &str = "alice";
/// The person that forged tokens name; no honest login ever uses them, so that an honest sign-in is never
/// mistaken for an accepted forgery.
pub const FORGED: &str = "forged";
/// The `sub` of [`FORGED`].
pub const FORGED_SUBJECT: &str = "rpcheck-forged";

/// One execution of a scenario.
pub struct Trial {
    stage: Arc<Stage>,
    scenario: Scenario,
    inputs: Vec<InputRecord>,
    observations: Vec<String>,
    /// Where the conversation stood when the current input began.
    turn: usize,
    /// Up to where it was searched for secrets.
    searched: usize,
}

impl Trial {
    /// A trial of a scenario on a stage.
    pub fn new(scenario: Scenario, stage: Stage) -> Self {
        Self {
            stage: Arc::new(stage),
            scenario,
            inputs: Vec::new(),
            observations: Vec::new(),
            turn: 0,
            searched: 0,
        }
    }

    /// What was known when the trial started.
    pub fn facts(&self) -> &Facts {
        &self.stage.facts
    }

    /// Facts about the application.
    pub fn profile(&self) -> &TargetProfile {
        &self.stage.profile
    }

    /// The provider.
    pub fn tenant(&self) -> &Tenant {
        &self.stage.tenant
    }

    /// The other provider that the application trusts. Not run where the set-up has none.
    pub fn other(&self) -> Result<&Tenant, Stop> {
        let needs = "needs an app that trusts two issuers: a variant whose env names {other_issuer}";
        self.stage.other.as_ref().ok_or(Stop::NotRun(Reason::Needs(needs)))
    }

    /// The path at which a login with the other provider starts.
    pub fn start_at_other(&self) -> Result<String, Stop> {
        if self.profile().issuer_parameter.is_empty() {
            let why = "the profile declares no issuer_parameter: write the parameter of start that names the issuer";
            return Err(Stop::NotRun(Reason::Undeclared(why.to_owned())));
        }
        Ok(self.stage.start_with(&self.other()?.issuer()))
    }

    /// How the application is set up, if not as usual.
    pub(crate) fn variant(&self) -> Option<&'static str> {
        self.scenario.variant
    }

    /// Everything that stands ready.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Somebody's browser, with nothing in it.
    pub async fn agent(&self) -> Result<TrialAgent, Stop> {
        TrialAgent::new(self.stage.clone()).await
    }

    /// Somebody's browser with nothing in it, which keeps the cookie rules of this kind of browser. Needs
    /// [`crate::Need::HandMadeRequests`].
    pub async fn agent_of(&self, flavour: Flavour) -> Result<TrialAgent, Stop> {
        TrialAgent::of(self.stage.clone(), flavour).await
    }

    /// Somebody's browser, in which this person has signed in.
    pub async fn signed_in(&self, user: &str) -> Result<TrialAgent, Stop> {
        let mut agent = self.agent().await?;
        agent.log_in(user).await?.accepted(&self.subject(user)?)?;
        Ok(agent)
    }

    /// Makes the provider tell these until the guard is dropped.
    pub fn arm(&self, faults: Vec<Fault>) -> Result<FaultGuard, Stop> {
        Ok(self.stage.tenant.arm(faults)?)
    }

    /// The subject that a person signs in as.
    pub fn subject(&self, user: &str) -> Result<String, Stop> {
        let users = self.stage.tenant.users();
        let found = users.into_iter().find(|known| known.username == user);
        found.map(|user| user.sub).ok_or_else(|| Stop::Broken(format!("the provider knows no user {user}")))
    }

    /// Lets time pass for provider, application and agents alike. Needs [`crate::Need::Clock`].
    pub fn advance(&self, seconds: i64) {
        self.stage.tenant.clock().advance(seconds);
        self.stage.agent_clock.advance(seconds);
    }

    /// Lets time pass for the agents' cookies only: a person takes long to sign in.
    pub fn age_cookies(&self, seconds: i64) {
        self.stage.agent_clock.advance(seconds);
    }

    /// A token made by hand, for this application.
    pub fn mint(&self, user: &str, nonce: Option<&str>, faults: &[Fault]) -> Result<String, Stop> {
        let minted = self.stage.tenant.mint(user, &self.stage.facts.client_id, nonce, faults);
        minted.map_err(|error| Stop::Broken(format!("a token cannot be minted: {error}")))
    }

    /// Keeps what came of one input and goes on with the next.
    pub fn input(&mut self, label: impl Into<String>, outcome: Outcome) {
        let leak = self.leak();
        let verdict = match (outcome, leak) {
            (Ok(()) | Err(Stop::NotRun(_)), Some(leak)) => leak,
            (outcome, _) => Verdict::of(self.scenario.level, outcome),
        };
        self.inputs.push(InputRecord { label: label.into(), verdict, known: None });
        self.next_turn();
    }

    /// What is to be said of a secret of a login in an answer of the application since this was last asked, if there
    /// is one, whatever the scenario is about.
    pub(crate) fn leak(&mut self) -> Option<Verdict> {
        let leak = self.stage.leak(self.searched);
        self.searched = self.stage.position();
        leak.map(|leak| leak.verdict(self.scenario.level))
    }

    /// Keeps such a secret for the report, if there is one.
    pub(crate) fn input_of_leak(&mut self) {
        if let Some(verdict) = self.leak() {
            self.inputs.push(InputRecord { label: String::new(), verdict, known: None });
        }
    }

    /// What comes now is shown by what is said from now on.
    pub(crate) fn next_turn(&mut self) {
        self.turn = self.stage.end();
    }

    /// How many inputs have been tried.
    pub fn tried(&self) -> usize {
        self.inputs.len()
    }

    /// Keeps something for the report that nothing is demanded of.
    pub fn observe(&mut self, what: impl Into<String>) {
        self.observations.push(what.into());
    }

    /// A finding about everything since a position in the conversation; since the last input, or the honest
    /// login beforehand, where it is 0.
    pub fn found(&self, since: usize, expected: impl Into<String>, actual: impl Into<String>) -> Stop {
        let since = if since == 0 { self.turn } else { since };
        let exchanges = since..self.stage.end();
        Stop::Found(Finding::new(expected, actual, exchanges))
    }

    /// `Ok` if it holds, otherwise a finding about everything since a position.
    pub fn demand(&self, holds: bool, since: usize, expected: &str, actual: impl Into<String>) -> Outcome {
        if holds { Ok(()) } else { Err(self.found(since, expected, actual)) }
    }

    /// How many exchanges there have been, for [`Trial::found`].
    pub fn position(&self) -> usize {
        self.stage.position()
    }

    /// Stops the application and starts it afresh, with nothing remembered, as soon as an agent needs it: faults
    /// that are armed in between are told to an application that reads metadata while it starts.
    pub async fn restart(&self) -> Outcome {
        self.stage.restart_when_needed().await;
        Ok(())
    }

    /// The same, and from then on the application is set up in this way. Not run where the profile has no such variant.
    pub async fn restart_as(&self, variant: &'static str) -> Outcome {
        if !self.profile().declares(variant) {
            let why = format!("the profile declares no variant {variant}");
            return Err(Stop::NotRun(Reason::Undeclared(why)));
        }
        self.stage.app.choose(variant);
        self.restart().await
    }

    /// Why the application did not start, if it refused to under the faults that are armed.
    pub async fn not_started(&self) -> Option<String> {
        self.stage.not_started().await
    }

    /// What the application has written to its standard output and error since it was started. A
    /// scenario that asks has `Need::Log`.
    pub async fn log(&self) -> String {
        // What was written before an answer may still be on its way through the pipe.
        let mut pulse = tokio::time::interval(std::time::Duration::from_millis(50));
        let mut seen = None;
        loop {
            pulse.tick().await;
            let log = self.stage.app.log();
            if seen.as_ref() == Some(&log) {
                return log;
            }
            seen = Some(log);
        }
    }

    /// An honest login in a fresh browser.
    pub async fn honest(&self) -> Outcome {
        self.stage.forget_lies().await;
        self.stage.tenant.set_policy(mock_idp::LoginPolicy::Ask);
        let landing = self.agent().await?.log_in(HONEST).await?;
        landing.accepted(&self.subject(HONEST)?)
    }

    /// Not run, because the two values that must differ are the same.
    pub fn no_difference(what: impl Into<String>) -> Stop {
        Stop::NotRun(Reason::NoDifference(what.into()))
    }

    /// What was recorded: inputs, observations, and the stage for the conversation.
    pub fn into_parts(self) -> (Vec<InputRecord>, Vec<String>, Arc<Stage>) {
        (self.inputs, self.observations, self.stage)
    }
}

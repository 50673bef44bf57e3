//! Where one trial happens: a provider, an application that trusts it, agents to play the users, and the
//! conversation that all of them have.

mod agents;
mod canaries;
mod conversation;
mod heads;
mod power;

use crate::scenario::Facts;
use crate::target::{TargetError, profile::TargetProfile};
use async_trait::async_trait;
use mock_idp::{Clock, Exchange, Params, Tenant, Trace};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

pub use agents::{Agents, Alike, Browsers};
pub use canaries::{Leak, Whose};
pub use conversation::Conversation;

/// The application under test, as far as a trial may handle it. Dropping it ends what was started.
#[async_trait]
pub trait App: Send + Sync {
    /// Stops the application and starts it afresh, with nothing remembered.
    async fn restart(&self) -> Result<(), TargetError>;
    /// From the next `restart` on the application is set up in this way, which its profile declares.
    fn choose(&self, variant: &'static str);
    /// Stops the application until the next `restart`. One that cannot be stopped apart from that goes on.
    async fn stop(&self) {}
    /// What the application has written to its standard output and error since it was started; nothing where that
    /// is not captured.
    fn log(&self) -> String {
        String::new()
    }
}

/// What stands ready for one trial.
pub struct Stage {
    /// The provider, as this trial may use it.
    pub tenant: Tenant,
    /// Another provider that the application trusts as well, in set-ups with two issuers. Its keys are its own.
    pub other: Option<Tenant>,
    /// What is known at the start.
    pub facts: Facts,
    /// Facts about the application.
    pub profile: Arc<TargetProfile>,
    /// The application.
    pub app: Box<dyn App>,
    /// Where agents come from.
    pub agents: Arc<dyn Agents>,
    /// The time in the agents' cookie jars.
    pub agent_clock: Clock,
    provider: Trace,
    conversation: Mutex<Conversation>,
    browsers: AtomicUsize,
    power: power::Power,
}

impl Stage {
    /// A stage; the conversation starts with what the provider records from now on.
    pub fn new(
        tenant: Tenant,
        profile: Arc<TargetProfile>,
        app: Box<dyn App>,
        agents: Arc<dyn Agents>,
        agent_clock: Clock,
    ) -> Self {
        let provider = tenant.trace();
        let facts = Facts {
            issuer: tenant.issuer(),
            client_id: profile.client_id.clone(),
            base_url: profile.base_url.clone(),
            callback: profile.url(&profile.callback),
            clock_skew: profile.clock_skew,
            jwks_cool_down: profile.jwks_cool_down,
            now: tenant.clock().unix(),
        };
        let conversation = Mutex::new(Conversation::starting_at(&provider));
        Self {
            tenant,
            other: None,
            facts,
            profile,
            app,
            agents,
            agent_clock,
            provider,
            conversation,
            browsers: AtomicUsize::new(0),
            power: power::Power::default(),
        }
    }

    /// The same with another provider that the application trusts as well.
    #[must_use]
    pub fn with_other(mut self, other: Option<Tenant>) -> Self {
        self.other = other;
        self
    }

    /// The path at which a login starts; with this trial's issuer, where the application has the choice.
    pub fn start(&self) -> String {
        if self.other.is_some() && !self.profile.issuer_parameter.is_empty() {
            return self.start_with(&self.facts.issuer);
        }
        self.profile.start.clone()
    }

    /// The path at which a login with this issuer starts.
    pub(crate) fn start_with(&self, issuer: &str) -> String {
        let start = &self.profile.start;
        let mut query = Params::default();
        query.append(&self.profile.issuer_parameter, issuer);
        let joint = if start.contains('?') { '&' } else { '?' };
        format!("{start}{joint}{}", query.encode())
    }

    /// An address of the application, by its path.
    pub fn url(&self, path: &str) -> Url {
        self.profile.url(path)
    }

    /// True if the address is the application's.
    pub fn is_app(&self, url: &Url) -> bool {
        url.origin() == self.profile.base_url.origin()
    }

    /// True if the address is the provider's.
    pub fn is_provider(&self, url: &Url) -> bool {
        let other = self.other.as_ref().is_some_and(|other| url.as_str().starts_with(&other.issuer()));
        other || url.as_str().starts_with(&self.facts.issuer)
    }

    fn conversation(&self) -> MutexGuard<'_, Conversation> {
        self.conversation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a program of its own sent and was answered, with what the provider recorded meanwhile, and says
    /// where it stands.
    pub fn record(&self, seen: Vec<Exchange>) -> Range<usize> {
        self.conversation().add(None, seen, &self.provider)
    }

    /// The same of what was seen in somebody's browser.
    pub(crate) fn record_of(&self, whose: usize, seen: Vec<Exchange>) -> Range<usize> {
        self.conversation().add(Some(whose), seen, &self.provider)
    }

    /// Tells one browser of the trial from the others.
    pub(crate) fn next_browser(&self) -> usize {
        self.browsers.fetch_add(1, Ordering::Relaxed)
    }

    /// The first secret since a position that stands in an answer of the application.
    pub fn leak(&self, since: usize) -> Option<Leak> {
        self.end();
        self.conversation().shown(since, &self.facts.base_url)
    }

    /// How many exchanges there have been.
    pub fn position(&self) -> usize {
        self.conversation().exchanges.len()
    }

    /// How many there have been, with what the provider recorded meanwhile.
    pub(crate) fn end(&self) -> usize {
        self.record(Vec::new()).end
    }

    /// A part of the conversation.
    pub fn exchanges(&self, range: Range<usize>) -> Vec<Exchange> {
        self.conversation().exchanges.get(range).map(<[Exchange]>::to_vec).unwrap_or_default()
    }

    /// The whole conversation.
    pub fn everything(&self) -> Vec<Exchange> {
        self.end();
        self.conversation().exchanges.clone()
    }
}

//! The running app: what it was told, what it remembers, and the rules it follows.

use crate::ambient::Ambient;
use crate::config::Settings;
use crate::ledger::Ledger;
use crate::oidc::back_channel;
use crate::oidc::provider::Provider;
use crate::oidc::renewals::Renewals;
use crate::policy::Policy;
use crate::session::Session;
use crate::vault::Vault;

/// Shared by all requests.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
    pub(crate) policy: Policy,
    pub(crate) vault: Vault,
    pub(crate) providers: Vec<Provider>,
    /// Logins already decided, by the id of their transaction.
    pub(crate) consumed: Ledger,
    /// Tokens that are renewed or were just now.
    pub(crate) renewals: Renewals,
    /// Sessions already ended, by name.
    pub(crate) ended: Ledger,
}

impl App {
    pub(crate) fn new(settings: Settings, ambient: Ambient, policy: Policy) -> Self {
        let provider =
            |issuer: &_| Provider::new(Clone::clone(issuer), settings.http_timeout, ambient.clone());
        Self {
            providers: settings.issuers.iter().map(provider).collect(),
            vault: Vault::new(&settings.secrets),
            consumed: Ledger::new(policy.transactions.remembered),
            renewals: Renewals::default(),
            ended: Ledger::new(policy.session.remembered),
            settings,
            ambient,
            policy,
        }
    }

    /// Was this session ended, by the person or by the provider?
    pub(crate) fn has_ended(&self, session: &Session, now: i64) -> bool {
        let last = self.policy.session.life.last(session);
        let by_provider = |name: &String| self.ended.until(name, now).is_some_and(|until| last <= until);
        self.ended.holds(session.name(), now) || back_channel::names(session).iter().any(by_provider)
    }

    /// The configured provider with exactly this issuer.
    pub(crate) fn provider(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.settings.issuer == issuer)
    }
}

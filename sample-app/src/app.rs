//! The running app: what it was told, what it remembers, and the rules it follows.

use std::path::Path;
use std::sync::Arc;

use crate::ambient::Ambient;
use crate::config::{Settings, SettingsError};
use crate::ledger::Ledger;
use crate::oidc::http::Http;
use crate::oidc::provider::Provider;
use crate::oidc::renewals::Renewals;
use crate::pages::Brand;
use crate::policy::Policy;
use crate::routes::FixedHeaders;
use crate::routes::again::Finished;
use crate::session::Session;
use crate::session::recent::Recent;
use crate::store::{Memory, Store, Unavailable};
use crate::vault::Vault;

/// Shared by all requests.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) ambient: Ambient,
    pub(crate) policy: Policy,
    pub(crate) vault: Vault,
    pub(crate) providers: Vec<Provider>,
    /// Tokens that are renewed or were just now.
    pub(crate) renewals: Renewals,
    /// Logins being decided by this process, by the id of their transaction.
    pub(crate) deciding: Ledger,
    /// Answers of the provider that began a session just now, by their digest.
    pub(crate) finished: Recent<Finished>,
    /// Whose pages the login has.
    pub(crate) brand: Brand,
    /// The headers that are the same on every answer.
    pub(crate) fixed: FixedHeaders,
    /// Sessions, the logins that are finished, and the sessions that were ended.
    pub(crate) store: Store,
}

impl App {
    pub(crate) fn new(
        settings: Settings,
        ambient: Ambient,
        policy: Policy,
        brand: Brand,
    ) -> Result<Self, SettingsError> {
        let authorities = settings.provider_ca.as_deref();
        let http = Http::new(authorities, policy.providers, &ambient.hosts, settings.http_timeout)?;
        let provider = |issuer: &_| Provider::new(Clone::clone(issuer), http.clone(), ambient.clone());
        let store = store(&settings, &ambient, &policy)?;
        Ok(Self {
            providers: settings.issuers.iter().map(provider).collect(),
            vault: Vault::new(&settings.secrets),
            renewals: Renewals::default(),
            deciding: Ledger::new(policy.transactions.remembered),
            finished: Recent::default(),
            brand,
            fixed: FixedHeaders::new(&policy.headers),
            store,
            settings,
            ambient,
            policy,
        })
    }

    /// Was this session ended, by the person or by the provider?
    pub(crate) async fn has_ended(&self, session: &Session, now: i64) -> Result<bool, Unavailable> {
        let known = session.known().clone();
        self.store.ask(move |records| records.has_ended(&known, now)).await
    }

    /// The configured provider with exactly this issuer.
    pub(crate) fn provider(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.settings.issuer == issuer)
    }
}

/// How long a logout token may have been under way, in seconds, with something to spare.
const UNDER_WAY: i64 = 3600;

fn store(settings: &Settings, ambient: &Ambient, policy: &Policy) -> Result<Store, SettingsError> {
    if let Some(path) = &settings.session_store {
        return in_file(path, settings, ambient, policy);
    }
    let memory = Memory::new(policy.transactions.remembered, policy.session.remembered, lasts(policy));
    Ok(Store::in_memory((policy.session.records)(Arc::new(memory))))
}

#[cfg(feature = "store")]
fn in_file(
    path: &Path,
    settings: &Settings,
    ambient: &Ambient,
    policy: &Policy,
) -> Result<Store, SettingsError> {
    let tickets = crate::store::Tickets {
        vault: Vault::new(&settings.secrets),
        random: ambient.random.clone(),
        name: policy.cookies.session.name.clone(),
    };
    let file = crate::store::File::open(path, tickets, lasts(policy))?;
    Ok(Store::in_file((policy.session.records)(Arc::new(file))))
}

#[cfg(not(feature = "store"))]
fn in_file(_: &Path, _: &Settings, _: &Ambient, _: &Policy) -> Result<Store, SettingsError> {
    Err(SettingsError::NotBuilt { variable: "SESSION_STORE", feature: "store" })
}

/// For how many seconds it is remembered that the provider signed somebody out: as long as a session may last.
fn lasts(policy: &Policy) -> i64 {
    policy.session.life.absolute.saturating_add(UNDER_WAY)
}

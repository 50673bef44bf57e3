//! One sample app, for one trial.

use super::log::Log;
use super::{Named, SECRET, Secured, Starting};
use async_trait::async_trait;
use harness::agent::Trust;
use harness::stage::App;
use harness::{TargetError, TargetProfile};
use mock_idp::{Clock, Tenant};
use sample_app::{Ambient, Random, SampleApp, Settings};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tracing::instrument::WithSubscriber as _;

#[expect(clippy::needless_pass_by_value, reason = "taken as map_err hands it over")]
pub(super) fn no_port(error: std::io::Error) -> TargetError {
    TargetError::Provider(format!("no port is free on 127.0.0.1: {error}"))
}

/// One sample app, which keeps its port over restarts.
pub(super) struct Sample {
    pub(super) listener: TcpListener,
    pub(super) profile: Arc<TargetProfile>,
    /// What each variant adds to the usual settings.
    pub(super) variants: BTreeMap<String, BTreeMap<String, String>>,
    /// The one that the app is started as.
    pub(super) variant: Mutex<Option<&'static str>>,
    pub(super) clock: Clock,
    /// Milliseconds that it waits for its provider.
    pub(super) patience: u64,
    pub(super) start: Starting,
    pub(super) tenant: Tenant,
    /// Its own provider, where it is on https.
    pub(super) secured: Option<Secured>,
    /// Its own provider, where that has a name.
    pub(super) named: Option<Named>,
    /// Its log, for a scenario that asks for it.
    pub(super) log: Option<Log>,
    pub(super) running: tokio::sync::Mutex<Option<SampleApp>>,
    /// Goes with the trial.
    pub(super) _folder: Option<TempDir>,
}

impl Sample {
    /// Whom agents believe, and where they find the provider.
    pub(super) fn trust(&self) -> Trust {
        let trust = self.secured.as_ref().map(|secured| secured.trust.clone()).unwrap_or_default();
        match &self.named {
            Some(named) => trust.with_provider_at(&named.host, named.idp.address()),
            None => trust,
        }
    }

    /// The usual settings, and over them those of the variant.
    fn settings(&self) -> Result<Settings, TargetError> {
        let values = [
            ("ISSUER_BASE_URL", self.tenant.issuer()),
            ("BASE_URL", self.profile.base_url.as_str().trim_end_matches('/').to_owned()),
            ("CLIENT_ID", self.profile.client_id.clone()),
            ("SECRET", SECRET.to_owned()),
            ("TRUSTED_AUDIENCES", self.profile.trusted_audiences.join(",")),
            ("HTTP_TIMEOUT_MS", self.patience.to_string()),
        ];
        let mut values: BTreeMap<String, String> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let variant = *self.variant.lock().unwrap_or_else(PoisonError::into_inner);
        values.extend(variant.and_then(|name| self.variants.get(name)).cloned().unwrap_or_default());
        Settings::from_map(&values).map_err(|error| TargetError::Provider(error.to_string()))
    }
}

#[async_trait]
impl App for Sample {
    fn choose(&self, variant: &'static str) {
        *self.variant.lock().unwrap_or_else(PoisonError::into_inner) = Some(variant);
    }

    async fn restart(&self) -> Result<(), TargetError> {
        let mut running = self.running.lock().await;
        running.take();
        let not_started = |why: String| TargetError::NotStarted {
            name: "sample-app".to_owned(),
            why,
            output: String::new(),
            hangs: false,
        };
        let listener = self.listener.try_clone().map_err(no_port)?;
        listener.set_nonblocking(true).map_err(no_port)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(no_port)?;
        let clock = self.clock.clone();
        let clock = sample_app::Clock::from_fn(Arc::new(move || clock.unix()));
        let hosts = self.named.iter().map(|named| (named.host.clone(), named.idp.address())).collect();
        let ambient = Ambient { clock, random: Random::system(), hosts };
        let starting = (self.start)(listener, self.settings()?, ambient);
        let app = match &self.log {
            Some(log) => starting.with_subscriber(log.keeper()).await,
            None => starting.await,
        };
        *running = Some(app.map_err(|error| not_started(error.to_string()))?);
        Ok(())
    }

    fn log(&self) -> String {
        self.log.as_ref().map(Log::text).unwrap_or_default()
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        self.tenant.remove();
    }
}

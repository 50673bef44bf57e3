//! The bundled sample app as a target: every trial has a provider, an app and a clock of its own, so that
//! trials run side by side and nothing is reset.

mod app;
mod log;

use app::{Sample, no_port};
use async_trait::async_trait;
use futures::future::BoxFuture;
use harness::agent::Trust;
use harness::agent::{AgentOptions, Browser, Flavour};
use harness::stage::{App, Browsers, Stage};
use harness::target::certificates::Certificates;
use harness::target::external::register;
use harness::target::profile::{ProfileFile, Variant};
use harness::{Need, Scenario, Target, TargetError, TargetProfile};
use log::Log;
use mock_idp::{Clock, Grace, Ids, MockIdp, Tenant};
use sample_app::{Ambient, SampleApp, Settings, StartError};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tokio::sync::Mutex;
use url::Url;

/// When every in-process trial starts: 15 January 2027, 08:00:00 UTC.
pub const START: i64 = 1_800_000_000;

/// What the sample's cookies are sealed and signed with.
pub const SECRET: &str = "a-published-secret-that-protects-nothing";

/// Stands in a variant for the issuer of the second provider.
const OTHER_ISSUER: &str = "{other_issuer}";

/// Stands in a variant for a folder that a trial has for itself.
const FOLDER: &str = "{folder}";

/// Milliseconds that the sample waits for its provider, which is in the same process: nothing takes that long, however
/// much else the machine has to do.
const PATIENCE: u64 = 3_000;

/// The same where a trial makes it wait, each time to the end.
const SHORT_PATIENCE: u64 = 750;

/// The bundled sample app.
pub struct SampleTarget {
    idp: MockIdp,
    file: ProfileFile,
    profile: TargetProfile,
    start: Starting,
    browsers: Browsers,
    trials: AtomicU64,
    /// How many tokens a flood has, if not as many as the profile says.
    flood: Option<usize>,
    /// What trials over https prove themselves with, once there is one.
    certificates: OnceLock<Arc<Certificates>>,
}

/// How the sample is started; the tests that switch a rule off bring their own.
pub type Starting = Arc<
    dyn Fn(tokio::net::TcpListener, Settings, Ambient) -> BoxFuture<'static, Result<SampleApp, StartError>>
        + Send
        + Sync,
>;

/// The bundled sample app, for the command line.
pub fn bundled(browsers: Browsers) -> BoxFuture<'static, Result<Arc<dyn Target>, TargetError>> {
    Box::pin(async {
        Ok(Arc::new(SampleTarget { browsers, ..SampleTarget::new().await? }) as Arc<dyn Target>)
    })
}

impl SampleTarget {
    /// The sample as it is.
    pub async fn new() -> Result<Self, TargetError> {
        Self::started_by(
            "sample-app",
            Arc::new(|listener, settings, ambient| Box::pin(SampleApp::start(listener, settings, ambient))),
        )
        .await
    }

    /// The sample, started in another way.
    pub async fn started_by(name: &str, start: Starting) -> Result<Self, TargetError> {
        let idp = MockIdp::start().await.map_err(|error| TargetError::Provider(error.to_string()))?;
        let file = ProfileFile::parse(include_str!("sample-app.toml"))?;
        let mut profile = file.resolve(0).map_err(TargetError::Provider)?;
        name.clone_into(&mut profile.name);
        let (browsers, trials) = (Browsers::default(), AtomicU64::new(0));
        let certificates = OnceLock::new();
        Ok(Self { idp, file, profile, start, browsers, trials, flood: None, certificates })
    }

    /// The same with floods of so many tokens, for tests that are not about their size.
    #[must_use]
    pub fn flooded_with(mut self, tokens: usize) -> Self {
        self.flood = Some(tokens);
        self
    }

    /// The same, used in windows of a real browser.
    #[must_use]
    pub fn used_in(mut self, browser: Arc<Browser>) -> Self {
        self.browsers.real = Some(browser);
        self
    }

    /// The same, used with browsers that keep these rules for cookies.
    #[must_use]
    pub fn used_with(mut self, flavour: Flavour) -> Self {
        self.browsers.flavour = flavour;
        self
    }

    /// A second provider, whose keys are its own.
    fn other_provider(&self, number: u64, clock: &Clock, profile: &TargetProfile) -> Tenant {
        let slug = format!("trial-{number:04}-other");
        let other = self.idp.new_tenant(&slug, clock.clone(), Ids::seeded(number));
        other.rotate_keys(Grace::DropOld);
        register(&other, profile);
        other
    }

    /// What a trial over https needs. Its provider is its own, because a certificate is a whole provider's.
    async fn secured(&self) -> Result<Secured, TargetError> {
        let failed = |error: &dyn std::fmt::Display| TargetError::Provider(error.to_string());
        if self.certificates.get().is_none() {
            // Trials run side by side: whoever comes second uses what is there.
            let _ = self.certificates.set(Arc::new(Certificates::new()?));
        }
        let certificates =
            self.certificates.get().ok_or_else(|| failed(&"nothing to prove it with"))?.clone();
        let settings = certificates.securing(mock_idp::Settings::default());
        let idp = MockIdp::builder().settings(settings).start().await.map_err(|error| failed(&error))?;
        let trust = Trust::with(certificates.authority()).map_err(|error| failed(&error))?;
        Ok(Secured { idp, trust, certificates })
    }

    /// A provider of this name, whose port goes without saying: the app and its users know where it is.
    async fn named(&self, url: &str) -> Result<Named, TargetError> {
        let failed = |error: &dyn std::fmt::Display| TargetError::Provider(format!("{url}: {error}"));
        let host = Url::parse(url).map_err(|error| failed(&error))?.host_str().unwrap_or_default().to_owned();
        let settings =
            mock_idp::Settings { public_url: Some(url.to_owned()), ..mock_idp::Settings::default() };
        let idp = MockIdp::builder().settings(settings).start().await.map_err(|error| failed(&error))?;
        Ok(Named { host, idp })
    }

    /// The provider that the scenario's variant has for itself, if it is one on https or one with a name.
    async fn own_provider(
        &self,
        scenario: &Scenario,
    ) -> Result<(Option<Secured>, Option<Named>), TargetError> {
        let variant = scenario.variant.and_then(|name| self.profile.variants.get(name));
        let secured = if variant.is_some_and(|one| one.https) { Some(self.secured().await?) } else { None };
        let named = match variant.and_then(|one| one.provider.as_ref()) {
            Some(url) => Some(self.named(url).await?),
            None => None,
        };
        Ok((secured, named))
    }

    /// A clock that nothing but its trial moves; the time of the day where there is a browser, because Chromium
    /// keeps a clock of its own.
    fn clock(&self) -> Clock {
        if self.browsers.real.is_some() { Clock::system() } else { Clock::frozen(START) }
    }
}

/// What a trial over https has of its own.
struct Secured {
    idp: MockIdp,
    trust: Trust,
    certificates: Arc<Certificates>,
}

/// The provider of a trial in which it has a name.
struct Named {
    host: String,
    idp: MockIdp,
}

#[async_trait]
impl Target for SampleTarget {
    fn profile(&self) -> &TargetProfile {
        &self.profile
    }

    fn offers(&self, need: Need) -> bool {
        match need {
            Need::Browser => self.browsers.real.is_some(),
            Need::HandMadeRequests | Need::Clock | Need::AgedCookies => self.browsers.real.is_none(),
            Need::Restart | Need::ReturnTo | Need::Log => true,
        }
    }

    fn isolated(&self) -> bool {
        true
    }

    async fn stage(&self, scenario: &Scenario) -> Result<Stage, TargetError> {
        let number = self.trials.fetch_add(1, Ordering::Relaxed);
        let clock = self.clock();
        let (secured, named) = self.own_provider(scenario).await?;
        let own = secured.as_ref().map(|secured| &secured.idp).or(named.as_ref().map(|named| &named.idp));
        let idp = own.unwrap_or(&self.idp);
        let tenant = idp.new_tenant(&format!("trial-{number:04}"), clock.clone(), Ids::seeded(number));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_port)?;
        let port = listener.local_addr().map_err(no_port)?.port();
        let mut profile = self.file.resolve(port).map_err(TargetError::Provider)?;
        profile.flood = self.flood.unwrap_or(profile.flood);
        let profile = Arc::new(profile.in_variant(scenario.variant));
        register(&tenant, &profile);
        let variants = profile.variants.iter();
        let other =
            mentions(&profile, scenario, OTHER_ISSUER).then(|| self.other_provider(number, &clock, &profile));
        let other_issuer = other.as_ref().map(Tenant::issuer).unwrap_or_default();
        let folder = folder(&profile, scenario)?;
        let path = folder.as_ref().map(|folder| folder.path().display().to_string()).unwrap_or_default();
        let filled = |value: &String| {
            let value = value.replace("{issuer}", &tenant.issuer()).replace(OTHER_ISSUER, &other_issuer);
            let value = value.replace(FOLDER, &path);
            secured.as_ref().map_or_else(|| value.clone(), |secured| secured.certificates.fill(&value))
        };
        let env = |variant: &Variant| {
            variant.env.iter().map(|(name, value)| (name.clone(), filled(value))).collect()
        };
        let provider = Url::parse(idp.base_url()).expect("the provider's address is a URL");
        let variants = variants.map(|(name, variant)| (name.clone(), env(variant))).collect();
        let app = Sample {
            listener,
            variants,
            secured,
            named,
            variant: std::sync::Mutex::new(scenario.variant),
            profile: profile.clone(),
            clock,
            patience: if scenario.slow { SHORT_PATIENCE } else { PATIENCE },
            start: self.start.clone(),
            tenant: tenant.clone(),
            log: scenario.needs.contains(&Need::Log).then(Log::default),
            running: Mutex::new(None),
            _folder: folder,
        };
        app.restart().await?;
        let agent_clock = self.clock();
        let options = AgentOptions { trust: app.trust(), ..AgentOptions::new(provider, agent_clock.clone()) };
        let agents = self.browsers.agents(options, scenario.id);
        Ok(Stage::new(tenant, profile, Box::new(app), Arc::new(agents), agent_clock).with_other(other))
    }
}

/// Does a setting of the scenario's variant name this?
fn mentions(profile: &TargetProfile, scenario: &Scenario, what: &str) -> bool {
    let variant = scenario.variant.and_then(|name| profile.variants.get(name));
    variant.is_some_and(|variant| variant.env.values().any(|value| value.contains(what)))
}

/// A folder for the trial, if its variant needs one.
fn folder(profile: &TargetProfile, scenario: &Scenario) -> Result<Option<TempDir>, TargetError> {
    if !mentions(profile, scenario, FOLDER) {
        return Ok(None);
    }
    let made = TempDir::new().map_err(|error| {
        TargetError::Provider(format!("no folder can be made for the app's sessions: {error}"))
    });
    made.map(Some)
}

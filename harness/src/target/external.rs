//! An application that nobody here wrote: found by its profile, installed and started if the profile says
//! how, and signed in to before anything is judged.

mod port;
mod running;

use super::certificates::Certificates;
use super::profile::{Place, ProfileFile, TargetProfile};
use super::{Another, Target, TargetError};
use crate::agent::{AgentOptions, Trust};
use crate::scenario::{Need, Scenario};
use crate::stage::{App, Browsers, Stage};
use crate::trial::{FORGED, FORGED_SUBJECT, Trial};
use crate::verdict::Stop;
use async_trait::async_trait;
use mock_idp::{Client, Clock, MockIdp, Settings, StartError, Tenant, User};
use running::{Running, Surroundings};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// An application that nobody here wrote.
pub struct ExternalTarget {
    profile: Arc<TargetProfile>,
    idp: MockIdp,
    app: Arc<Running>,
    browsers: Browsers,
    trust: Trust,
    trials: AtomicU64,
    /// What it was started by, if all ports in it are rpcheck's to choose, so that there can be several.
    repeatable: Option<(ProfileFile, PathBuf)>,
}

impl ExternalTarget {
    /// Reads a profile, installs and starts the application, and signs in once to see that it works; in a
    /// window of the real browser, if there is one.
    pub async fn open(path: &Path, browsers: Browsers) -> Result<Self, TargetError> {
        Self::open_by(ProfileFile::read(path)?, path, browsers).await
    }

    /// By a profile that was read at this path.
    async fn open_by(file: ProfileFile, path: &Path, browsers: Browsers) -> Result<Self, TargetError> {
        let malformed = |cause| TargetError::Malformed { path: path.to_owned(), cause };
        let port = if file.chooses_port() { port::free()? } else { 0 };
        let profile = Arc::new(file.resolve(port).map_err(malformed)?);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        let place = file.place().map_err(malformed)?;
        let certificates = if place.https || profile.base_url.scheme() == "https" {
            Some(Certificates::new()?)
        } else {
            None
        };
        let mut authorities = file.authorities(&folder).map_err(malformed)?.unwrap_or_default();
        authorities.extend(certificates.iter().flat_map(Certificates::authority));
        let trust = match authorities.as_slice() {
            [] => Trust::default(),
            some => Trust::with(some).map_err(malformed)?,
        };
        let repeatable = file.chooses_port() && file.run.is_some() && place.listen.port() == 0;
        let repeatable = repeatable.then(|| (file.clone(), path.to_owned()));
        let idp = provider(place, certificates.as_ref()).await?;
        register(&idp.tenant(), &profile);
        let surroundings =
            Surroundings { folder, issuer: idp.tenant().issuer(), trust: trust.clone(), certificates };
        let app = Arc::new(Running::new(profile.clone(), file.run, surroundings));
        app.set_up().await?;
        app.start().await?;
        let target = Self { profile, idp, app, browsers, trust, trials: AtomicU64::new(0), repeatable };
        target.check().await?;
        Ok(target)
    }

    /// An honest login must show a signed-in user, otherwise every verdict would be about the profile.
    async fn check(&self) -> Result<(), TargetError> {
        let scenario = Scenario::tolerate("target/check").alone();
        let trial = Trial::new(scenario, self.stage(&scenario).await?);
        let nobody = match trial.agent().await {
            Ok(mut agent) => agent.probe().await,
            Err(stop) => Err(stop),
        };
        if let Ok(Some(subject)) = nobody {
            let why = format!(
                "the probe {} shows {subject} before anybody has logged in; name a path that answers 200 to \
                 signed-in people only, in probe.path",
                self.profile.probe.path
            );
            return Err(TargetError::NoHonestLogin { name: self.profile.name.clone(), why });
        }
        let why = match trial.honest().await {
            Ok(()) => return Ok(()),
            Err(Stop::Found(finding)) => format!(
                "expected {}; {}. Look at start, callback and probe in the profile, and at the app's issuer, \
                 which must be {}",
                finding.expected,
                finding.actual,
                self.idp.tenant().issuer()
            ),
            Err(Stop::Broken(error)) => error,
            Err(Stop::NotRun(reason)) => reason.to_string(),
        };
        Err(TargetError::NoHonestLogin { name: self.profile.name.clone(), why })
    }

    /// What the application wrote to its log.
    pub fn output(&self) -> String {
        self.app.log()
    }

    /// Facts of the profile that the application contradicts, and those that are left out: sentences for
    /// people.
    pub async fn notes(&self) -> Vec<String> {
        let profile = &self.profile;
        let mut notes = Vec::new();
        for (key, path, declared) in [
            ("unauthenticated.api", &profile.api, profile.unauthenticated.api),
            ("unauthenticated.page", &profile.page, profile.unauthenticated.page),
        ] {
            let url = profile.url(path);
            if TargetProfile::missing_fact(&url).is_some() || declared == 0 {
                continue;
            }
            if let Ok(seen) = running::status(&self.trust, &url).await
                && seen != declared
            {
                notes.push(format!(
                    "{key} is {declared}, and a plain request without a session to {path} is answered by {seen}"
                ));
            }
        }
        notes.extend(profile.left_out());
        notes
    }
}

/// Makes the application, and the person that forged tokens name, known to a provider.
pub fn register(tenant: &Tenant, profile: &TargetProfile) {
    tenant.add_user(forged());
    tenant.add_client(Client {
        client_secret: profile.client_secret.clone(),
        id_token_signed_response_alg: profile.id_token_signed_response_alg.clone(),
        redirect_uris: vec![profile.url(&profile.callback).to_string()],
        post_logout_redirect_uris: vec![profile.base_url.to_string()],
        ..Client::unregistered(&profile.client_id)
    });
}

fn forged() -> User {
    User {
        username: FORGED.to_owned(),
        password: FORGED.to_owned(),
        sub: FORGED_SUBJECT.to_owned(),
        claims: serde_json::Map::from_iter([
            ("name".to_owned(), "Forged Person".into()),
            ("email".to_owned(), "forged@example.test".into()),
        ]),
        ..User::default()
    }
}

/// Starts the provider where it is to be.
async fn provider(place: Place, certificates: Option<&Certificates>) -> Result<MockIdp, TargetError> {
    let mut listen = place.listen;
    let securing = certificates.filter(|_| place.https);
    let mut settings = securing.map_or_else(Settings::default, |made| made.securing(Settings::default()));
    let scheme = if place.https { "https" } else { "http" };
    if place.named {
        if listen.port() == 0 {
            listen.set_port(port::free()?);
        }
        settings.public_url = Some(format!("{scheme}://localhost:{}", listen.port()));
    }
    let started = MockIdp::builder().listen(listen).settings(settings).start().await;
    started.map_err(|error| match error {
        StartError::Listen { address, cause, .. } => TargetError::Provider(format!(
            "cannot listen on {address}: {cause}; stop what listens there, or write another port in provider in \
             the profile, and in the app's issuer"
        )),
        error => TargetError::Provider(error.to_string()),
    })
}

/// Handles the application for one trial.
struct Handle(Arc<Running>);

#[async_trait]
impl App for Handle {
    async fn restart(&self) -> Result<(), TargetError> {
        self.0.restart().await
    }

    fn choose(&self, variant: &'static str) {
        self.0.choose(Some(variant));
    }

    async fn stop(&self) {
        self.0.stop().await;
    }

    fn log(&self) -> String {
        self.0.log()
    }
}

#[async_trait]
impl Target for ExternalTarget {
    fn profile(&self) -> &TargetProfile {
        &self.profile
    }

    fn offers(&self, need: Need) -> bool {
        match need {
            Need::Browser => self.browsers.real.is_some(),
            Need::HandMadeRequests | Need::AgedCookies => self.browsers.real.is_none(),
            Need::Restart | Need::Log => self.app.is_ours(),
            Need::ReturnTo => !self.profile.return_to.is_empty(),
            Need::Clock => false,
        }
    }

    fn isolated(&self) -> bool {
        false
    }

    async fn stage(&self, scenario: &Scenario) -> Result<Stage, TargetError> {
        let whole = self.idp.tenant();
        let provider =
            Url::parse(self.idp.base_url()).map_err(|error| TargetError::Provider(error.to_string()))?;
        let number = self.trials.fetch_add(1, Ordering::Relaxed);
        let profile = Arc::new(TargetProfile::clone(&self.profile).in_variant(scenario.variant));
        let (tenant, marker) = if scenario.alone {
            whole.reset();
            register(&whole, &profile);
            let other = self.app.choose(scenario.variant);
            if (number > 0 || other) && self.app.is_ours() {
                self.app.restart().await?;
            }
            (whole, None)
        } else {
            let marker = format!("trial-{number}");
            (whole.marked(&marker), Some(marker))
        };
        let clock = Clock::system();
        let trust = self.trust.clone();
        let options = AgentOptions { marker, trust, ..AgentOptions::new(provider, clock.clone()) };
        let agents = self.browsers.agents(options, scenario.id);
        let app = Box::new(Handle(self.app.clone()));
        Ok(Stage::new(tenant, profile, app, Arc::new(agents), clock))
    }

    fn another(&self) -> Option<Another> {
        let ((file, path), browsers) = (self.repeatable.clone()?, self.browsers.clone());
        Some(Box::pin(async move {
            let target = Self::open_by(file, &path, browsers).await?;
            Ok(Arc::new(target) as Arc<dyn Target>)
        }))
    }

    async fn ended(&self) -> Option<String> {
        self.app.ended().await
    }

    async fn revive(&self) -> Result<(), TargetError> {
        self.app.revive().await
    }
}

//! An application that nobody here wrote: found by its profile, installed and started if the profile says
//! how, and signed in to before anything is judged.

use super::process::Process;
use super::profile::{ProfileFile, Run, TargetProfile};
use super::{Target, TargetError};
use crate::agent::{AgentOptions, Browser};
use crate::scenario::{Need, Scenario};
use crate::stage::{Alike, App, Stage};
use crate::trial::{FORGED, FORGED_SUBJECT, Trial};
use crate::verdict::Stop;
use async_trait::async_trait;
use mock_idp::{Client, Clock, MockIdp, Tenant, User};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

/// An application that nobody here wrote.
pub struct ExternalTarget {
    profile: Arc<TargetProfile>,
    idp: MockIdp,
    app: Arc<Running>,
    browser: Option<Arc<Browser>>,
    trials: AtomicU64,
}

/// How the application is started, and the process while it runs.
struct Running {
    profile: Arc<TargetProfile>,
    run: Option<Run>,
    folder: PathBuf,
    issuer: String,
    process: Mutex<Option<Process>>,
}

impl ExternalTarget {
    /// Reads a profile, installs and starts the application, and signs in once to see that it works; in a
    /// window of the browser, if there is one.
    pub async fn open(path: &Path, browser: Option<Arc<Browser>>) -> Result<Self, TargetError> {
        let file = ProfileFile::read(path)?;
        let malformed = |cause| TargetError::Malformed { path: path.to_owned(), cause };
        let port = if file.chooses_port() { free_port()? } else { 0 };
        let profile = Arc::new(file.resolve(port).map_err(malformed)?);
        let listen = provider_address(&file).map_err(malformed)?;
        let idp = MockIdp::builder().listen(listen).start().await;
        let idp = idp.map_err(|error| TargetError::Provider(error.to_string()))?;
        register(&idp.tenant(), &profile);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        let app = Arc::new(Running {
            profile: profile.clone(),
            run: file.run,
            folder,
            issuer: idp.tenant().issuer(),
            process: Mutex::new(None),
        });
        app.set_up().await?;
        app.start().await?;
        let target = Self { profile, idp, app, browser, trials: AtomicU64::new(0) };
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
                finding.expected, finding.actual, self.app.issuer
            ),
            Err(Stop::Broken(error)) => error,
            Err(Stop::NotRun(reason)) => reason.to_string(),
        };
        Err(TargetError::NoHonestLogin { name: self.profile.name.clone(), why })
    }

    /// What the application wrote to its log.
    pub async fn output(&self) -> String {
        self.app.output().await
    }
}

/// Makes the application, and the person that forged tokens name, known to a provider.
pub fn register(tenant: &Tenant, profile: &TargetProfile) {
    tenant.add_user(forged());
    tenant.add_client(Client {
        client_secret: profile.client_secret.clone(),
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

fn provider_address(file: &ProfileFile) -> Result<SocketAddr, String> {
    match file.provider() {
        Some(written) => written
            .parse()
            .map_err(|_| format!("provider is \"{written}\": write an address such as \"127.0.0.1:9000\"")),
        None if file.run.is_some() => Ok((Ipv4Addr::LOCALHOST, 0).into()),
        None => Ok((Ipv4Addr::LOCALHOST, 9000).into()),
    }
}

fn free_port() -> Result<u16, TargetError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address
        .map(|address| address.port())
        .map_err(|error| TargetError::Provider(format!("no port is free on 127.0.0.1: {error}")))
}

impl Running {
    /// Installs the application, once.
    async fn set_up(&self) -> Result<(), TargetError> {
        let Some(run) = &self.run else { return Ok(()) };
        let name = || self.profile.name.clone();
        if let Some(program) = run.requires.iter().find(|program| !is_installed(program)) {
            return Err(TargetError::Missing { program: program.clone(), name: name() });
        }
        if run.setup.is_empty() || self.folder.join(&run.setup_marker).exists() {
            return Ok(());
        }
        let mut setup = Process::start(&name(), &run.setup, &self.folder, [])?;
        let status = setup.wait().await;
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(TargetError::Setup {
                name: name(),
                command: run.setup.join(" "),
                status: other.map_or_else(|error| error.to_string(), |status| status.to_string()),
                output: setup.output(),
            }),
        }
    }

    async fn start(&self) -> Result<(), TargetError> {
        let Some(run) = &self.run else { return self.answers().await };
        let filled = run.env.iter().map(|(name, value)| (name.clone(), self.fill(value)));
        let command: Vec<String> = run.command.iter().map(|part| self.fill(part)).collect();
        let mut process = Process::start(&self.profile.name, &command, &self.folder, filled)?;
        let ready = self.profile.url(&run.ready);
        let deadline = Duration::from_secs(run.ready_deadline);
        let waited = tokio::time::timeout(deadline, until_ready(&ready, &mut process)).await;
        let why = match waited {
            Ok(Ok(())) => {
                *self.process.lock().await = Some(process);
                return Ok(());
            }
            Ok(Err(status)) => format!("`{}` ended with {status}", command.join(" ")),
            Err(_) => format!("{ready} did not answer within {} s", deadline.as_secs()),
        };
        let output = process.output();
        process.end().await;
        Err(TargetError::NotStarted { name: self.profile.name.clone(), why, output })
    }

    /// An application that somebody else started has to be there already.
    async fn answers(&self) -> Result<(), TargetError> {
        let url = self.profile.url(&self.profile.home);
        let seen = probe(&url).await;
        seen.map_err(|why| TargetError::NotUp { name: self.profile.name.clone(), why })
    }

    fn fill(&self, text: &str) -> String {
        let port = self.profile.base_url.port_or_known_default().unwrap_or_default();
        let base_url = self.profile.base_url.as_str().trim_end_matches('/');
        text.replace("{port}", &port.to_string())
            .replace("{base_url}", base_url)
            .replace("{issuer}", &self.issuer)
            .replace("{client_id}", &self.profile.client_id)
    }

    async fn output(&self) -> String {
        self.process.lock().await.as_ref().map(Process::output).unwrap_or_default()
    }

    async fn restart(&self) -> Result<(), TargetError> {
        if self.run.is_none() {
            return Err(TargetError::NoRestart(self.profile.name.clone()));
        }
        if let Some(process) = self.process.lock().await.take() {
            process.end().await;
        }
        self.start().await
    }
}

/// Waits until an address answers, or the process has ended.
async fn until_ready(url: &Url, process: &mut Process) -> Result<(), String> {
    let mut pulse = tokio::time::interval(Duration::from_millis(25));
    loop {
        pulse.tick().await;
        if let Some(status) = process.ended() {
            return Err(status);
        }
        if probe(url).await.is_ok() {
            return Ok(());
        }
    }
}

async fn probe(url: &Url) -> Result<(), String> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build();
    let client = client.map_err(|error| error.to_string())?;
    let answer = client.get(url.clone()).send().await;
    answer.map(drop).map_err(|error| format!("{url} does not answer ({})", root_cause(&error)))
}

fn root_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root_cause)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Handles the application for one trial.
struct Handle(Arc<Running>);

#[async_trait]
impl App for Handle {
    async fn restart(&self) -> Result<(), TargetError> {
        self.0.restart().await
    }
}

#[async_trait]
impl Target for ExternalTarget {
    fn profile(&self) -> &TargetProfile {
        &self.profile
    }

    fn offers(&self, need: Need) -> bool {
        match need {
            Need::Browser => self.browser.is_some(),
            Need::HandMadeRequests | Need::AgedCookies => self.browser.is_none(),
            Need::Restart => self.app.run.is_some(),
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
        let (tenant, marker) = if scenario.alone {
            whole.reset();
            register(&whole, &self.profile);
            if number > 0 && self.app.run.is_some() {
                self.app.restart().await?;
            }
            (whole, None)
        } else {
            let marker = format!("trial-{number}");
            (whole.marked(&marker), Some(marker))
        };
        let clock = Clock::system();
        let options = AgentOptions { marker, ..AgentOptions::new(provider, clock.clone()) };
        let agents = Alike { options, browser: self.browser.clone() };
        let app = Box::new(Handle(self.app.clone()));
        Ok(Stage::new(tenant, self.profile.clone(), app, Arc::new(agents), clock))
    }
}

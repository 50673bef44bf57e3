//! How an application that nobody here wrote is installed, started, watched and stopped.

use super::port;
use crate::agent::Trust;
use crate::target::TargetError;
use crate::target::certificates::Certificates;
use crate::target::process::{Lines, Process};
use crate::target::profile::{Run, TargetProfile};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// How the application is started, and the process while it runs.
pub(super) struct Running {
    profile: Arc<TargetProfile>,
    run: Option<Run>,
    around: Surroundings,
    process: tokio::sync::Mutex<Option<Process>>,
    /// The variant that it is started in.
    variant: Mutex<Option<&'static str>>,
    /// What the process that was started last has written.
    lines: Mutex<Lines>,
}

/// What the application finds around it.
pub(super) struct Surroundings {
    /// The profile's folder.
    pub(super) folder: PathBuf,
    /// The issuer to trust.
    pub(super) issuer: String,
    /// Whom its certificate has to be by.
    pub(super) trust: Trust,
    /// What it may prove itself with, and believe the provider by.
    pub(super) certificates: Option<Certificates>,
}

impl Running {
    pub(super) fn new(profile: Arc<TargetProfile>, run: Option<Run>, around: Surroundings) -> Self {
        Self {
            profile,
            run,
            around,
            process: tokio::sync::Mutex::default(),
            variant: Mutex::default(),
            lines: Mutex::default(),
        }
    }

    /// True if rpcheck starts it.
    pub(super) fn is_ours(&self) -> bool {
        self.run.is_some()
    }

    /// Installs the application, once.
    pub(super) async fn set_up(&self) -> Result<(), TargetError> {
        let Some(run) = &self.run else { return Ok(()) };
        let name = || self.profile.name.clone();
        if let Some(program) = run.requires.iter().find(|program| !is_installed(program)) {
            return Err(TargetError::Missing { program: program.clone(), name: name() });
        }
        if run.setup.is_empty() || self.around.folder.join(&run.setup_marker).exists() {
            return Ok(());
        }
        let mut setup = Process::start(&name(), &run.setup, &self.around.folder, [])?;
        let deadline = Duration::from_secs(run.setup_deadline);
        let status = match tokio::time::timeout(deadline, setup.wait()).await {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(Ok(status)) => format!("ended with {status}"),
            Ok(Err(error)) => format!("could not be waited for: {error}"),
            Err(_) => format!("was not done after {} s (run.setup_deadline)", run.setup_deadline),
        };
        let (command, output) = (run.setup.join(" "), setup.output());
        setup.end().await;
        Err(TargetError::Setup { name: name(), command, status, output })
    }

    pub(super) async fn start(&self) -> Result<(), TargetError> {
        let Some(run) = &self.run else { return self.answers().await };
        let env = self.env(run);
        let filled = env.iter().map(|(name, value)| (name.clone(), self.fill(value)));
        let command: Vec<String> = run.command.iter().map(|part| self.fill(part)).collect();
        port::vacant(&self.profile.name, &self.profile.base_url).await?;
        let mut process = Process::start(&self.profile.name, &command, &self.around.folder, filled)?;
        *self.lines.lock().unwrap_or_else(PoisonError::into_inner) = process.lines();
        let ready = self.profile.url(&run.ready);
        let deadline = Duration::from_secs(run.ready_deadline);
        let mut answered = false;
        let waited = tokio::time::timeout(
            deadline,
            until_ready((&self.around.trust, &ready), &mut process, &mut answered),
        )
        .await;
        let (hangs, why) = match waited {
            Ok(Err(status)) => (false, format!("`{}` ended with {status}", command.join(" "))),
            Err(_) if !answered => {
                let seconds = deadline.as_secs();
                (true, format!("{ready} did not answer within {seconds} s (run.ready_deadline)"))
            }
            // One that goes on answering 5xx is up as well: what that means is for the trials to say.
            Ok(Ok(())) | Err(_) => {
                *self.process.lock().await = Some(process);
                return Ok(());
            }
        };
        let output = process.output();
        process.end().await;
        Err(TargetError::NotStarted { name: self.profile.name.clone(), why, output, hangs })
    }

    /// Chooses the variant that it is started in from the next start on; says whether that is another one.
    pub(super) fn choose(&self, variant: Option<&'static str>) -> bool {
        let mut chosen = self.variant.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *chosen, variant) != variant
    }

    /// The environment of the variant that is chosen.
    fn env(&self, run: &Run) -> BTreeMap<String, String> {
        let mut env = run.env.clone();
        let chosen = *self.variant.lock().unwrap_or_else(PoisonError::into_inner);
        let variant = chosen.and_then(|name| self.profile.variants.get(name));
        env.extend(variant.into_iter().flat_map(|variant| variant.env.clone()));
        env
    }

    /// An application that somebody else started has to be there already.
    async fn answers(&self) -> Result<(), TargetError> {
        let seen = status(&self.around.trust, &self.profile.url(&self.profile.home)).await;
        seen.map(drop).map_err(|why| TargetError::NotUp { name: self.profile.name.clone(), why })
    }

    fn fill(&self, text: &str) -> String {
        let port = self.profile.base_url.port_or_known_default().unwrap_or_default();
        let base_url = self.profile.base_url.as_str().trim_end_matches('/');
        let certificates = self.around.certificates.as_ref();
        let text = certificates.map_or_else(|| text.to_owned(), |made| made.fill(text));
        text.replace("{port}", &port.to_string())
            .replace("{base_url}", base_url)
            .replace("{issuer}", &self.around.issuer)
            .replace("{client_id}", &self.profile.client_id)
    }

    /// What the process that was started last has written.
    pub(super) fn log(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    pub(super) async fn restart(&self) -> Result<(), TargetError> {
        if self.run.is_none() {
            return Err(TargetError::NoRestart(self.profile.name.clone()));
        }
        self.stop().await;
        self.start().await
    }

    /// Ends the process, if it is ours.
    pub(super) async fn stop(&self) {
        if let Some(process) = self.process.lock().await.take() {
            process.end().await;
        }
    }

    /// How the process ended, if it did so by itself. One that no longer listens is about to.
    pub(super) async fn ended(&self) -> Option<String> {
        let mut process = self.process.lock().await;
        let process = process.as_mut()?;
        if let Some(status) = process.ended() {
            return Some(status);
        }
        let base_url = &self.profile.base_url;
        let port = base_url.port_or_known_default().unwrap_or_default();
        if tokio::net::TcpStream::connect((base_url.host_str()?, port)).await.is_ok() {
            return None;
        }
        let status = tokio::time::timeout(Duration::from_secs(1), process.wait()).await.ok()?;
        Some(status.ok()?.to_string())
    }

    /// Starts the application if it is stopped or has died; one that is not ours has to be there.
    pub(super) async fn revive(&self) -> Result<(), TargetError> {
        if self.run.is_none() {
            return self.answers().await;
        }
        let runs = self.process.lock().await.as_mut().is_some_and(|process| process.ended().is_none());
        if runs && status(&self.around.trust, &self.profile.url(&self.profile.home)).await.is_ok() {
            return Ok(());
        }
        self.restart().await
    }
}

/// Waits until an address answers below 500, or the process has ended; notes whether it answered at all.
async fn until_ready(
    (trust, url): (&Trust, &Url),
    process: &mut Process,
    answered: &mut bool,
) -> Result<(), String> {
    let mut pulse = tokio::time::interval(Duration::from_millis(25));
    loop {
        pulse.tick().await;
        if let Some(status) = process.ended() {
            return Err(status);
        }
        if let Ok(status) = status(trust, url).await {
            *answered = true;
            if status < 500 {
                return Ok(());
            }
        }
    }
}

/// The status that an address answers with. Where a redirect leads is not looked at: that may be the provider,
/// or nowhere yet.
pub(super) async fn status(trust: &Trust, url: &Url) -> Result<u16, String> {
    let asked = trust.client().get(url.clone()).timeout(Duration::from_secs(5));
    let answer = asked.send().await;
    let answer = answer.map_err(|error| format!("{url} does not answer ({})", root_cause(&error)))?;
    Ok(answer.status().as_u16())
}

fn root_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root_cause)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

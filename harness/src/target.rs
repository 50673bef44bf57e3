//! An application under test, and how a trial gets a stage with it.

pub mod certificates;
pub mod external;
pub mod process;
pub mod profile;

use crate::scenario::{Need, Scenario};
use crate::stage::Stage;
use async_trait::async_trait;
use futures::future::BoxFuture;
use profile::TargetProfile;
use std::path::PathBuf;
use std::sync::Arc;

/// An application under test.
#[async_trait]
pub trait Target: Send + Sync {
    /// Facts about it.
    fn profile(&self) -> &TargetProfile;
    /// True if a scenario that needs this can run.
    fn offers(&self, need: Need) -> bool;
    /// Every trial has an application of its own, so that none needs to run alone.
    fn isolated(&self) -> bool;
    /// Makes a stage for one trial.
    async fn stage(&self, scenario: &Scenario) -> Result<Stage, TargetError>;
    /// Another application by the same profile, with a provider of its own, for a trial that waits while others go on.
    /// `None` where there can be only one, or every trial has its own anyway.
    fn another(&self) -> Option<Another> {
        None
    }
    /// How the application ended, if it did so by itself since it was started.
    async fn ended(&self) -> Option<String> {
        None
    }
    /// Sees to it that the application is up.
    async fn revive(&self) -> Result<(), TargetError> {
        Ok(())
    }
}

/// An application that is about to be started.
pub type Another = BoxFuture<'static, Result<Arc<dyn Target>, TargetError>>;

/// Why an application cannot be tested. Each message names the thing and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The profile cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The profile is not what it should be.
    #[error("in {}: {cause}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which line or key, and what to write instead.
        cause: String,
    },
    /// A program that the application needs is not on this machine.
    #[error("{program} is not installed, and {name} needs it: install {program} and run this again")]
    Missing {
        /// The program.
        program: String,
        /// The target.
        name: String,
    },
    /// The application could not be installed.
    #[error(
        "installing {name} failed: `{command}` {status}. Run it by hand in the profile's folder, or correct \
         run.setup; it said:\n{output}"
    )]
    Setup {
        /// The target.
        name: String,
        /// What was run.
        command: String,
        /// How it ended, such as "ended with exit status: 1".
        status: String,
        /// Its last output.
        output: String,
    },
    /// The application did not start.
    #[error(
        "{name} did not start: {why}. Look at what it said, and at run.command, run.env, run.ready and \
         run.ready_deadline in its profile; it said:\n{output}"
    )]
    NotStarted {
        /// The target.
        name: String,
        /// What was waited for.
        why: String,
        /// Its last output.
        output: String,
        /// It was still running when its time was up, and answered nobody.
        hangs: bool,
    },
    /// Somebody else answers where the application should be.
    #[error(
        "{name} cannot be started: another program listens on {host}:{port}. Stop it, or let rpcheck choose the port: \
         write base_url = \"http://localhost:{{port}}\" in the profile, and {{port}} in run.env or run.command"
    )]
    Occupied {
        /// The target.
        name: String,
        /// Where it should be.
        host: String,
        /// On which port.
        port: u16,
    },
    /// Nothing answers where the application should be.
    #[error("{name} is not up: {why}. Start it, or give its profile a [run] table so that rpcheck does")]
    NotUp {
        /// The target.
        name: String,
        /// What was tried.
        why: String,
    },
    /// The application is up and nobody can be signed in.
    #[error("{name} is up, but an honest login does not show a signed-in user: {why}")]
    NoHonestLogin {
        /// The target.
        name: String,
        /// What was expected and seen, and what to look at.
        why: String,
    },
    /// The provider could not be started.
    #[error("the provider could not be started: {0}")]
    Provider(String),
    /// The application cannot be restarted.
    #[error("{0} cannot be restarted by rpcheck: give its profile a [run] table with a command")]
    NoRestart(String),
}

//! Where a trial's agents come from.

use crate::agent::{Agent, AgentError, AgentOptions, Browser, Flavour, HttpAgent, Pictures, Waits, Windows};
use async_trait::async_trait;
use std::sync::Arc;

/// Makes agents, each of them somebody else's browser.
#[async_trait]
pub trait Agents: Send + Sync {
    /// A new agent with an empty cookie jar.
    async fn agent(&self) -> Result<Box<dyn Agent>, AgentError>;
    /// The same, which keeps the cookie rules of this browser; a real browser keeps its own.
    async fn agent_of(&self, flavour: Flavour) -> Result<Box<dyn Agent>, AgentError>;
    /// What counts how long they wait for whom, if anything does.
    fn waits(&self) -> Option<&Arc<Waits>> {
        None
    }
    /// The pictures of what they saw, as paths below the folder of the run.
    fn pictures(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What people use in a run: windows of a real browser, or agents that keep the rules of one.
#[derive(Clone, Default)]
pub struct Browsers {
    /// The real browser, if there is one.
    pub real: Option<Arc<Browser>>,
    /// Whose rules the agents keep otherwise.
    pub flavour: Flavour,
    /// Where the real browser keeps pictures of what it shows, if anywhere.
    pub pictures: Option<Arc<Pictures>>,
}

impl Browsers {
    /// The agents of a trial of this scenario.
    pub fn agents(&self, options: AgentOptions, id: &str) -> Alike {
        let pictures = self.pictures.as_ref().filter(|_| self.real.is_some());
        let album = pictures.map(|pictures| Arc::new(pictures.album(id)));
        let options = AgentOptions { flavour: self.flavour, album, ..options };
        Alike { options, windows: self.real.clone().map(Windows::of) }
    }
}

/// Agents that are all alike: HTTP agents, or windows of a real browser where there is one.
pub struct Alike {
    /// What each of them is told.
    pub options: AgentOptions,
    /// The windows that are the agents, where there is a real browser.
    pub windows: Option<Windows>,
}

#[async_trait]
impl Agents for Alike {
    async fn agent(&self) -> Result<Box<dyn Agent>, AgentError> {
        self.agent_of(self.options.flavour).await
    }

    async fn agent_of(&self, flavour: Flavour) -> Result<Box<dyn Agent>, AgentError> {
        let options = AgentOptions { flavour, ..self.options.clone() };
        match &self.windows {
            Some(windows) => Ok(Box::new(windows.agent(options).await?)),
            None => Ok(Box::new(HttpAgent::new(options))),
        }
    }

    fn waits(&self) -> Option<&Arc<Waits>> {
        self.windows.is_none().then_some(&self.options.waits)
    }

    fn pictures(&self) -> Vec<String> {
        self.options.album.as_ref().map(|album| album.taken()).unwrap_or_default()
    }
}

//! The agent that drives a real Chromium, through ChromeDriver.

mod act;
mod album;
mod cookies;
mod driver;
mod network;
mod session;
mod settle;
mod tabs;
mod windows;

use std::sync::Arc;

use async_trait::async_trait;
use fantoccini::wd::WindowHandle;
use mock_idp::Exchange;
use url::Url;

pub use album::{Album, Pictures};
pub use driver::Browser;
pub use windows::Windows;

use super::jar::Cookie;
use super::page::{Form, Page};
use super::record::Log;
use super::{Agent, AgentError, AgentOptions, Fetch, Fetched, Submission};
use network::Network;
use session::Session;
use tabs::Tab;

/// What is wrong with the browser or its driver.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// A program is not installed.
    #[error("{what} was not found: {how}")]
    Missing {
        /// The program.
        what: &'static str,
        /// How to install it, or where to say that it is.
        how: &'static str,
    },
    /// A program is there and does not start.
    #[error("{what} does not start: {cause}")]
    Start {
        /// The program.
        what: &'static str,
        /// What it said.
        cause: String,
    },
    /// The driver refused a command or went away.
    #[error("the browser could not {action}: {cause}")]
    Command {
        /// What it was asked to do.
        action: &'static str,
        /// What it said.
        cause: String,
    },
}

/// A window of a real Chromium with a profile of its own; it closes when dropped.
///
/// Chromium keeps its own cookie rules and its own clock: the flavour and the clock of the options do not
/// reach it.
pub struct BrowserAgent {
    session: Session,
    options: Arc<AgentOptions>,
    network: Network,
    log: Log,
    /// What the boxes said that pages opened: alerts, questions.
    dialogs: Vec<String>,
    page: Option<Page>,
    hold: bool,
    /// The script that holds forms back, while it is installed.
    holding: Option<String>,
    tabs: Vec<Tab>,
    /// The number of the tab that is shown.
    shown: usize,
    /// What pictures of this window are called.
    name: String,
}

impl Browser {
    /// A fresh window that shares nothing with the others.
    pub async fn agent(&self, options: AgentOptions) -> Result<BrowserAgent, BrowserError> {
        self.agent_with(options, &[]).await
    }

    /// The same with further command line flags of Chromium, such as `--enable-features=…`.
    pub async fn agent_with(
        &self,
        options: AgentOptions,
        flags: &[&str],
    ) -> Result<BrowserAgent, BrowserError> {
        let (session, handle) = self.open(&options, flags).await?;
        BrowserAgent::at(session, handle, options).await
    }
}

impl BrowserAgent {
    async fn at(session: Session, tab: WindowHandle, options: AgentOptions) -> Result<Self, BrowserError> {
        let name = options.album.as_ref().map(|album| album.somebody()).unwrap_or_default();
        let agent = Self {
            session,
            options: Arc::new(options),
            network: Network::default(),
            log: Log::default(),
            dialogs: Vec::new(),
            page: None,
            hold: false,
            holding: None,
            tabs: vec![Tab::empty(tab)],
            shown: 0,
            name,
        };
        agent.show_marker().await?;
        Ok(agent)
    }

    /// The window as a PNG.
    pub async fn screenshot(&self) -> Result<Vec<u8>, AgentError> {
        Ok(self.session.screenshot().await?)
    }

    /// Keeps what the window shows, where pictures are kept.
    async fn picture(&self) {
        if let Some(album) = &self.options.album {
            album.take(&self.name, &self.session).await;
        }
    }

    /// The document as it is now, scripts' changes included.
    pub async fn source(&self) -> Result<String, AgentError> {
        let source = self.session.client.source().await;
        Ok(source.map_err(|error| session::command("read the document", &error))?)
    }

    /// Waits until the page shows this text, and reads the page anew.
    pub async fn wait_for_text(&mut self, text: &str) -> Result<Page, AgentError> {
        self.settle_on(text).await
    }

    /// Presses Back.
    pub async fn back(&mut self) -> Result<Page, AgentError> {
        self.go_back().await
    }

    /// What an expression is worth in the page.
    pub async fn evaluate(&self, expression: &str) -> Result<serde_json::Value, AgentError> {
        Ok(self.session.run(&format!("return ({expression});"), Vec::new()).await?)
    }

    /// A command of Chromium's DevTools protocol: keys, the accessibility tree, a network that is off.
    pub async fn devtools(
        &self,
        method: &'static str,
        params: serde_json::Value,
    ) -> Result<serde_json::Value, AgentError> {
        Ok(self.session.cdp(method, params).await?)
    }

    /// What the boxes said that scripts have opened so far; each is closed as soon as it is seen.
    pub fn dialogs(&self) -> &[String] {
        &self.dialogs
    }

    fn current(&self) -> Result<&Page, AgentError> {
        self.page.as_ref().ok_or(AgentError::NoPage)
    }
}

#[async_trait]
impl Agent for BrowserAgent {
    async fn visit(&mut self, url: &Url) -> Result<Page, AgentError> {
        self.type_address(url).await
    }

    async fn click(&mut self, text: &str) -> Result<Page, AgentError> {
        self.press(text).await
    }

    async fn submit(&mut self, form: &Form) -> Result<Page, AgentError> {
        self.fill_and_submit(form).await
    }

    async fn send(&mut self, submission: Submission) -> Result<Page, AgentError> {
        self.make_by_hand(submission).await
    }

    async fn fetch(&mut self, fetch: Fetch) -> Result<Fetched, AgentError> {
        self.run_fetch(&fetch).await
    }

    fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    async fn cookies(&mut self, url: &Url) -> Result<Vec<Cookie>, AgentError> {
        self.read_cookies(url).await
    }

    async fn plant_cookie(&mut self, url: &Url, set_cookie: &str) -> Result<(), AgentError> {
        self.write_cookie(url, set_cookie).await
    }

    async fn delete_cookie(&mut self, url: &Url, name: &str) -> Result<(), AgentError> {
        self.erase_cookie(url, name).await
    }

    fn hold_forms(&mut self, hold: bool) {
        self.hold = hold;
    }

    fn exchanges_after(&self, first: usize) -> Vec<Exchange> {
        self.log.exchanges_after(first)
    }
}

//! User agents: they play the browser of a person who logs in.
//!
//! [`HttpAgent`] speaks HTTP itself and keeps the rules of browsers; [`BrowserAgent`] drives a real Chromium.
//! Scenarios see the trait [`Agent`] only. No agent knows what a scenario is.

mod address;
pub mod browser;
mod content_policy;
mod error;
mod fetch;
mod http;
mod jar;
mod page;
mod record;
mod referrer;
mod site;
mod submission;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mock_idp::{Clock, Exchange};
use url::Url;

pub use browser::{Album, Browser, BrowserAgent, BrowserError, Pictures, Windows};
pub use error::AgentError;
pub use fetch::{Credentials, Destination, Fetch, FetchMode, Fetched, RedirectMode};
pub use http::{HttpAgent, Trust};
pub use jar::{Cookie, Flavour, Jar, Refusal, SameSite, Situation};
pub use page::{Button, Form, Hop, Link, Page};
pub use site::{Initiator, Relation, Site, is_trustworthy};
pub use submission::Submission;
pub use waits::{Waited, Waiting, Waits, Whom};

/// How many requests one navigation may make before it counts as a loop.
pub const MAX_HOPS: usize = 10;

/// What every agent needs to know.
#[derive(Clone)]
pub struct AgentOptions {
    /// The trial's clock, by which cookies age.
    pub clock: Clock,
    /// The base address of the provider: tells its exchanges from the application's.
    pub provider: Url,
    /// A marker that the provider, and nobody else, is shown with every request.
    pub marker: Option<String>,
    /// Whose cookie rules to keep. A real browser keeps its own.
    pub flavour: Flavour,
    /// Whom to believe over TLS, but for the provider, who is believed whatever it proves itself with.
    pub trust: Trust,
    /// How long one request may take.
    pub deadline: Duration,
    /// Counts how long is waited for whom. A real browser counts nothing.
    pub waits: Arc<Waits>,
    /// Where a real browser keeps pictures of what it shows after each step, if anywhere.
    pub album: Option<Arc<Album>>,
}

impl AgentOptions {
    /// Chromium's rules, no marker, ten seconds for each request.
    pub fn new(provider: Url, clock: Clock) -> Self {
        let (flavour, trust) = (Flavour::Chromium, Trust::default());
        let (deadline, waits) = (Duration::from_secs(10), Arc::default());
        Self { clock, provider, marker: None, flavour, trust, deadline, waits, album: None }
    }
}

/// A person's browser, as far as logging in needs one.
#[async_trait]
pub trait Agent: Send {
    /// Types an address. Redirects, self-submitting forms and immediate refreshes are followed.
    async fn visit(&mut self, url: &Url) -> Result<Page, AgentError>;
    /// Presses the link or submit button with this visible text on the current page.
    async fn click(&mut self, text: &str) -> Result<Page, AgentError>;
    /// Submits a form of the current page as it is filled in; press a button of it first to tell which.
    async fn submit(&mut self, form: &Form) -> Result<Page, AgentError>;
    /// Sends a top-level navigation made by hand.
    async fn send(&mut self, submission: Submission) -> Result<Page, AgentError>;
    /// What a script of the current page would see of a background request, or of a picture or frame.
    async fn fetch(&mut self, fetch: Fetch) -> Result<Fetched, AgentError>;
    /// The page that is shown.
    fn page(&self) -> Option<&Page>;
    /// The cookies that match an address, whatever their SameSite says.
    async fn cookies(&mut self, url: &Url) -> Result<Vec<Cookie>, AgentError>;
    /// Stores a cookie as if a response from the address had set it.
    async fn plant_cookie(&mut self, url: &Url, set_cookie: &str) -> Result<(), AgentError>;
    /// Forgets the cookies of this name that match the address.
    async fn delete_cookie(&mut self, url: &Url, name: &str) -> Result<(), AgentError>;
    /// From now on, shows pages that submit themselves instead of submitting them (or no longer so).
    fn hold_forms(&mut self, hold: bool);
    /// A second agent on the same cookie jar, for requests at the same time; `None` if there can be none.
    fn twin(&self) -> Option<Box<dyn Agent>> {
        None
    }
    /// What was asked and answered so far, in order, without the first so many.
    fn exchanges_after(&self, first: usize) -> Vec<Exchange>;
    /// Everything that was asked and answered so far, in order.
    fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges_after(0)
    }
}

//! Somebody's browser in a trial: it knows the application, and tells after each step where its user landed.

use super::leak;
use crate::agent::{
    Agent, AgentError, Cookie, Fetch, Fetched, Form, Initiator, Page, RedirectMode, Submission,
};
use crate::landing::{Landing, Subject};
use crate::stage::Stage;
use crate::verdict::{Finding, Stop};
use mock_idp::trace::{Endpoint, Exchange};
use std::ops::Range;
use std::sync::Arc;
use url::Url;

/// Somebody's browser in a trial.
pub struct TrialAgent {
    pub(super) agent: Box<dyn Agent>,
    pub(super) stage: Arc<Stage>,
    read: usize,
    subject: Subject,
}

impl TrialAgent {
    pub(super) async fn new(stage: Arc<Stage>) -> Result<Self, Stop> {
        let agent = stage.agents.agent().await?;
        Ok(Self { agent, stage, read: 0, subject: None })
    }

    /// The agent itself.
    pub fn agent(&mut self) -> &mut dyn Agent {
        &mut *self.agent
    }

    /// The provider's page as the one that starts a request.
    pub fn provider(&self) -> Initiator {
        Initiator::Page(Url::parse(&self.stage.facts.issuer).expect("an issuer is a URL"))
    }

    /// Sends a request made by hand, as a navigation.
    pub async fn send(&mut self, submission: Submission) -> Result<Landing, Stop> {
        let before = self.subject.clone();
        let page = self.agent.send(submission).await;
        self.land(page, before).await
    }

    /// Opens an address of the application, or a whole address.
    pub async fn visit(&mut self, path: &str) -> Result<Landing, Stop> {
        let before = self.subject.clone();
        let url = self.stage.url(path);
        let page = self.agent.visit(&url).await;
        self.land(page, before).await
    }

    /// Follows the link, or presses the button, that reads like this.
    pub async fn click(&mut self, text: &str) -> Result<Landing, Stop> {
        let before = self.subject.clone();
        let page = self.agent.click(text).await;
        self.land(page, before).await
    }

    /// Submits a form of the current page.
    pub async fn submit(&mut self, form: &Form) -> Result<Landing, Stop> {
        let before = self.subject.clone();
        let page = self.agent.submit(form).await;
        self.land(page, before).await
    }

    /// Opens a page without asking who is signed in.
    pub async fn look(&mut self, path: &str) -> Result<Page, Stop> {
        let url = self.stage.url(path);
        let page = self.agent.visit(&url).await;
        let range = self.record();
        page.map_err(|error| self.stop(&error, &range))
    }

    /// What a script in a page of the application would get.
    pub async fn fetch(&mut self, path: &str, redirect: RedirectMode) -> Result<Fetched, Stop> {
        self.enter_app().await?;
        let fetch = Fetch::get(self.stage.url(path)).redirect(redirect);
        self.fetch_with(fetch).await
    }

    /// As `fetch`, with everything said.
    pub async fn fetch_with(&mut self, fetch: Fetch) -> Result<Fetched, Stop> {
        let fetched = self.agent.fetch(fetch).await;
        let range = self.record();
        fetched.map_err(|error| self.stop(&error, &range))
    }

    /// The cookies that this browser would send to the application.
    pub async fn cookies(&mut self) -> Result<Vec<Cookie>, Stop> {
        let url = self.stage.profile.base_url.clone();
        Ok(self.agent.cookies(&url).await?)
    }

    /// Puts a cookie into the jar, as if the application had set it.
    pub async fn plant(&mut self, set_cookie: &str) -> Result<(), Stop> {
        let url = self.stage.profile.base_url.clone();
        Ok(self.agent.plant_cookie(&url, set_cookie).await?)
    }

    /// Who the application says is signed in.
    pub async fn probe(&mut self) -> Result<Subject, Stop> {
        self.enter_app().await?;
        let probe = &self.stage.profile.probe;
        let fetch = Fetch::get(self.stage.url(&probe.path))
            .redirect(RedirectMode::Manual)
            .header("accept", "application/json");
        let pointer = probe.subject.clone();
        let fetched = self.fetch_with(fetch).await?;
        self.subject = subject(&fetched, &pointer);
        Ok(self.subject.clone())
    }

    /// A script can only ask from a page of the application.
    async fn enter_app(&mut self) -> Result<(), Stop> {
        let inside = self.agent.page().is_some_and(|page| self.stage.is_app(&page.url));
        if !inside {
            let home = self.stage.profile.home.clone();
            self.look(&home).await?;
        }
        Ok(())
    }

    async fn land(&mut self, page: Result<Page, AgentError>, before: Subject) -> Result<Landing, Stop> {
        let exchanges = self.record();
        let page = page.map_err(|error| self.stop(&error, &exchanges))?;
        let conversation = self.stage.exchanges(exchanges.clone());
        let answer = self.deciding_answer(&conversation);
        let leak = leak::leak(&conversation);
        let at_provider = self.stage.is_provider(&page.url);
        let subject = self.probe().await?;
        Ok(Landing { page, answer, before, subject, at_provider, leak, exchanges, conversation })
    }

    fn deciding_answer(&self, conversation: &[Exchange]) -> Option<mock_idp::trace::Response> {
        let callback = self.stage.facts.callback.as_str();
        let of_app = |exchange: &&Exchange| exchange.endpoint == Endpoint::App;
        let to_callback = |exchange: &&Exchange| exchange.request.url.split('?').next() == Some(callback);
        let mut seen = conversation.iter().filter(of_app).rev();
        let found = seen.clone().find(to_callback).or_else(|| seen.next());
        found.and_then(|exchange| exchange.response.clone())
    }

    pub(super) fn record(&mut self) -> Range<usize> {
        let mut seen = self.agent.exchanges();
        let fresh = seen.split_off(self.read.min(seen.len()));
        self.read += fresh.len();
        self.stage.record(fresh)
    }

    /// A hang, a reset or a loop of the application is a finding about it; anything else is ours.
    pub(super) fn stop(&self, error: &AgentError, range: &Range<usize>) -> Stop {
        let about_app = match error {
            AgentError::Deadline { url, .. } | AgentError::Dropped { url, .. } => self.stage.is_app(url),
            AgentError::TooManyHops { .. } => true,
            AgentError::Unreachable { url, .. } => !self.stage.is_provider(url),
            _ => false,
        };
        if !about_app {
            return Stop::Broken(error.to_string());
        }
        Stop::Found(Finding {
            expected: "an answer of the app, which leads nowhere else".to_owned(),
            actual: error.to_string(),
            exchanges: range.clone(),
        })
    }
}

fn subject(fetched: &Fetched, pointer: &str) -> Subject {
    let Fetched::Response { status: 200, body, .. } = fetched else { return None };
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    let subject = json.pointer(pointer).and_then(|value| value.as_str());
    Some(subject.unwrap_or("somebody without a subject").to_owned())
}

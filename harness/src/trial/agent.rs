//! Somebody's browser in a trial: it knows the application, and tells after each step where its user landed.

use crate::agent::{
    Agent, AgentError, Cookie, Fetch, Fetched, Flavour, Form, Initiator, Page, RedirectMode, Submission,
};
use crate::landing::{Landing, Subject};
use crate::stage::Stage;
use crate::target::profile::TargetProfile;
use crate::trial::Outcome;
use crate::verdict::{Finding, Reason, Stop, Symptom};
use mock_idp::trace::{Endpoint, Exchange};
use std::ops::Range;
use std::sync::Arc;
use url::Url;

/// Somebody's browser in a trial.
pub struct TrialAgent {
    pub(super) agent: Box<dyn Agent>,
    pub(super) stage: Arc<Stage>,
    /// Tells this browser from the others.
    number: usize,
    read: usize,
    subject: Subject,
}

impl TrialAgent {
    pub(super) async fn new(stage: Arc<Stage>) -> Result<Self, Stop> {
        let agent = stage.agents.agent().await?;
        let number = stage.next_browser();
        Ok(Self { agent, stage, number, read: 0, subject: None })
    }

    pub(super) async fn of(stage: Arc<Stage>, flavour: Flavour) -> Result<Self, Stop> {
        let agent = stage.agents.agent_of(flavour).await?;
        let number = stage.next_browser();
        Ok(Self { agent, stage, number, read: 0, subject: None })
    }

    /// Opens a page of another site than the application's, whose scripts and frames no content policy limits: the
    /// provider's key set.
    pub async fn enter_another_site(&mut self) -> Outcome {
        let keys = format!("{}/jwks", self.stage.facts.issuer.trim_end_matches('/'));
        self.look(&keys).await.map(drop)
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
        if let Some(nowhere) = self.not_up(&submission.url).await? {
            return Ok(nowhere);
        }
        let page = self.agent.send(submission).await;
        self.land(page).await
    }

    /// Opens an address of the application, or a whole address.
    pub async fn visit(&mut self, path: &str) -> Result<Landing, Stop> {
        let url = self.stage.url(path);
        if let Some(nowhere) = self.not_up(&url).await? {
            return Ok(nowhere);
        }
        let page = self.agent.visit(&url).await;
        self.land(page).await
    }

    /// Follows the link, or presses the button, that reads like this.
    pub async fn click(&mut self, text: &str) -> Result<Landing, Stop> {
        if let Some(nowhere) = self.not_up(&self.home()).await? {
            return Ok(nowhere);
        }
        let page = self.agent.click(text).await;
        self.land(page).await
    }

    /// Submits a form of the current page.
    pub async fn submit(&mut self, form: &Form) -> Result<Landing, Stop> {
        if let Some(nowhere) = self.not_up(&form.action).await? {
            return Ok(nowhere);
        }
        let page = self.agent.submit(form).await;
        self.land(page).await
    }

    /// Opens a page without asking who is signed in.
    pub async fn look(&mut self, path: &str) -> Result<Page, Stop> {
        let url = self.stage.url(path);
        self.must_be_up(&url).await?;
        let page = self.agent.visit(&url).await;
        let range = self.record();
        page.map_err(|error| self.stop(error, &range))
    }

    /// What a script in a page of the application would get.
    pub async fn fetch(&mut self, path: &str, redirect: RedirectMode) -> Result<Fetched, Stop> {
        self.enter_app().await?;
        let fetch = Fetch::get(self.stage.url(path)).redirect(redirect);
        self.fetch_with(fetch).await
    }

    /// As `fetch`, with everything said.
    pub async fn fetch_with(&mut self, fetch: Fetch) -> Result<Fetched, Stop> {
        let turns_away = fetch.url == self.stage.url(&self.stage.profile.api);
        self.must_be_up(&fetch.url).await?;
        let (fetched, _) = self.ask(fetch).await?;
        if turns_away && fetched.status() != Some(200) && self.stage.profile.unauthenticated.api == 0 {
            return Err(undeclared("unauthenticated.api", "302"));
        }
        Ok(fetched)
    }

    async fn ask(&mut self, fetch: Fetch) -> Result<(Fetched, Range<usize>), Stop> {
        let to_app = self.stage.is_app(&fetch.url);
        let fetched = self.agent.fetch(fetch).await;
        let range = self.record();
        if to_app && matches!(fetched, Ok(Fetched::NetworkError(_))) {
            self.stage.lose();
        }
        fetched.map(|fetched| (fetched, range.clone())).map_err(|error| self.stop(error, &range))
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

    /// Who the application says is signed in. An answer that cannot tell is a finding.
    pub async fn probe(&mut self) -> Result<Subject, Stop> {
        match self.probed().await? {
            (subject, None, _) => Ok(subject),
            (_, Some(status), range) => Err(crashed(status, range)),
        }
    }

    /// Who is signed in; or the status, where the provider may be the reason that nobody knows.
    async fn probed(&mut self) -> Result<(Subject, Option<u16>, Range<usize>), Stop> {
        if self.stage.up().await?.is_some() {
            return Ok((None, None, self.record()));
        }
        if !self.enter_app().await? {
            // Whoever is led away from the app's own first page is nobody there.
            self.subject = None;
            return Ok((None, None, self.record()));
        }
        let probe = self.stage.profile.probe.clone();
        let fetch = Fetch::get(self.stage.url(&probe.path))
            .redirect(RedirectMode::Manual)
            .header("accept", "application/json");
        let (fetched, range) = self.ask(fetch).await?;
        let unclear = match &fetched {
            Fetched::NetworkError(why) => {
                let expected = "the probe answers, and says who is signed in";
                let finding = Finding::new(expected, format!("{} did not: {why}", probe.path), range);
                return Err(Stop::Found(finding.showing(Symptom::Dropped)));
            }
            Fetched::Response { status: 429, .. } => {
                return Err(Stop::Broken(format!(
                    "the probe {} answered 429: switch the app's rate limit off for the test, or try --jobs 1",
                    probe.path
                )));
            }
            Fetched::Response { status: status @ 502..=504, .. } => Some(*status),
            Fetched::Response { status: status @ 500.., .. } => return Err(crashed(*status, range)),
            _ => None,
        };
        self.subject = subject(&fetched, &probe.subject);
        Ok((self.subject.clone(), unclear, range))
    }

    /// A script can only ask from a page of the application, and of one whose content policy lets it.
    async fn enter_app(&mut self) -> Result<bool, Stop> {
        if !self.may_ask() {
            let home = self.stage.profile.home.clone();
            self.look(&home).await?;
        }
        Ok(self.may_ask())
    }

    fn may_ask(&self) -> bool {
        let probe = self.stage.url(&self.stage.profile.probe.path);
        let lets = |page: &Page| self.stage.is_app(&page.url) && page.lets_scripts_ask(&probe);
        self.agent.page().is_some_and(lets)
    }

    async fn land(&mut self, page: Result<Page, AgentError>) -> Result<Landing, Stop> {
        let before = self.subject.clone();
        let exchanges = self.record();
        let page = page.map_err(|error| self.stop(error, &exchanges))?;
        let conversation = self.stage.exchanges(exchanges.clone());
        let answer = self.deciding_answer(&conversation);
        let at_provider = self.stage.is_provider(&page.url);
        let (subject, unclear, _) = self.probed().await?;
        let not_started = None;
        Ok(Landing {
            page,
            answer,
            before,
            subject,
            at_provider,
            unclear,
            not_started,
            exchanges,
            conversation,
        })
    }

    /// Where somebody lands whose application did not start under what the provider told: nowhere.
    async fn not_up(&mut self, url: &Url) -> Result<Option<Landing>, Stop> {
        declared(url)?;
        let Some(why) = self.stage.up().await? else { return Ok(None) };
        let exchanges = self.record();
        let conversation = self.stage.exchanges(exchanges.clone());
        Ok(Some(Landing {
            page: Page::read(url.clone(), 0, Vec::new(), String::new()),
            answer: None,
            before: self.subject.take(),
            subject: None,
            at_provider: false,
            unclear: None,
            not_started: Some(why),
            exchanges,
            conversation,
        }))
    }

    /// For steps that lead nowhere without an application.
    pub(super) async fn must_be_up(&mut self, url: &Url) -> Result<(), Stop> {
        declared(url)?;
        let Some(why) = self.stage.up().await? else { return Ok(()) };
        let finding = Finding::new("the app starts", format!("it did not: {why}"), self.record());
        Err(Stop::Found(finding.showing(Symptom::NotStarted)))
    }

    fn home(&self) -> Url {
        self.stage.url(&self.stage.profile.home)
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
        let fresh = self.agent.exchanges_after(self.read);
        self.read += fresh.len();
        self.stage.record_of(self.number, fresh)
    }

    /// A hang, a reset or a loop of the application is a finding about it; anything else is ours.
    pub(super) fn stop(&self, error: AgentError, range: &Range<usize>) -> Stop {
        let symptom = match &error {
            AgentError::Deadline { url, .. } if self.stage.is_app(url) => Symptom::Hang,
            AgentError::Dropped { url, .. } if self.stage.is_app(url) => Symptom::Dropped,
            AgentError::Unreachable { url, .. } if self.stage.is_app(url) => Symptom::Unreachable,
            AgentError::Unreachable { url, .. } if !self.stage.is_provider(url) => Symptom::Behaviour,
            AgentError::TooManyHops { .. } => Symptom::Behaviour,
            _ => return error.into(),
        };
        if matches!(symptom, Symptom::Dropped | Symptom::Unreachable) {
            self.stage.lose();
        }
        let expected = "an answer of the app, which leads nowhere else";
        Stop::Found(Finding::new(expected, error.to_string(), range.clone()).showing(symptom))
    }
}

fn crashed(status: u16, range: Range<usize>) -> Stop {
    let expected = "the probe answers below 500, and says who is signed in";
    let finding = Finding::new(expected, format!("it answered {status}"), range);
    Stop::Found(finding.showing(Symptom::ServerError))
}

/// A scenario that needs a fact which the profile leaves out is not run.
fn declared(url: &Url) -> Result<(), Stop> {
    let missing = TargetProfile::missing_fact(url);
    missing.map_or(Ok(()), |fact| Err(undeclared(&fact, "\"/…\"")))
}

fn undeclared(fact: &str, example: &str) -> Stop {
    Stop::NotRun(Reason::Undeclared(format!("the profile declares no {fact}: write {fact} = {example}")))
}

fn subject(fetched: &Fetched, pointer: &str) -> Subject {
    let Fetched::Response { status: 200, body, .. } = fetched else { return None };
    let json: serde_json::Value = serde_json::from_str(body).ok()?;
    let subject = json.pointer(pointer).and_then(|value| value.as_str());
    Some(subject.unwrap_or("somebody without a subject").to_owned())
}

//! Somebody's browser in a trial: it knows the application, and tells after each step where its user landed.

use crate::agent::{
    Agent, AgentError, Cookie, Fetch, Fetched, Form, Initiator, Page, RedirectMode, Submission,
};
use crate::landing::{Landing, Subject};
use crate::scenario::Need;
use crate::stage::Stage;
use crate::verdict::{Finding, Reason, Stop};
use mock_idp::trace::{Endpoint, Exchange};
use mock_idp::{LoginPolicy, Params};
use std::ops::Range;
use std::sync::Arc;
use url::Url;

/// A login that waits at the provider's form: everything is decided, nothing is delivered.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The form as the provider wrote it.
    pub form: Form,
    /// What the application had asked for.
    pub request: Params,
}

impl Pending {
    /// A parameter of the provider's answer, or the empty string.
    pub fn answer(&self, name: &str) -> String {
        self.form.fields.first(name).unwrap_or_default().to_owned()
    }
    /// A parameter of the application's request, or the empty string.
    pub fn asked(&self, name: &str) -> String {
        self.request.first(name).unwrap_or_default().to_owned()
    }
}

/// Somebody's browser in a trial.
pub struct TrialAgent {
    agent: Box<dyn Agent>,
    stage: Arc<Stage>,
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

    /// Signs a person in: from the application's login path to where they land. One authorization: if the
    /// application starts another, the provider shows its login page, and there it ends.
    pub async fn log_in(&mut self, user: &str) -> Result<Landing, Stop> {
        let start = self.stage.profile.start.clone();
        self.log_in_at(&start, user).await
    }

    /// As `log_in`, from another path.
    pub async fn log_in_at(&mut self, path: &str, user: &str) -> Result<Landing, Stop> {
        self.authenticate(user);
        self.visit(path).await
    }

    /// Starts a login and stops at the provider's login page, where nobody is signed in yet.
    pub async fn begin_at_login_page(&mut self) -> Result<Form, Stop> {
        self.stage.tenant.set_policy(LoginPolicy::Ask);
        let start = self.stage.profile.start.clone();
        let since = self.stage.position();
        let page = self.look(&start).await?;
        let asks = |form: &Form| form.names.iter().any(|name| name == "password");
        page.forms.into_iter().find(asks).ok_or_else(|| {
            Stop::Found(Finding {
                expected: "the login leads to the provider's login page".to_owned(),
                actual: format!("the user ended on {} with status {}", page.url, page.status),
                exchanges: since..self.stage.position(),
            })
        })
    }

    /// Signs in on the provider's login page with username and password.
    pub async fn enter_password(&mut self, mut form: Form, user: &str) -> Result<Landing, Stop> {
        form.set("username", user)?;
        form.set("password", user)?;
        self.submit(&form).await
    }

    /// Lets the next authorization be this person's.
    pub fn authenticate(&self, user: &str) {
        self.stage.tenant.set_policy(LoginPolicy::Once { user: user.to_owned() });
    }

    /// Starts a login and stops where the provider's form would be posted.
    pub async fn begin(&mut self, user: &str) -> Result<Pending, Stop> {
        let start = self.stage.profile.start.clone();
        self.begin_at(&start, user).await
    }

    /// As `begin`, from another path.
    pub async fn begin_at(&mut self, path: &str, user: &str) -> Result<Pending, Stop> {
        self.authenticate(user);
        let url = self.stage.url(path);
        self.agent.hold_forms(true);
        let page = self.agent.visit(&url).await;
        self.agent.hold_forms(false);
        let range = self.record();
        let page = page.map_err(|error| self.stop(error, &range))?;
        let form = page.forms.into_iter().find(|form| form.self_submitting);
        let Some(form) = form else {
            return Err(Stop::Found(Finding {
                expected: "a login reaches the provider, which answers with its form".to_owned(),
                actual: format!("the user ended on {} with status {}", page.url.path(), page.status),
                exchanges: range,
            }));
        };
        let request = self.authorization_request(range);
        Ok(Pending { form, request })
    }

    fn authorization_request(&self, range: Range<usize>) -> Params {
        let seen = self.stage.exchanges(range);
        let request = seen.iter().rev().find(|exchange| exchange.endpoint == Endpoint::Authorize);
        let query = request.and_then(|exchange| exchange.request.url.split_once('?')).map(|(_, query)| query);
        query.map(Params::parse).unwrap_or_default()
    }

    /// Posts these parameters to the callback, as the provider's page would.
    pub async fn deliver(&mut self, params: &Params) -> Result<Landing, Stop> {
        let submission = Submission::form_post(self.stage.facts.callback.clone(), params, self.provider());
        self.send(submission).await
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

    /// Posts these parameters to the callback and looks at nothing, for floods.
    pub async fn post(&mut self, params: &Params) -> Result<Page, Stop> {
        let submission = Submission::form_post(self.stage.facts.callback.clone(), params, self.provider());
        let page = self.agent.send(submission).await;
        let range = self.record();
        page.map_err(|error| self.stop(error, &range))
    }

    /// Posts these parameters twice at the same time, as a double click does.
    pub async fn deliver_twice_at_once(&mut self, params: &Params) -> Result<(), Stop> {
        let submission = Submission::form_post(self.stage.facts.callback.clone(), params, self.provider());
        let Some(mut twin) = self.agent.twin() else {
            return Err(Stop::NotRun(Reason::Needs(Need::HandMadeRequests.unmet())));
        };
        let (one, other) = tokio::join!(self.agent.send(submission.clone()), twin.send(submission));
        let range = self.record();
        one.and(other).map(drop).map_err(|error| self.stop(error, &range))
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
        let fetched = self.agent.fetch(fetch).await;
        let range = self.record();
        fetched.map_err(|error| self.stop(error, &range))
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
        let page = page.map_err(|error| self.stop(error, &exchanges))?;
        let conversation = self.stage.exchanges(exchanges.clone());
        let answer = self.deciding_answer(&conversation);
        let leak = leak(&conversation);
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

    fn record(&mut self) -> Range<usize> {
        let mut seen = self.agent.exchanges();
        let fresh = seen.split_off(self.read.min(seen.len()));
        self.read += fresh.len();
        self.stage.record(fresh)
    }

    /// A hang, a reset or a loop of the application is a finding about it; anything else is ours.
    fn stop(&self, error: AgentError, range: &Range<usize>) -> Stop {
        let about_app = match &error {
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

/// Where an ID Token that was handed to the application came out of it again.
fn leak(conversation: &[Exchange]) -> Option<String> {
    let app = || conversation.iter().filter(|exchange| exchange.endpoint == Endpoint::App);
    let canaries: Vec<String> = app().flat_map(|exchange| canaries(exchange)).collect();
    for response in app().filter_map(|exchange| exchange.response.as_ref()) {
        let shown = |text: &str| canaries.iter().any(|canary| text.contains(canary.as_str()));
        if let Some((name, _)) = response.headers.iter().find(|(_, value)| shown(value)) {
            return Some(format!("the header {name} of an answer of the app"));
        }
        if shown(&response.body) {
            return Some("the body of an answer of the app".to_owned());
        }
    }
    None
}

/// The parts of the ID Tokens in a request that are long enough to be told from anything else.
fn canaries(exchange: &Exchange) -> Vec<String> {
    let query = exchange.request.url.split_once('?').map_or("", |(_, query)| query);
    let sent = [Params::parse(query), Params::parse(&exchange.request.body)];
    let tokens = sent.iter().flat_map(|params| params.all("id_token"));
    tokens
        .flat_map(|token| token.split('.').skip(1).map(str::to_owned))
        .filter(|part| part.len() > 40)
        .collect()
}

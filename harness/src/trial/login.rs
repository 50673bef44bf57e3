//! A login in its parts: start it, hold it at the provider, deliver what came of it.

use super::TrialAgent;
use crate::agent::{Form, Page, Submission};
use crate::landing::Landing;
use crate::scenario::Need;
use crate::verdict::{Finding, Reason, Stop, Symptom};
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, Params};
use std::ops::Range;
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

impl TrialAgent {
    /// Signs a person in: from the application's login path to where they land. One authorization: if the
    /// application starts another, the provider shows its login page, and there it ends.
    pub async fn log_in(&mut self, user: &str) -> Result<Landing, Stop> {
        let start = self.stage.start();
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
        let start = self.stage.start();
        let since = self.stage.position();
        let page = self.look(&start).await?;
        let asks = |form: &Form| form.names.iter().any(|name| name == "password");
        page.forms.into_iter().find(asks).ok_or_else(|| {
            self.no_login(
                "the login leads to the provider's login page",
                &page.url,
                page.status,
                since..self.stage.position(),
            )
        })
    }

    /// Signs in on the provider's login page with username and password.
    pub async fn enter_password(&mut self, mut form: Form, user: &str) -> Result<Landing, Stop> {
        form.set("username", user)?;
        form.set("password", user)?;
        self.submit(&form).await
    }

    /// Lets the next authorization be this person's, at whichever provider it is.
    pub fn authenticate(&self, user: &str) {
        for provider in std::iter::once(&self.stage.tenant).chain(&self.stage.other) {
            provider.set_policy(LoginPolicy::Once { user: user.to_owned() });
        }
    }

    /// Starts a login and stops where the provider's form would be posted.
    pub async fn begin(&mut self, user: &str) -> Result<Pending, Stop> {
        let start = self.stage.start();
        self.begin_at(&start, user).await
    }

    /// As `begin`, from another path.
    pub async fn begin_at(&mut self, path: &str, user: &str) -> Result<Pending, Stop> {
        self.authenticate(user);
        let url = self.stage.url(path);
        self.must_be_up(&url).await?;
        self.agent.hold_forms(true);
        let page = self.agent.visit(&url).await;
        self.agent.hold_forms(false);
        let range = self.record();
        let page = page.map_err(|error| self.stop(error, &range))?;
        let form = page.forms.into_iter().find(|form| form.self_submitting);
        let Some(form) = form else {
            let expected = "a login reaches the provider, which answers with its form";
            return Err(self.no_login(expected, &page.url, page.status, range));
        };
        let request = self.authorization_request(range);
        Ok(Pending { form, request })
    }

    fn no_login(&self, expected: &str, url: &Url, status: u16, range: Range<usize>) -> Stop {
        let place = if self.stage.is_app(url) { url.path() } else { url.as_str() };
        let finding =
            Finding::new(expected, format!("the user ended on {place} with status {status}"), range);
        let crashed = status >= 500 && self.stage.is_app(url);
        Stop::Found(finding.showing(if crashed { Symptom::ServerError } else { Symptom::Behaviour }))
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

    /// Posts these parameters to the callback and looks at nothing, for floods.
    pub async fn post(&mut self, params: &Params) -> Result<Page, Stop> {
        let submission = Submission::form_post(self.stage.facts.callback.clone(), params, self.provider());
        self.must_be_up(&submission.url).await?;
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
        self.must_be_up(&submission.url).await?;
        let (one, other) = tokio::join!(self.agent.send(submission.clone()), twin.send(submission));
        let range = self.record();
        one.and(other).map(drop).map_err(|error| self.stop(error, &range))
    }
}

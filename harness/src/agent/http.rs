//! The agent that speaks HTTP itself and keeps the rules of browsers.

mod background;
mod client;
mod cors;
mod encode;
mod headers;
mod navigate;
mod navigation;
mod trust;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use mock_idp::Exchange;
use url::Url;

use super::jar::{Cookie, Jar, Situation};
use super::page::{Form, Page};
use super::record::Log;
use super::site::Initiator;
use super::{Agent, AgentError, AgentOptions, Destination, Fetch, Fetched, Submission};
use navigation::Navigation;

pub use trust::Trust;

/// A browser without a screen: cookies, sites, redirects, forms and CORS, but no scripts.
///
/// Cheap to make; hundreds may run side by side.
pub struct HttpAgent {
    options: Arc<AgentOptions>,
    profile: Arc<Profile>,
    page: Option<Page>,
    hold: bool,
}

/// What the windows of one browser share.
struct Profile {
    jar: Mutex<Jar>,
    log: Mutex<Log>,
}

impl HttpAgent {
    /// A fresh browser: no cookies, no page.
    pub fn new(options: AgentOptions) -> Self {
        let jar = Jar::new(options.clock.clone(), options.flavour);
        let profile = Profile { jar: Mutex::new(jar), log: Mutex::new(Log::default()) };
        Self { options: Arc::new(options), profile: Arc::new(profile), page: None, hold: false }
    }

    /// A second window of the same browser: it shares the cookies and the trace, and shows the same page.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            profile: Arc::clone(&self.profile),
            page: self.page.clone(),
            hold: self.hold,
        }
    }

    /// The cookies as they are now, to look at or to put back later.
    pub fn jar(&self) -> Jar {
        self.lock_jar().clone()
    }

    /// Replaces all cookies, for example by an earlier copy of them.
    pub fn set_jar(&self, jar: Jar) {
        *self.lock_jar() = jar;
    }

    // A thread that panicked while it held the jar left whole cookies behind: go on with them.
    fn lock_jar(&self) -> MutexGuard<'_, Jar> {
        self.profile.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_log(&self) -> MutexGuard<'_, Log> {
        self.profile.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Result<&Page, AgentError> {
        self.page.as_ref().ok_or(AgentError::NoPage)
    }
}

#[async_trait]
impl Agent for HttpAgent {
    async fn visit(&mut self, url: &Url) -> Result<Page, AgentError> {
        self.navigate(Navigation::typed(url.clone())).await
    }

    async fn click(&mut self, text: &str) -> Result<Page, AgentError> {
        let page = self.current()?;
        if let Some(link) = page.links.iter().find(|link| link.text == text) {
            let Some(target) = link.target.clone() else {
                return Err(AgentError::NeedsScript { text: text.to_owned() });
            };
            let navigation = Navigation::followed(target, page, link.referrer_policy);
            return self.navigate(navigation).await;
        }
        let holder = page.forms.iter().find(|form| form.buttons.iter().any(|button| button.text == text));
        let Some(form) = holder else { return Err(missing(page, text)) };
        let mut form = form.clone();
        form.press(text)?;
        self.submit(&form).await
    }

    async fn submit(&mut self, form: &Form) -> Result<Page, AgentError> {
        self.navigate(Navigation::submitted(form, true)).await
    }

    async fn send(&mut self, submission: Submission) -> Result<Page, AgentError> {
        self.navigate(Navigation::hand_made(submission)).await
    }

    async fn fetch(&mut self, fetch: Fetch) -> Result<Fetched, AgentError> {
        let page = self.current()?;
        match fetch.destination {
            Destination::Frame => self.load_frame(page, fetch.url).await,
            _ => self.fetch_from(page, fetch).await,
        }
    }

    fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    async fn cookies(&mut self, url: &Url) -> Result<Vec<Cookie>, AgentError> {
        Ok(self.lock_jar().cookies(url))
    }

    async fn plant_cookie(&mut self, url: &Url, set_cookie: &str) -> Result<(), AgentError> {
        let stored = self.lock_jar().store(url, set_cookie, Situation::SameSite);
        stored.map_err(|why| AgentError::CookieRefused { line: set_cookie.to_owned(), why })
    }

    async fn delete_cookie(&mut self, url: &Url, name: &str) -> Result<(), AgentError> {
        self.lock_jar().delete(url, name);
        Ok(())
    }

    fn hold_forms(&mut self, hold: bool) {
        self.hold = hold;
    }

    fn twin(&self) -> Option<Box<dyn Agent>> {
        Some(Box::new(Self::twin(self)))
    }

    fn exchanges_after(&self, first: usize) -> Vec<Exchange> {
        self.lock_log().exchanges_after(first)
    }
}

fn missing(page: &Page, text: &str) -> AgentError {
    if page.script_buttons.iter().any(|button| button == text) {
        return AgentError::NeedsScript { text: text.to_owned() };
    }
    let links = page.links.iter().map(|link| &link.text);
    let buttons = page.forms.iter().flat_map(|form| form.buttons.iter().map(|button| &button.text));
    let known = links.chain(buttons).chain(&page.script_buttons).filter(|known| !known.is_empty());
    AgentError::NotFound { text: text.to_owned(), known: known.cloned().collect() }
}

/// Who a script or form of this page speaks for.
fn speaking_for(page: &Page) -> Initiator {
    Initiator::Page(page.url.clone())
}

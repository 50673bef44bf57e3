//! Waiting until the window has come to rest, and reading what it shows then.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use url::Url;

use super::network::Told;
use super::{BrowserAgent, BrowserError, session};
use crate::agent::page::{Hop, Page};
use crate::agent::record::{Answer, MARKER_COOKIE, Seen};
use crate::agent::site::Initiator;
use crate::agent::{AgentError, MAX_HOPS};

/// Time between two looks. Two looks in a row that find nothing going on mean rest.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// What came of one action so far.
pub(super) struct Watch {
    told: Vec<Told>,
    bodies: Vec<Option<String>>,
    /// When something last happened.
    progress: Instant,
    /// How many looks in a row found nothing going on.
    quiet: u8,
    /// Whether the action leads to a page, so that nothing going on yet only means that it has not begun.
    expects_page: bool,
}

impl Watch {
    fn new() -> Self {
        Self { told: Vec::new(), bodies: Vec::new(), progress: Instant::now(), quiet: 0, expects_page: false }
    }

    pub(super) fn expecting_a_page(self) -> Self {
        Self { expects_page: true, ..self }
    }

    fn page_hops(&self) -> impl Iterator<Item = (&Told, Option<&String>)> {
        self.told.iter().zip(self.bodies.iter().map(Option::as_ref)).filter(|(told, _)| told.page)
    }
}

impl BrowserAgent {
    /// Puts everything earlier into the trace, so that what follows belongs to the action that begins.
    pub(super) async fn begin(&mut self) -> Result<Watch, AgentError> {
        let mut earlier = Watch::new();
        self.look(&mut earlier, true).await?;
        self.write_down(&earlier);
        self.apply_hold().await?;
        Ok(Watch::new())
    }

    /// Waits until the window rests and reads the page.
    pub(super) async fn settle(&mut self, mut watch: Watch, from: Initiator) -> Result<Page, AgentError> {
        let page = self.rest(&mut watch, None).await;
        self.look(&mut watch, true).await?;
        self.write_down(&watch);
        self.picture().await;
        Ok(self.show(page?, &watch, from))
    }

    /// Waits until the page shows a text.
    pub(super) async fn settle_on(&mut self, text: &str) -> Result<Page, AgentError> {
        let mut watch = Watch::new();
        let page = self.rest(&mut watch, Some(text)).await;
        self.write_down(&watch);
        self.picture().await;
        Ok(self.show(page?, &watch, Initiator::Nobody))
    }

    /// Makes it the current page. If no page was asked for, it is the old one, changed by its scripts at most.
    fn show(&mut self, mut page: Page, watch: &Watch, from: Initiator) -> Page {
        page.hops = hops(watch);
        page.from = from;
        if let Some(old) = self.page.take().filter(|_| page.hops.is_empty()) {
            (page.status, page.headers, page.hops, page.from) = (old.status, old.headers, old.hops, old.from);
        }
        self.page = Some(page.clone());
        page
    }

    /// Waits until no request is on its way, and puts them all into the trace.
    pub(super) async fn let_requests_end(&mut self, mut watch: Watch) -> Result<(), AgentError> {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        while watch.quiet < 2 && watch.progress.elapsed() < self.options.deadline {
            ticks.tick().await;
            self.look(&mut watch, false).await?;
            watch.quiet = if self.network.is_busy(&self.session.frame) { 0 } else { watch.quiet + 1 };
        }
        self.look(&mut watch, true).await?;
        self.write_down(&watch);
        Ok(())
    }

    async fn rest(&mut self, watch: &mut Watch, text: Option<&str>) -> Result<Page, AgentError> {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            ticks.tick().await;
            self.look(watch, false).await?;
            if let Some(error) = self.failure(watch).await {
                return Err(error);
            }
            let late = watch.progress.elapsed() >= self.options.deadline;
            let begun = !watch.expects_page || watch.page_hops().next().is_some();
            let resting = begun && !self.network.is_busy(&self.session.frame) && self.is_complete().await;
            watch.quiet = if resting { watch.quiet.saturating_add(1) } else { 0 };
            if watch.quiet >= 2 {
                let page = self.read(watch).await?;
                // A page that should go on and does not, for want of a script it may run, is where we are.
                let goes_on = page.refresh.is_some() || (page.self_submitting_form().is_some() && !self.hold);
                let fits = text.is_none_or(|text| page.text.contains(text));
                // Address and document are asked for one after the other: what moved on in between is neither.
                let still_there = self.address().await? == page.url;
                if still_there && ((!goes_on && fits) || (late && text.is_none())) {
                    return Ok(page);
                }
            }
            if late {
                let url = self.address().await?;
                return Err(AgentError::Deadline { url, after: self.options.deadline });
            }
        }
    }

    /// Takes in what the network did.
    async fn look(&mut self, watch: &mut Watch, all: bool) -> Result<(), AgentError> {
        let events = self.session.network_events().await?;
        if !events.is_empty() {
            watch.progress = Instant::now();
        }
        for event in &events {
            self.network.hear(event);
            if event["method"] == "Page.javascriptDialogOpening" {
                self.dialogs.push(event["params"]["message"].as_str().unwrap_or_default().to_owned());
            }
        }
        for told in self.network.take(&self.session.frame, all) {
            let body = if told.last && told.failure.is_none() { self.body_of(&told.id).await } else { None };
            watch.told.push(told);
            watch.bodies.push(body);
        }
        Ok(())
    }

    /// The body as it was sent, while Chromium still has it: it forgets it with the page.
    async fn body_of(&self, request: &str) -> Option<String> {
        let answer =
            self.session.cdp("Network.getResponseBody", json!({ "requestId": request })).await.ok()?;
        if answer["base64Encoded"] == Value::Bool(true) {
            return None;
        }
        answer["body"].as_str().map(ToOwned::to_owned)
    }

    async fn is_complete(&self) -> bool {
        // While pages change there is no document to ask: that is an answer too.
        self.session
            .run("return document.readyState", Vec::new())
            .await
            .is_ok_and(|state| state == "complete")
    }

    async fn failure(&self, watch: &Watch) -> Option<AgentError> {
        if watch.page_hops().count() > MAX_HOPS {
            // The loop would go on behind our back.
            let _ = self.session.client.goto("about:blank").await;
            return Some(AgentError::TooManyHops { hops: hops(watch).into_iter().take(MAX_HOPS).collect() });
        }
        let (last, _) = watch.page_hops().last()?;
        let cause = last.failure.clone()?;
        let url = last.url.clone();
        match cause.as_str() {
            // A 204 or a download: the window stays where it is.
            "net::ERR_ABORTED" => None,
            "net::ERR_TIMED_OUT" => Some(AgentError::Deadline { url, after: self.options.deadline }),
            "net::ERR_TOO_MANY_REDIRECTS" => Some(AgentError::TooManyHops { hops: hops(watch) }),
            refused if refused.contains("CONNECTION_REFUSED") || refused.contains("NAME_NOT_RESOLVED") => {
                Some(AgentError::Unreachable { url, cause })
            }
            _ => Some(AgentError::Dropped { url, cause }),
        }
    }

    async fn address(&self) -> Result<Url, AgentError> {
        let url = self.session.client.current_url().await;
        Ok(url.map_err(|error| session::command("tell its address", &error))?)
    }

    async fn read(&self, watch: &Watch) -> Result<Page, AgentError> {
        let url = self.address().await?;
        let source = self.source().await?;
        let is_shown = |told: &Told| told.last && told.failure.is_none();
        let answered = watch.page_hops().filter(|(told, _)| is_shown(told)).last();
        let (answer, body) =
            answered.map(|(told, body)| (told.answer.clone(), body.cloned())).unwrap_or_default();
        // Without an answer the window stayed where it was.
        let stayed = || self.page.as_ref().filter(|old| old.url == url);
        let answer = answer.or_else(|| stayed().map(|old| (old.status, old.headers.clone())));
        let (status, headers) = answer.unwrap_or_default();
        let mut page = Page::read(url, status, headers, source);
        match body {
            Some(body) if !page.is_html() => page = Page::read(page.url, page.status, page.headers, body),
            Some(body) => page.read_as_sent(body),
            None => {}
        }
        Ok(page)
    }

    fn write_down(&mut self, watch: &Watch) {
        for (told, body) in watch.told.iter().zip(&watch.bodies) {
            let body = body.as_deref().unwrap_or_default().as_bytes();
            let seen = Seen {
                at_millis: told.at_millis,
                method: &told.method,
                url: &told.url,
                headers: &told.headers,
                body: told.body.as_bytes(),
                answer: told.answer.as_ref().map(|(status, headers)| Answer {
                    status: *status,
                    headers,
                    body,
                }),
            };
            self.log.add(&seen, &self.options);
        }
    }

    /// Makes pages hold their forms, or lets them go again, from the next page on.
    async fn apply_hold(&mut self) -> Result<(), BrowserError> {
        if self.hold && self.holding.is_none() {
            let source = format!("(() => {{ {} }})();", include_str!("hold.js"));
            let added = self
                .session
                .cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }))
                .await?;
            self.holding = added["identifier"].as_str().map(ToOwned::to_owned);
        }
        if let Some(identifier) = self.holding.take_if(|_| !self.hold) {
            let gone = json!({ "identifier": identifier });
            self.session.cdp("Page.removeScriptToEvaluateOnNewDocument", gone).await?;
        }
        Ok(())
    }

    /// Shows the marker to the provider, and to nobody else, by a cookie: a browser takes no headers from us.
    pub(super) async fn show_marker(&self) -> Result<(), BrowserError> {
        let Some(marker) = &self.options.marker else { return Ok(()) };
        let cookie = json!({ "name": MARKER_COOKIE, "value": marker, "url": self.options.provider.as_str(),
                             "sameSite": "None", "secure": true });
        self.session.cdp("Network.setCookie", cookie).await.map(|_| ())
    }
}

fn hops(watch: &Watch) -> Vec<Hop> {
    let empty: &[(String, String)] = &[];
    let each = watch.page_hops().map(|(told, _)| {
        let (status, headers) =
            told.answer.as_ref().map_or((0, empty), |(status, headers)| (*status, &headers[..]));
        Hop::new(&told.method, &told.url, status, headers)
    });
    each.collect()
}

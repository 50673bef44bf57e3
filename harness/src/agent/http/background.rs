//! Background requests as a script of the current page would see them.

use url::Url;

use super::client::{Incoming, Outgoing};
use super::headers::Headers;
use super::navigation::{becomes_get, redirect_target};
use super::{HttpAgent, cors};
use crate::agent::content_policy::ContentPolicy;
use crate::agent::fetch::{Credentials, Destination, Fetch, FetchMode, Fetched, RedirectMode};
use crate::agent::jar::Situation;
use crate::agent::page::{Page, first_header};
use crate::agent::referrer::ReferrerPolicy;
use crate::agent::{AgentError, Initiator};

/// Browsers give up after twenty redirects (Fetch, HTTP-redirect fetch, step 7).
const MAX_REDIRECTS: usize = 20;

/// Where a background request stands between two hops.
struct Course {
    fetch: Fetch,
    page: Url,
    content_policy: ContentPolicy,
    policy: ReferrerPolicy,
    /// What is told about the page: less with every hop, never more.
    referer: Option<Url>,
    chain: Vec<Url>,
    /// Once another origin is involved, it and every later one must agree.
    strange: bool,
    /// A stranger that sends the request on to yet another origin hides where it began.
    origin_hidden: bool,
}

/// What one hop led to.
enum Step {
    Done(Fetched),
    On(Url, Incoming),
}

impl HttpAgent {
    pub(super) async fn fetch_from(&self, page: &Page, fetch: Fetch) -> Result<Fetched, AgentError> {
        let chain = vec![fetch.url.clone()];
        let (policy, content_policy) = (page.referrer_policy, page.policy.clone());
        let page = page.url.clone();
        let referer = policy.referer(&page, &fetch.url);
        let (strange, origin_hidden) = (false, false);
        let mut course =
            Course { fetch, page, content_policy, policy, referer, chain, strange, origin_hidden };
        loop {
            match self.hop(&mut course).await {
                Ok(Step::Done(fetched)) => return Ok(fetched),
                Ok(Step::On(to, answer)) => course.redirected(to, &answer),
                Err(AgentError::Dropped { cause, .. } | AgentError::Unreachable { cause, .. }) => {
                    return Ok(Fetched::NetworkError(cause));
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn hop(&self, course: &mut Course) -> Result<Step, AgentError> {
        if !course.is_let_ask() {
            let by_the_page = course.fetch.destination != Destination::Empty;
            let why = "the page's content policy does not let it ask there";
            return Ok(if by_the_page { Step::Done(Fetched::Opaque) } else { refused(why) });
        }
        let same_origin = course.page.origin() == course.fetch.url.origin();
        if !same_origin && course.fetch.mode == FetchMode::SameOrigin {
            return Ok(refused("the mode is same-origin and the address is not"));
        }
        if !same_origin
            && course.fetch.mode == FetchMode::NoCors
            && course.fetch.redirect != RedirectMode::Follow
        {
            return Ok(refused("a no-cors request to another origin has to follow redirects"));
        }
        course.strange |= !same_origin;
        let checked = course.strange && course.fetch.mode == FetchMode::Cors;
        if checked
            && cors::needs_preflight(&course.fetch, &course.fetch.method)
            && let Err(why) = self.preflight(course).await?
        {
            return Ok(refused(&why));
        }
        let answer = self.exchange(self.background_request(course)).await?;
        if course.cookies_allowed() {
            let situation = Situation::background(&course.page, &course.fetch.url);
            self.keep_site_data(&course.fetch.url, &answer.headers, situation);
        }
        if checked && let Err(why) = cors::check(&answer.headers, &course.origin(), course.fetch.credentials)
        {
            return Ok(refused(&why));
        }
        Ok(course.judge(answer))
    }

    fn background_request(&self, course: &Course) -> Outgoing {
        let Course { fetch, page, chain, .. } = course;
        let mut headers = Headers::of_fetch(page, chain, fetch, self.options.flavour);
        headers.0.extend(fetch.headers.iter().cloned());
        let untyped = !fetch.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if untyped && fetch.body.is_some() {
            headers.add("content-type", "text/plain;charset=UTF-8");
        }
        let cors = course.strange && fetch.mode == FetchMode::Cors;
        headers.add_some("origin", cors::origin_header(page, !cors, &fetch.method, course.origin_hidden));
        headers.add_some("referer", course.referer.clone().map(String::from));
        if course.cookies_allowed() {
            let speaker = self.options.flavour.speaker(&Initiator::from(page), chain);
            let situation = Situation::framed(page, &speaker, &fetch.url);
            headers.add_some("cookie", self.lock_jar().header(&fetch.url, situation));
        }
        Outgoing {
            method: fetch.method.clone(),
            url: fetch.url.clone(),
            headers: headers.0,
            body: fetch.body.clone().unwrap_or_default().into_bytes(),
        }
    }

    /// Asks the other origin beforehand, without cookies; a redirect is a no.
    async fn preflight(&self, course: &Course) -> Result<Result<(), String>, AgentError> {
        let Course { fetch, page, chain, .. } = course;
        let mut headers =
            Headers::of_fetch(page, chain, &Fetch::get(fetch.url.clone()), self.options.flavour);
        headers.add("access-control-request-method", &fetch.method);
        let names = cors::unsafe_headers(fetch);
        headers.add_some("access-control-request-headers", (!names.is_empty()).then(|| names.join(",")));
        headers.add("origin", &course.origin());
        headers.add_some("referer", course.referer.clone().map(String::from));
        let out = Outgoing {
            method: "OPTIONS".to_owned(),
            url: fetch.url.clone(),
            headers: headers.0,
            body: Vec::new(),
        };
        let answer = self.exchange(out).await?;
        if !(200..300).contains(&answer.status) {
            return Ok(Err(format!("the preflight was answered with status {}", answer.status)));
        }
        let agreed = cors::check(&answer.headers, &course.origin(), fetch.credentials);
        Ok(agreed.and_then(|()| cors::preflight(&answer.headers, fetch, &fetch.method)))
    }
}

impl Course {
    fn origin(&self) -> String {
        if self.origin_hidden { "null".to_owned() } else { Initiator::from(&self.page).origin() }
    }

    /// The policy holds for every address on the way.
    fn is_let_ask(&self) -> bool {
        let Fetch { destination, url, .. } = &self.fetch;
        self.content_policy.lets_ask(*destination, url, self.chain.len() > 1)
    }

    fn cookies_allowed(&self) -> bool {
        match self.fetch.credentials {
            Credentials::Include => true,
            Credentials::Omit => false,
            // In no-cors the answer is opaque, yet "same-origin" still means the own origin only.
            Credentials::SameOrigin => !self.strange,
        }
    }

    /// What the script sees of an answer, or where it is sent on to.
    fn judge(&self, answer: Incoming) -> Step {
        let is_redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308)
            && first_header(&answer.headers, "location").is_some();
        if !is_redirect {
            return Step::Done(self.shown(answer));
        }
        match self.fetch.redirect {
            RedirectMode::Error => {
                refused("the answer is a redirect, and the script asked for an error then")
            }
            RedirectMode::Manual => Step::Done(Fetched::Opaque),
            RedirectMode::Follow => self.sent_on(answer),
        }
    }

    fn sent_on(&self, answer: Incoming) -> Step {
        let Some(to) = redirect_target(&self.fetch.url, &answer) else {
            return refused("the redirect does not lead to a web address");
        };
        let credentials = !to.username().is_empty() || to.password().is_some();
        if self.fetch.mode == FetchMode::Cors && credentials && to.origin() != self.page.origin() {
            return refused("the redirect leads to another origin with a password in the address");
        }
        if self.chain.len() > MAX_REDIRECTS {
            return refused("more than twenty redirects");
        }
        Step::On(to, answer)
    }

    fn shown(&self, answer: Incoming) -> Fetched {
        let by_the_page = self.fetch.destination != Destination::Empty;
        if by_the_page || (self.strange && self.fetch.mode == FetchMode::NoCors) {
            return Fetched::Opaque;
        }
        Fetched::Response {
            status: answer.status,
            headers: cors::readable(answer.headers, !self.strange, &self.fetch),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
            redirected: self.chain.len() > 1,
            url: self.fetch.url.clone(),
        }
    }

    fn redirected(&mut self, to: Url, answer: &Incoming) {
        let from = &self.fetch.url;
        let leaves = from.origin() != to.origin();
        self.origin_hidden |= leaves && from.origin() != self.page.origin();
        if becomes_get(answer.status, &self.fetch.method) {
            "GET".clone_into(&mut self.fetch.method);
            self.fetch.body = None;
            self.fetch.headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
        }
        if leaves {
            self.fetch.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        }
        self.policy = ReferrerPolicy::named_by(&answer.headers).unwrap_or(self.policy);
        self.referer = self.referer.take().and_then(|page| self.policy.referer(&page, &to));
        self.chain.push(to.clone());
        self.fetch.url = to;
    }
}

fn refused(why: &str) -> Step {
    Step::Done(Fetched::NetworkError(why.to_owned()))
}

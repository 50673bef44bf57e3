//! Top-level navigations, hop by hop: site, method, cookies and `Origin` are decided anew at each.

use url::Url;

use super::client::{Incoming, Outgoing};
use super::headers::Headers;
use super::{HttpAgent, encode, speaking_for};
use crate::agent::jar::Situation;
use crate::agent::page::{Form, Hop, Page, first_header};
use crate::agent::referrer::ReferrerPolicy;
use crate::agent::site::Initiator;
use crate::agent::{AgentError, MAX_HOPS, Submission};

/// One navigation, as its initiator asks for it.
pub(super) struct Navigation {
    method: String,
    url: Url,
    content_type: Option<String>,
    body: Vec<u8>,
    initiator: Initiator,
    referrer: Option<Url>,
    policy: ReferrerPolicy,
    /// Whether the user pressed something, and no script did it.
    activated: bool,
}

impl Navigation {
    pub(super) fn typed(url: Url) -> Self {
        Self {
            method: "GET".to_owned(),
            url,
            content_type: None,
            body: Vec::new(),
            initiator: Initiator::Nobody,
            referrer: None,
            policy: ReferrerPolicy::default(),
            activated: true,
        }
    }

    pub(super) fn followed(url: Url, page: &Page) -> Self {
        Self {
            initiator: speaking_for(page),
            referrer: Some(page.url.clone()),
            policy: page.referrer_policy,
            ..Self::typed(url)
        }
    }

    pub(super) fn submitted(form: &Form, activated: bool) -> Self {
        let mut navigation = Self {
            initiator: Initiator::Page(form.origin.clone()),
            referrer: Some(form.origin.clone()),
            policy: form.referrer_policy,
            activated,
            ..Self::typed(form.action.clone())
        };
        if form.method == "POST" {
            let (content_type, body) = encode(&form.fields, &form.enctype);
            (navigation.content_type, navigation.body) = (Some(content_type), body);
            "POST".clone_into(&mut navigation.method);
        } else {
            navigation.url.set_query(Some(&form.fields.encode()));
        }
        navigation
    }

    pub(super) fn hand_made(submission: Submission) -> Self {
        let page = match &submission.initiator {
            Initiator::Page(page) => Some(page.clone()),
            Initiator::Nobody | Initiator::Opaque => None,
        };
        Self {
            method: submission.method,
            url: submission.url,
            content_type: submission.content_type,
            body: submission.body,
            initiator: submission.initiator,
            referrer: submission.referrer.or(page),
            policy: ReferrerPolicy::default(),
            activated: false,
        }
    }
}

/// Where a navigation stands between two hops.
struct Course {
    navigation: Navigation,
    chain: Vec<Url>,
    /// A redirect to another origin hides who posted.
    origin_hidden: bool,
}

impl HttpAgent {
    /// Follows a navigation to the page where the user can read and act.
    pub(super) async fn navigate(&mut self, navigation: Navigation) -> Result<Page, AgentError> {
        let mut hops = Vec::new();
        let mut navigation = navigation;
        let mut page = loop {
            let page = self.follow(navigation, &mut hops).await?;
            match self.goes_on(&page) {
                Some(next) => navigation = next,
                None => break page,
            }
        };
        page.hops = hops;
        self.page = Some(page.clone());
        Ok(page)
    }

    /// What the page does by itself as soon as it is shown.
    fn goes_on(&self, page: &Page) -> Option<Navigation> {
        if let Some(form) = page.self_submitting_form() {
            return (!self.hold).then(|| Navigation::submitted(form, false));
        }
        let refresh = page.refresh.clone();
        refresh.map(|to| Navigation { activated: false, ..Navigation::followed(to, page) })
    }

    /// Makes one request and those it is redirected to.
    async fn follow(&self, navigation: Navigation, hops: &mut Vec<Hop>) -> Result<Page, AgentError> {
        let chain = vec![navigation.url.clone()];
        let mut course = Course { navigation, chain, origin_hidden: false };
        loop {
            if hops.len() >= MAX_HOPS {
                return Err(AgentError::TooManyHops { hops: std::mem::take(hops) });
            }
            let answer = self.exchange(self.request(&course)).await?;
            let Navigation { method, url, initiator, .. } = &course.navigation;
            hops.push(Hop::new(method, url, answer.status, &answer.headers));
            self.keep_cookies(url, &answer.headers, Situation::navigation(initiator, url, "GET"));
            if let Some(to) = redirect_target(url, &answer) {
                course = course.redirected(to, answer.status);
                continue;
            }
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let mut page = Page::read(url.clone(), answer.status, answer.headers, body);
            page.from = course.navigation.initiator;
            return Ok(page);
        }
    }

    fn request(&self, course: &Course) -> Outgoing {
        let Navigation { method, url, content_type, body, initiator, referrer, policy, activated } =
            &course.navigation;
        let mut headers = Headers::of_navigation(initiator, &course.chain, *activated);
        if method != "GET" && method != "HEAD" {
            let origin = if course.origin_hidden { "null".to_owned() } else { policy.origin(initiator, url) };
            headers.add("origin", &origin);
        }
        headers.add_some("content-type", content_type.clone());
        headers.add_some("referer", referrer.as_ref().and_then(|page| policy.referer(page, url)));
        let situation = Situation::navigation(initiator, url, method);
        headers.add_some("cookie", self.lock_jar().header(url, situation));
        Outgoing { method: method.clone(), url: url.clone(), headers: headers.0, body: body.clone() }
    }

    /// Stores what may be stored; browsers drop the rest without a word.
    pub(super) fn keep_cookies(&self, url: &Url, headers: &[(String, String)], situation: Situation) {
        let mut jar = self.lock_jar();
        for (_, line) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let _ = jar.store(url, line, situation);
        }
    }
}

impl Course {
    fn redirected(mut self, to: Url, status: u16) -> Self {
        let from = &self.navigation.url;
        self.origin_hidden |= from.origin() != to.origin();
        if becomes_get(status, &self.navigation.method) {
            "GET".clone_into(&mut self.navigation.method);
            self.navigation.content_type = None;
            self.navigation.body.clear();
        }
        self.chain.push(to.clone());
        self.navigation.url = to;
        self
    }
}

/// Whether a redirect turns the method into GET and drops the body (Fetch, HTTP-redirect fetch, step 12).
pub(super) fn becomes_get(status: u16, method: &str) -> bool {
    match status {
        301 | 302 => method == "POST",
        303 => method != "GET" && method != "HEAD",
        _ => false,
    }
}

/// Where an answer sends the browser on to, if it does and if that is a web address.
pub(super) fn redirect_target(from: &Url, answer: &Incoming) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut to = from.join(first_header(&answer.headers, "location")?).ok()?;
    if !matches!(to.scheme(), "http" | "https") {
        return None;
    }
    if to.fragment().is_none() {
        to.set_fragment(from.fragment());
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_307_and_308_repeat_a_post() {
        for (status, method, get) in [
            (301, "POST", true),
            (302, "POST", true),
            (303, "POST", true),
            (307, "POST", false),
            (308, "POST", false),
            (302, "PUT", false),
            (303, "PUT", true),
            (303, "HEAD", false),
        ] {
            assert_eq!(becomes_get(status, method), get, "{method} {status}");
        }
    }

    #[test]
    fn a_redirect_needs_a_web_address_and_keeps_the_fragment() {
        let from = Url::parse("http://localhost:1/a/b#part").unwrap();
        let answer = |location: &str| Incoming {
            status: 302,
            headers: vec![("Location".to_owned(), location.to_owned())],
            body: Vec::new(),
        };

        assert_eq!(redirect_target(&from, &answer("c")).unwrap().as_str(), "http://localhost:1/a/c#part");
        assert_eq!(redirect_target(&from, &answer("//x/#y")).unwrap().as_str(), "http://x/#y");
        assert_eq!(redirect_target(&from, &answer("javascript:alert(1)")), None);
        assert_eq!(redirect_target(&from, &answer("http://[")), None);
    }
}

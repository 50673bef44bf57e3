//! Top-level navigations, hop by hop: site, method, cookies and `Origin` are decided anew at each.

use url::Url;

use super::HttpAgent;
use super::client::Outgoing;
use super::headers::Headers;
use super::navigation::{Course, Navigation, redirect_target};
use crate::agent::jar::Situation;
use crate::agent::page::{Hop, Page};
use crate::agent::{AgentError, Fetched, MAX_HOPS};

impl HttpAgent {
    /// Follows a navigation to the page where the user can read and act.
    ///
    /// A form that its page's policy stops leaves the user where they are.
    pub(super) async fn navigate(&mut self, navigation: Navigation) -> Result<Page, AgentError> {
        let mut hops = Vec::new();
        let mut shown = None;
        let mut next = Some(navigation);
        while let Some(navigation) = next.take().filter(|navigation| navigation.is_let_go(false)) {
            if let Some(page) = self.follow(navigation, &mut hops).await? {
                next = self.goes_on(&page);
                shown = Some(page);
            }
        }
        let mut page = match shown {
            Some(page) => page,
            None => self.current()?.clone(),
        };
        if !hops.is_empty() {
            page.hops = hops;
        }
        self.page = Some(page.clone());
        Ok(page)
    }

    /// Shows an address in a frame of a page, and what that goes on to by itself.
    pub(super) async fn load_frame(&self, page: &Page, url: Url) -> Result<Fetched, AgentError> {
        let mut hops = Vec::new();
        let mut next = Some(Navigation::refreshed(url, page).within(page));
        while let Some(navigation) = next.take().filter(|navigation| navigation.is_let_go(false)) {
            let shown = self.follow(navigation, &mut hops).await?;
            next = shown.and_then(|inner| self.goes_on(&inner)).map(|next| next.within(page));
        }
        Ok(Fetched::Opaque)
    }

    /// What the page does by itself as soon as it is shown.
    fn goes_on(&self, page: &Page) -> Option<Navigation> {
        if let Some(form) = page.self_submitting_form() {
            return (!self.hold).then(|| Navigation::submitted(form, false));
        }
        page.refresh.clone().map(|to| Navigation::refreshed(to, page))
    }

    /// Makes one request and those it is redirected to; no page if a policy ends it on the way.
    async fn follow(&self, navigation: Navigation, hops: &mut Vec<Hop>) -> Result<Option<Page>, AgentError> {
        let mut course = Course::new(navigation, self.options.flavour);
        loop {
            if hops.len() >= MAX_HOPS {
                return Err(AgentError::TooManyHops { hops: std::mem::take(hops) });
            }
            let answer = self.exchange(self.request(&course)).await?;
            let Navigation { method, url, initiator, .. } = &course.navigation;
            hops.push(Hop::new(method, url, answer.status, &answer.headers));
            self.keep_site_data(url, &answer.headers, course.navigation.situation(initiator, "GET"));
            if let Some(to) = redirect_target(url, &answer) {
                course = course.redirected(to, &answer);
                if !course.navigation.is_let_go(true) {
                    return Ok(None);
                }
                continue;
            }
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            let mut page = Page::read(url.clone(), answer.status, answer.headers, body);
            page.from = course.navigation.initiator;
            return Ok(Some(page));
        }
    }

    fn request(&self, course: &Course) -> Outgoing {
        let Navigation { method, url, content_type, body, .. } = &course.navigation;
        let mut headers = Headers::of_navigation(&course.navigation, &course.chain, self.options.flavour);
        if method != "GET" && method != "HEAD" {
            headers.add("origin", &course.origin);
        }
        headers.add_some("content-type", content_type.clone());
        headers.add_some("referer", course.referer.clone().map(String::from));
        let situation = course.situation();
        headers.add_some("cookie", self.lock_jar().header(url, situation));
        Outgoing { method: method.clone(), url: url.clone(), headers: headers.0, body: body.clone() }
    }

    /// Stores and clears what an answer may store and clear; browsers drop the rest without a word.
    pub(super) fn keep_site_data(&self, url: &Url, headers: &[(String, String)], situation: Situation) {
        let mut jar = self.lock_jar();
        for (_, line) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let _ = jar.store(url, line, situation);
        }
        jar.clear_site_data(url, headers);
    }
}

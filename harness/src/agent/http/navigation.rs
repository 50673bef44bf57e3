//! One navigation: what its initiator asks for, and what becomes of it from hop to hop.

use url::Url;

use super::client::Incoming;
use super::encode::{encode, query};
use super::speaking_for;
use crate::agent::Submission;
use crate::agent::address::join;
use crate::agent::content_policy::ContentPolicy;
use crate::agent::fetch::Destination;
use crate::agent::jar::{Flavour, Situation};
use crate::agent::page::{Form, Page, first_header};
use crate::agent::referrer::ReferrerPolicy;
use crate::agent::site::Initiator;

/// One navigation, as its initiator asks for it.
pub(super) struct Navigation {
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) initiator: Initiator,
    referrer: Option<Url>,
    policy: ReferrerPolicy,
    /// Whether the user pressed something, and no script did it.
    pub(super) activated: bool,
    /// The policy that the form comes from, if it is one: it holds for every address on the way.
    form_policy: Option<ContentPolicy>,
    /// The page in the window, if this one is shown in a frame of it.
    pub(super) around: Option<Url>,
    /// The policy of that page.
    frame_policy: Option<ContentPolicy>,
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
            form_policy: None,
            around: None,
            frame_policy: None,
        }
    }

    pub(super) fn followed(url: Url, page: &Page, policy: ReferrerPolicy) -> Self {
        Self { initiator: speaking_for(page), referrer: Some(page.url.clone()), policy, ..Self::typed(url) }
    }

    pub(super) fn refreshed(url: Url, page: &Page) -> Self {
        Self { activated: false, ..Self::followed(url, page, page.referrer_policy) }
    }

    /// The same in a frame of the page `around`, whose policy holds for every address on the way.
    pub(super) fn within(self, around: &Page) -> Self {
        Self { around: Some(around.url.clone()), frame_policy: Some(around.policy.clone()), ..self }
    }

    pub(super) fn submitted(form: &Form, activated: bool) -> Self {
        let mut navigation = Self {
            initiator: Initiator::Page(form.origin.clone()),
            referrer: Some(form.origin.clone()),
            policy: form.referrer_policy,
            activated,
            form_policy: Some(form.policy.clone()),
            ..Self::typed(form.action.clone())
        };
        if form.method == "POST" {
            let (content_type, body) = encode(&form.fields, &form.enctype);
            (navigation.content_type, navigation.body) = (Some(content_type), body);
            "POST".clone_into(&mut navigation.method);
        } else {
            navigation.url.set_query(Some(&query(&form.fields)));
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
            form_policy: None,
            around: None,
            frame_policy: None,
        }
    }

    /// What the request is, seen from the site it goes to now.
    pub(super) fn situation(&self, initiator: &Initiator, method: &str) -> Situation {
        match &self.around {
            Some(around) => Situation::framed(around, initiator, &self.url),
            None => Situation::navigation(initiator, &self.url, method),
        }
    }

    /// Whether the page that a form is on lets it go where it is bound for.
    pub(super) fn is_let_go(&self, redirected: bool) -> bool {
        let framed = |policy: &ContentPolicy| policy.lets_ask(Destination::Frame, &self.url, redirected);
        self.form_policy.as_ref().is_none_or(|policy| policy.lets_form_go(&self.url, redirected))
            && self.frame_policy.as_ref().is_none_or(framed)
    }
}

/// Where a navigation stands between two hops.
pub(super) struct Course {
    pub(super) navigation: Navigation,
    pub(super) chain: Vec<Url>,
    /// What is told about the page it began on: less with every hop, never more.
    pub(super) referer: Option<Url>,
    /// Who is named as having posted.
    pub(super) origin: String,
    flavour: Flavour,
}

impl Course {
    pub(super) fn new(navigation: Navigation, flavour: Flavour) -> Self {
        let Navigation { url, initiator, referrer, policy, .. } = &navigation;
        let referer = referrer.as_ref().and_then(|page| policy.referer(page, url));
        let origin = policy.origin(initiator, url);
        Self { chain: vec![url.clone()], referer, origin, flavour, navigation }
    }

    /// Whether cookies go along as for the own site or for a stranger.
    pub(super) fn situation(&self) -> Situation {
        let speaker = self.flavour.speaker(&self.navigation.initiator, &self.chain);
        self.navigation.situation(&speaker, &self.navigation.method)
    }

    pub(super) fn redirected(mut self, to: Url, answer: &Incoming) -> Self {
        let navigation = &mut self.navigation;
        if self.flavour.hides_origin(&navigation.initiator, &navigation.url, &to) {
            "null".clone_into(&mut self.origin);
        }
        navigation.policy = ReferrerPolicy::named_by(&answer.headers).unwrap_or(navigation.policy);
        self.referer = self.referer.and_then(|page| navigation.policy.referer(&page, &to));
        if becomes_get(answer.status, &navigation.method) {
            "GET".clone_into(&mut navigation.method);
            navigation.content_type = None;
            navigation.body.clear();
        }
        self.chain.push(to.clone());
        navigation.url = to;
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
    let mut to = join(from, first_header(&answer.headers, "location")?)?;
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

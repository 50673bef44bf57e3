//! What the user sees after a navigation: text, links, forms, and the hops that led there.

mod controls;
mod extract;
mod form;
mod script;

use std::fmt;

use url::Url;

pub use form::{Button, Form};

use super::content_policy::ContentPolicy;
use super::fetch::Destination;
use super::referrer::ReferrerPolicy;
use super::site::Initiator;

/// A page, as plain data: nothing in it refers to the parsed document.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address in the address bar, fragment included.
    pub url: Url,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer, in order.
    pub headers: Vec<(String, String)>,
    /// The title of the document.
    pub title: String,
    /// The visible text, white space collapsed.
    pub text: String,
    /// The body as text.
    pub body: String,
    /// The forms, in order.
    pub forms: Vec<Form>,
    /// The links, in order.
    pub links: Vec<Link>,
    /// The texts of buttons that only a script brings to life.
    pub script_buttons: Vec<String>,
    /// Every request of the navigation that led here, in order.
    pub hops: Vec<Hop>,
    /// Who started the navigation that led here.
    pub from: Initiator,
    pub(super) refresh: Option<Url>,
    pub(super) referrer_policy: ReferrerPolicy,
    pub(super) policy: ContentPolicy,
}

impl Page {
    /// Reads an answer: HTML is taken apart, anything else is shown as text.
    pub fn read(url: Url, status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        let mut page = Self {
            policy: ContentPolicy::of(&headers, &url),
            url,
            status,
            title: String::new(),
            text: String::new(),
            forms: Vec::new(),
            links: Vec::new(),
            script_buttons: Vec::new(),
            hops: Vec::new(),
            from: Initiator::Nobody,
            refresh: None,
            referrer_policy: ReferrerPolicy::named_by(&headers).unwrap_or_default(),
            headers,
            body,
        };
        if page.is_html() {
            extract::fill(&mut page);
        } else {
            page.text = collapsed(&page.body);
            page.refresh = extract::soonest(extract::header_refresh(&page).into_iter());
        }
        page
    }

    /// Takes the body as it was sent for the document's: browsers hide nonces from the document as it is now.
    pub(super) fn read_as_sent(&mut self, body: String) {
        let sent = Self::read(self.url.clone(), self.status, self.headers.clone(), body);
        for (form, sent) in self.forms.iter_mut().zip(&sent.forms) {
            form.self_submitting |= sent.self_submitting;
        }
        self.body = sent.body;
    }

    /// Whether the page's content policy lets a script of it ask for an address.
    pub fn lets_scripts_ask(&self, url: &Url) -> bool {
        self.policy.lets_ask(Destination::Empty, url, false)
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        first_header(&self.headers, name)
    }

    /// Every value of the headers of this name, in order.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The form that the page submits by itself as soon as it is shown.
    pub fn self_submitting_form(&self) -> Option<&Form> {
        self.forms.first().filter(|form| form.self_submitting)
    }

    /// The scripts, styles and pictures that it names for a browser to load, each once, in order.
    pub fn assets(&self) -> Vec<Url> {
        if self.is_html() { extract::assets(self) } else { Vec::new() }
    }

    /// Whether the page is shown as HTML.
    pub fn is_html(&self) -> bool {
        match self.header("content-type") {
            Some(kind) => {
                let kind = kind.trim_start().to_ascii_lowercase();
                kind.starts_with("text/html") || kind.starts_with("application/xhtml+xml")
            }
            None => self.body.trim_start().starts_with('<'),
        }
    }
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The visible text.
    pub text: String,
    /// Where it leads; nothing when only a script knows.
    pub target: Option<Url>,
    pub(super) referrer_policy: ReferrerPolicy,
}

/// One request of a navigation and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The method.
    pub method: String,
    /// The address.
    pub url: Url,
    /// The status of the answer.
    pub status: u16,
    /// The `Location` of the answer, as it was sent.
    pub location: Option<String>,
    /// The `Set-Cookie` lines of the answer.
    pub set_cookies: Vec<String>,
}

impl Hop {
    pub(super) fn new(method: &str, url: &Url, status: u16, headers: &[(String, String)]) -> Self {
        let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        Self {
            method: method.to_owned(),
            url: url.clone(),
            status,
            location: first_header(headers, "location").map(ToOwned::to_owned),
            set_cookies: lines.map(|(_, line)| line.clone()).collect(),
        }
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.method, self.url, self.status)
    }
}

pub(super) fn first_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The text with every run of white space as one blank.
pub(super) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;

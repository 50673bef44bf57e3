//! What of a login may stand in no answer of the application: on no page, in no header, in no asset, of whatever
//! status. The tokens and the client's credentials are for nobody; a state, a nonce and a code belong to the browser
//! that has them.

use super::heads::{HEAD, Heads};
use crate::agent::Page;
use crate::scenario::Level;
use crate::trial::secrets;
use crate::verdict::{Finding, Stop, Verdict};
use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange, Response};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use url::Url;

/// Somebody's browser in a trial; nobody's, for what a program of its own sent.
pub type Whose = Option<usize>;

/// Who may see a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nobody, by a MUST: RFC 6749 10.3 and 10.4 keep tokens between the client and its servers.
    Credential,
    /// Nobody, as best practice has it: RFC 9700 4.2 and 4.3.
    Token,
    /// Nobody but the browser that brings it, and that only in an address that it is sent on to.
    Code,
    /// Nobody but the browser that has it in a cookie.
    Verifier,
    /// Nobody but the browser whose login it is of.
    Personal,
}

impl Kind {
    fn of(what: &str) -> Option<Self> {
        match what {
            "the access token" | "the refresh token" | "the client secret" | "the client's assertion" => {
                Some(Self::Credential)
            }
            "the ID Token" => Some(Self::Token),
            "the code" => Some(Self::Code),
            "the code_verifier" => Some(Self::Verifier),
            "the state" | "the nonce" => Some(Self::Personal),
            _ => None,
        }
    }
}

/// A secret that stands in an answer of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// What it is.
    pub what: &'static str,
    /// Where it stands.
    pub place: String,
    /// The position of the exchange.
    pub at: usize,
    /// A MUST forbids it.
    pub forbidden: bool,
}

impl Leak {
    /// What a scenario of this level says of it. A scenario that demands something else only warns of what no MUST
    /// forbids.
    pub(crate) fn verdict(self, level: Level) -> Verdict {
        let Self { what, place, at, forbidden } = self;
        let clause = if forbidden { "RFC 6749 10.3, 10.4" } else { "RFC 9700 4.2, 4.3" };
        let expected = format!("no answer of the app shows a secret of a login ({clause})");
        let finding = Finding::new(expected, format!("{what} is in {place}"), at..at + 1);
        let level = if forbidden { level } else { level.max(Level::Should) };
        Verdict::of(level, Err(Stop::Found(finding)))
    }
}

#[derive(Debug)]
struct Known {
    what: &'static str,
    kind: Kind,
    value: String,
    owners: BTreeSet<Whose>,
    /// The provider gave it, or was shown it: nobody made it up on the way.
    at_provider: bool,
}

/// The secrets of a conversation so far.
#[derive(Debug, Default)]
pub(super) struct Canaries {
    known: Vec<Known>,
    by_value: HashMap<String, usize>,
    heads: Heads,
    /// To which browser a cookie was given, by its value.
    given: HashMap<String, Whose>,
    learned: usize,
}

impl Canaries {
    /// The first secret that stands in one of these answers of the application.
    pub(super) fn shown(
        &mut self,
        exchanges: &[Exchange],
        whose: &[Whose],
        range: Range<usize>,
        app: &Url,
    ) -> Option<Leak> {
        for at in self.learned..exchanges.len() {
            self.learn(&exchanges[at], whose[at]);
        }
        self.learned = exchanges.len();
        range.into_iter().find_map(|at| self.shown_in(&exchanges[at], whose[at], at, app))
    }

    fn learn(&mut self, exchange: &Exchange, whose: Whose) {
        for line in exchange.response.iter().flat_map(|answer| answer.headers_named("set-cookie")) {
            let value = line.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, value)| value);
            if let Some(value) = value.filter(|value| value.len() >= HEAD) {
                self.given.entry(value.to_owned()).or_insert(whose);
            }
        }
        for secret in secrets(std::slice::from_ref(exchange)) {
            let what = secret.what;
            let Some(kind) = Kind::of(what) else { continue };
            for value in secret.spellings() {
                let place = self.place(what, kind, value);
                let known = &mut self.known[place];
                known.at_provider |= exchange.endpoint != Endpoint::App;
                known.owners.insert(whose);
            }
        }
    }

    fn place(&mut self, what: &'static str, kind: Kind, value: String) -> usize {
        if let Some(place) = self.by_value.get(&value) {
            return *place;
        }
        let place = self.known.len();
        self.heads.add(&value, place);
        self.by_value.insert(value.clone(), place);
        self.known.push(Known { what, kind, value, owners: BTreeSet::new(), at_provider: false });
        place
    }

    fn shown_in(&self, exchange: &Exchange, whose: Whose, at: usize, app: &Url) -> Option<Leak> {
        let answer = exchange.response.as_ref().filter(|_| exchange.endpoint == Endpoint::App)?;
        let whose = self.in_the_hands_of(exchange, whose);
        let asked = format!("{} {}", exchange.request.method, path(&exchange.request.url));
        let leak = |known: &Known, place: &str| Leak {
            what: known.what,
            place: format!("{place} of an answer of the app, to {asked}"),
            at,
            forbidden: known.kind == Kind::Credential,
        };
        for (name, value) in &answer.headers {
            let is_cookie = name.eq_ignore_ascii_case("set-cookie");
            let leads_on = name.eq_ignore_ascii_case("location");
            let text = if leads_on { without_hint(value, app) } else { value.clone() };
            let shown = self.found(&text).find(|known| match known.kind {
                Kind::Credential | Kind::Token => true,
                Kind::Code => known.at_provider && !(leads_on && known.is_of(&whose)),
                Kind::Verifier => !is_cookie,
                Kind::Personal => !is_cookie && known.is_somebody_elses(&whose),
            });
            if let Some(known) = shown {
                return Some(leak(known, &format!("the header {name}")));
            }
        }
        let shown = |known: &&Known| match known.kind {
            Kind::Credential | Kind::Token | Kind::Verifier => true,
            Kind::Code => known.at_provider,
            Kind::Personal => known.is_somebody_elses(&whose),
        };
        let body = page_without_hint(&exchange.request.url, answer, app);
        let found = self.found(&body).find(shown);
        found.map(|known| leak(known, "the body"))
    }

    /// The browser, and every other one whose cookies it brings: whoever has them may see what is theirs.
    fn in_the_hands_of(&self, exchange: &Exchange, whose: Whose) -> BTreeSet<Whose> {
        let sent = exchange.request.header("cookie").into_iter().flat_map(|line| line.split("; "));
        let values = sent.filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
        values.filter_map(|value| self.given.get(value).copied()).chain([whose]).collect()
    }

    /// The secrets in a text, as they stand there.
    fn found<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Known> {
        let octets = text.as_bytes();
        self.heads.within(octets).flat_map(move |(at, places)| {
            let known = places.iter().map(|place| &self.known[*place]);
            known.filter(move |known| octets[at..].starts_with(known.value.as_bytes()))
        })
    }
}

impl Known {
    /// Of a login that really was begun, and in none of these browsers.
    fn is_somebody_elses(&self, browsers: &BTreeSet<Whose>) -> bool {
        self.at_provider && !self.is_of(browsers)
    }

    /// It is of a login in one of these browsers, or a program's own: whose its requests are nobody can tell.
    fn is_of(&self, browsers: &BTreeSet<Whose>) -> bool {
        browsers.contains(&None) || self.owners.contains(&None) || !self.owners.is_disjoint(browsers)
    }
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or_default()
}

/// The address without the ID Token that is a hint for somebody else than the application.
fn without_hint(address: &str, app: &Url) -> String {
    match Url::parse(address) {
        Ok(url) if url.origin() != app.origin() => {
            let query = Params::parse(url.query().unwrap_or_default());
            query
                .all("id_token_hint")
                .into_iter()
                .fold(address.to_owned(), |text, hint| text.replacen(hint, "", 1))
        }
        _ => address.to_owned(),
    }
}

/// The page without the ID Tokens in its links and forms that are hints for somebody else than the application.
fn page_without_hint(address: &str, answer: &Response, app: &Url) -> String {
    // Servers say in the body of a redirect where it leads; what stands there is judged where it leads.
    let location = answer.header("location").filter(|location| !location.is_empty());
    let body = location.map_or_else(
        || answer.body.clone(),
        |to| answer.body.replace(to, "").replace(&to.replace('&', "&amp;"), ""),
    );
    if !body.contains("id_token_hint") {
        return body;
    }
    let Ok(url) = Url::parse(address) else { return body };
    let page = Page::read(url, answer.status, answer.headers.clone(), body.clone());
    let elsewhere = |url: &Url| url.origin() != app.origin();
    let forms = page.forms.iter().filter(|form| elsewhere(&form.action));
    let in_forms = forms.flat_map(|form| form.fields.all("id_token_hint").into_iter().map(str::to_owned));
    let links = page.links.iter().filter_map(|link| link.target.as_ref()).filter(|url| elsewhere(url));
    let in_links = links.flat_map(|url| {
        let query = Params::parse(url.query().unwrap_or_default());
        query.all("id_token_hint").into_iter().map(str::to_owned).collect::<Vec<_>>()
    });
    in_forms.chain(in_links).fold(body, |text, hint| text.replacen(&hint, "", 1))
}

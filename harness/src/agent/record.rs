//! Exchanges as the agent saw them.

use mock_idp::{Endpoint, Exchange, Leg, Recorder, Request, Response};
use url::Url;

use super::AgentOptions;
use crate::cut::{KEPT_OF_A_BODY, note};

/// The header by which the provider recognises whose request it is.
pub(super) const MARKER_HEADER: &str = "mock-idp-marker";

/// The same as a cookie, for browsers.
pub(super) const MARKER_COOKIE: &str = "mock_idp_marker";

/// A request and what came of it, before it has a place in the trace.
pub(super) struct Seen<'a> {
    pub(super) at_millis: i64,
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: &'a [u8],
    pub(super) answer: Option<Answer<'a>>,
}

/// An answer, borrowed from whoever received it.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: &'a [u8],
}

/// The agent's half of the trace.
#[derive(Default)]
pub(super) struct Log {
    exchanges: Vec<Exchange>,
}

impl Log {
    pub(super) fn exchanges_after(&self, first: usize) -> Vec<Exchange> {
        self.exchanges.get(first..).map(<[Exchange]>::to_vec).unwrap_or_default()
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>, options: &AgentOptions) {
        let endpoint = endpoint(seen.url, &options.provider);
        // The application's answers are searched for secrets.
        let kept = if endpoint == Endpoint::App { usize::MAX } else { KEPT_OF_A_BODY };
        let response = seen.answer.as_ref().map(|answer| Response {
            status: answer.status,
            headers: answer.headers.to_vec(),
            body: text(answer.body, kept),
        });
        self.exchanges.push(Exchange {
            seq: self.exchanges.len() as u64 + 1,
            at_millis: seen.at_millis,
            leg: Leg::Front,
            recorder: Recorder::Agent,
            endpoint,
            marker: options.marker.clone(),
            request: Request {
                method: seen.method.to_owned(),
                url: asked(seen.url),
                headers: seen.headers.to_vec(),
                body: text(seen.body, KEPT_OF_A_BODY),
            },
            response,
            faults: Vec::new(),
        });
    }
}

/// What is asked for: the fragment stays in the browser.
fn asked(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.to_string()
}

fn text(body: &[u8], most: usize) -> String {
    let kept = &body[..body.len().min(most)];
    let mut text = String::from_utf8_lossy(kept).into_owned();
    if kept.len() < body.len() {
        text.push_str(&note(kept.len(), body.len()));
    }
    text
}

/// Which door an address is: by origin the application's or the provider's, by path which of the provider's.
fn endpoint(url: &Url, provider: &Url) -> Endpoint {
    if url.origin() != provider.origin() {
        return Endpoint::App;
    }
    let path = url.path().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    match last {
        _ if path.contains("/.well-known/") => Endpoint::Discovery,
        "" => Endpoint::Home,
        "healthz" | "health" => Endpoint::Health,
        _ if last.contains("jwks") || last == "certs" => Endpoint::Jwks,
        _ if last.contains("authorize") => Endpoint::Authorize,
        _ if last.contains("login") => Endpoint::Login,
        _ if last.contains("logout") || last.contains("session") => Endpoint::EndSession,
        _ => Endpoint::Other,
    }
}

//! One request over the wire, with its deadline, recorded.

use std::io;

use reqwest::{Client, Method};
use url::Url;

use super::HttpAgent;
use crate::agent::record::{Answer, MARKER_HEADER, Seen};
use crate::agent::{AgentError, Whom};

/// No page of a login is larger; the rest is not read.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request, complete but for what belongs to the agent.
pub(super) struct Outgoing {
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// An answer.
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Incoming {
    fn borrowed(&self) -> Answer<'_> {
        Answer { status: self.status, headers: &self.headers, body: &self.body }
    }
}

impl HttpAgent {
    /// Sends a request as it is and records what came of it.
    pub(super) async fn exchange(&self, mut out: Outgoing) -> Result<Incoming, AgentError> {
        if let Some(marker) = self.options.marker.as_ref().filter(|_| self.is_provider(&out.url)) {
            out.headers.push((MARKER_HEADER.to_owned(), marker.clone()));
        }
        let at_millis = self.options.clock.unix_millis();
        let deadline = self.options.deadline;
        let whom = if self.is_provider(&out.url) { Whom::Provider } else { Whom::App };
        let waiting = self.options.waits.begin(whom);
        let answer = match tokio::time::timeout(deadline, transfer(self.client(&out.url), &out)).await {
            Ok(answer) => answer,
            Err(_) => Err(AgentError::Deadline { url: out.url.clone(), after: deadline }),
        };
        drop(waiting);
        let seen = Seen {
            at_millis,
            method: &out.method,
            url: &out.url,
            headers: &out.headers,
            body: &out.body,
            answer: answer.as_ref().ok().map(Incoming::borrowed),
        };
        self.lock_log().add(&seen, &self.options);
        answer
    }

    /// What is tested is whom the application believes, not the browser: whoever pretends to be the provider there
    /// need not stand between the person and the provider as well.
    fn client(&self, url: &Url) -> &Client {
        if self.is_provider(url) { self.options.trust.of_provider() } else { self.options.trust.client() }
    }

    fn is_provider(&self, url: &Url) -> bool {
        url.origin() == self.options.provider.origin()
    }
}

async fn transfer(client: &Client, out: &Outgoing) -> Result<Incoming, AgentError> {
    let unsendable = |what: &str| AgentError::Unsupported {
        what: format!("the {what} of the request to {} cannot be written in HTTP", out.url),
    };
    let method = Method::from_bytes(out.method.as_bytes()).map_err(|_| unsendable("method"))?;
    let mut request = client.request(method, out.url.clone());
    for (name, value) in &out.headers {
        request = request.header(name, value);
    }
    if !out.body.is_empty() {
        request = request.body(out.body.clone());
    } else if matches!(out.method.as_str(), "POST" | "PUT") {
        // Browsers say so, and some servers ask for it (411).
        request = request.header("content-length", "0");
    }
    let mut answer = request.send().await.map_err(|error| failure(&out.url, &error))?;
    let headers = answer.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let to_the_end =
        !["content-length", "transfer-encoding"].iter().any(|name| answer.headers().contains_key(*name));
    let mut body = Vec::new();
    while body.len() < MAX_BODY {
        match answer.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // Browsers take the end of the connection for the end of the answer, whether or not TLS was closed first.
            Err(error) if to_the_end && is_end(&error) => break,
            Err(error) => return Err(failure(&out.url, &error)),
        }
    }
    Ok(Incoming { status: answer.status().as_u16(), headers, body })
}

fn is_end(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof)
        {
            return true;
        }
        source = inner.source();
    }
    false
}

fn failure(url: &Url, error: &reqwest::Error) -> AgentError {
    let mut cause = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    if error.is_builder() {
        return AgentError::Unsupported {
            what: format!("the request to {url} cannot be written in HTTP: {cause}"),
        };
    }
    if error.is_connect() {
        return AgentError::Unreachable { url: url.clone(), cause };
    }
    AgentError::Dropped { url: url.clone(), cause }
}

//! One request over the wire, with its deadline, recorded.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Method, redirect};
use url::Url;

use super::HttpAgent;
use crate::agent::AgentError;
use crate::agent::record::{Answer, MARKER_HEADER, Seen};
use crate::agent::site::is_localhost_name;

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
        let answer = match tokio::time::timeout(deadline, transfer(&out)).await {
            Ok(answer) => answer,
            Err(_) => Err(AgentError::Deadline { url: out.url.clone(), after: deadline }),
        };
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

    fn is_provider(&self, url: &Url) -> bool {
        url.origin() == self.options.provider.origin()
    }
}

async fn transfer(out: &Outgoing) -> Result<Incoming, AgentError> {
    let unsendable = |what: &str| AgentError::Unsupported {
        what: format!("the {what} of the request to {} cannot be written in HTTP", out.url),
    };
    let method = Method::from_bytes(out.method.as_bytes()).map_err(|_| unsendable("method"))?;
    let mut request = client().request(method, out.url.clone());
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
    let mut body = Vec::new();
    while body.len() < MAX_BODY {
        match answer.chunk().await.map_err(|error| failure(&out.url, &error))? {
            Some(chunk) => body.extend_from_slice(&chunk),
            None => break,
        }
    }
    Ok(Incoming { status: answer.status().as_u16(), headers, body })
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

/// One client for the whole process: making one reads the system's certificates.
///
/// It keeps no connection open, because trials run on runtimes of their own, and a pooled connection stands
/// still as soon as the runtime that opened it does.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .http1_only()
            .dns_resolver(Arc::new(LikeBrowsers))
            .build()
            .expect("a client without certificates or proxies of its own can always be built")
    })
}

/// Resolves `localhost` and everything below it to this machine without asking, as browsers do.
struct LikeBrowsers;

impl Resolve for LikeBrowsers {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = if is_localhost_name(&name) {
                vec![
                    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
                    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
                ]
            } else {
                tokio::net::lookup_host((name, 0)).await?.collect()
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

//! A request without a browser round it: what an attacker's own program sends, header by header.

mod tls;
mod wire;

use crate::jar;
use harness::agent::Whom;
use harness::landing::Subject;
use harness::{Stop, Symptom, Trial, TrialAgent};
use mock_idp::trace::{Endpoint, Exchange, Leg, Recorder, Request, Response};
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use url::Url;

/// How long the app may take, as for every other request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request with these headers and no others. `Host` is the app's own if it is not among them. A crash is a
/// finding.
pub(crate) async fn send(
    t: &Trial,
    method: &str,
    url: &Url,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Response, Stop> {
    let headers = complete(url, headers, body);
    let text = written(method, url, &headers, body);
    let request = Request { method: method.to_owned(), url: url.to_string(), headers, body: body.to_owned() };
    say(t, url, request, &text).await
}

/// Sends these bytes, which are such a request.
pub(crate) async fn say(t: &Trial, url: &Url, request: Request, text: &str) -> Result<Response, Stop> {
    let start = t.position();
    let answer = waited_for(t, url, text).await;
    t.stage().record(vec![exchange(t, request, answer.as_ref().ok().cloned())]);
    let (symptom, seen) = match answer {
        Ok(answer) if answer.status < 500 => return Ok(answer),
        Ok(answer) => (Symptom::ServerError, format!("the app answered {}", answer.status)),
        Err(trouble) => (trouble.symptom(), format!("{url}: {trouble}")),
    };
    if matches!(symptom, Symptom::Dropped | Symptom::Unreachable) {
        t.stage().lose();
    }
    match t.found(start, "an answer of the app that is no crash: a status below 500", seen) {
        Stop::Found(finding) => Err(Stop::Found(finding.showing(symptom))),
        other => Err(other),
    }
}

/// Sends a request where nobody need answer; `None` if nobody does, or not in HTTP.
pub(crate) async fn send_anywhere(
    t: &Trial,
    method: &str,
    url: &Url,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Response> {
    let headers = complete(url, headers, body);
    let text = written(method, url, &headers, body);
    let request = Request { method: method.to_owned(), url: url.to_string(), headers, body: body.to_owned() };
    let answer = waited_for(t, url, &text).await.ok();
    t.stage().record(vec![exchange(t, request, answer.clone())]);
    answer
}

async fn waited_for(t: &Trial, url: &Url, text: &str) -> Result<Response, wire::Trouble> {
    let whom = if t.stage().is_provider(url) { Whom::Provider } else { Whom::App };
    let _waiting = t.stage().agents.waits().map(|waits| waits.begin(whom));
    wire::exchanged(url, text, PATIENCE).await
}

/// Takes the cookies of an answer into a browser, and asks who is signed in there.
pub(crate) async fn probe_after(
    agent: &mut TrialAgent,
    url: &Url,
    answer: &Response,
) -> Result<Subject, Stop> {
    for line in answer.headers_named("set-cookie") {
        // One that the browser does not take is the app's affair: the probe says what came of it.
        let _ = agent.agent().plant_cookie(url, line).await;
    }
    agent.probe().await
}

/// The cookies that a browser has for the app, as the value of one header.
pub(crate) async fn cookie_header(t: &Trial, agent: &mut TrialAgent) -> Result<String, Stop> {
    let cookies = jar::cookies(t, agent).await?;
    let pairs = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value));
    Ok(pairs.collect::<Vec<_>>().join("; "))
}

/// A request whose body does not end.
pub(crate) struct Unfinished(Box<dyn tls::Wire>);

impl Unfinished {
    /// Sends the head of a POST whose body is to have so many octets.
    pub(crate) async fn begin(url: &Url, headers: &[(&str, &str)], length: usize) -> Result<Self, Stop> {
        let length = length.to_string();
        let own = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let all = [("host", own)].into_iter().chain(headers.iter().copied());
        let all = all.chain([("content-length", length.as_str())]);
        let all: Vec<_> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let broken = |error: std::io::Error| Stop::Broken(format!("{url}: {error}"));
        let mut stream = tls::connected(url).await.map_err(broken)?;
        stream.write_all(written("POST", url, &all, "").as_bytes()).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        Ok(Self(stream))
    }

    /// Sends some more of the body, unless the app has had enough of it.
    pub(crate) async fn add(&mut self, text: &str) {
        // An app that ends such a connection is right to do so.
        let _ = self.0.write_all(text.as_bytes()).await;
        let _ = self.0.flush().await;
    }
}

/// All headers of the request, in order.
fn complete(url: &Url, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
    let own = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let named = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = (!named).then_some(("host", own));
    let length = body.len().to_string();
    let last = [("content-length", length.as_str()), ("connection", "close")];
    let all = host.into_iter().chain(headers.iter().copied()).chain(last);
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn written(method: &str, url: &Url, headers: &[(String, String)], body: &str) -> String {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text + "\r\n" + body
}

/// What the report shows of it, as if a browser had sent it.
fn exchange(t: &Trial, request: Request, response: Option<Response>) -> Exchange {
    Exchange {
        seq: 0,
        at_millis: t.stage().agent_clock.unix_millis(),
        leg: Leg::Front,
        recorder: Recorder::Agent,
        endpoint: Endpoint::App,
        marker: None,
        request,
        response,
        faults: Vec::new(),
    }
}

//! A request without a browser round it: what an attacker's own program sends, header by header.

mod wire;

use harness::{Outcome, Reason, Stop, Symptom, Trial};
use mock_idp::trace::{Endpoint, Exchange, Leg, Recorder, Request, Response};
use std::fmt::Write as _;
use std::time::Duration;
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
    reachable(url)?;
    let start = t.position();
    let headers = complete(url, headers, body);
    let answer = wire::exchanged(url, &written(method, url, &headers, body), PATIENCE).await;
    let request = Request { method: method.to_owned(), url: url.to_string(), headers, body: body.to_owned() };
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

fn reachable(url: &Url) -> Outcome {
    if url.scheme() == "http" {
        return Ok(());
    }
    Err(Stop::NotRun(Reason::Needs(
        "needs an app on plain http, as on loopback: such requests are not made over TLS",
    )))
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

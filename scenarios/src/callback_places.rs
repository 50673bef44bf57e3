//! Where the callback is, and how long its body may take.

use crate::params::with;
use crate::raw;
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::trace::Request;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_PATHS, SLOW_BODIES];

const FORM: &str = "application/x-www-form-urlencoded";

const OTHER_PATHS: Scenario = Scenario::harden("callback/other-paths")
    .clause("RFC 9700 2.1, 4.1")
    .why("a path that is nearly the callback's leads nowhere, or to the same checks: rules that compare the path letter by letter are passed by another spelling")
    .covers(&["CB-24"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(other_paths(t)));

async fn other_paths(t: &mut Trial) -> Outcome {
    let path = t.profile().callback.clone();
    for (label, spelled) in [
        ("a slash at the end", format!("{path}/")),
        ("a dot, escaped", format!("/%2e{path}")),
        ("two slashes", format!("/{path}")),
        ("upper case", path.to_uppercase()),
        ("a path parameter", format!("{path};x=1")),
    ] {
        let outcome = is_no_way_round(t, &spelled).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// What the callback itself refuses is refused here too: an answer in the address, and one with another state.
async fn is_no_way_round(t: &Trial, path: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let cookies = raw::cookie_header(t, &mut agent).await?;
    let honest = pending.form.fields.encode();
    let forged = with(&pending.form.fields, "state", "a-state-of-nobody").encode();
    for (method, query, body) in
        [("GET", format!("?{honest}"), String::new()), ("POST", String::new(), forged)]
    {
        let start = t.position();
        let url = t.facts().callback.clone();
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let head = format!("{method} {path}{query} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookies}\r\n");
        let text = format!(
            "{head}content-type: {FORM}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let request = Request {
            method: method.to_owned(),
            url: spelled(&url, path, &query),
            headers: Vec::new(),
            body,
        };
        let answer = raw::say(t, &url, request, &text).await?;
        let subject = raw::probe_after(&mut agent, &url, &answer).await?;
        let seen = format!("{method} {path} signs somebody in");
        t.demand(subject.is_none(), start, "nobody is signed in", seen)?;
    }
    Ok(())
}

/// The address as it was sent, which no URL parser may tidy up.
fn spelled(url: &Url, path: &str, query: &str) -> String {
    format!("{}{path}{query}", url.origin().ascii_serialization())
}

const SLOW_BODIES: Scenario = Scenario::harden("callback/slow-bodies")
    .clause("RFC 9110 15.5.9")
    .why("bodies that do not end, or break off, keep nobody else from logging in")
    .covers(&["CB-18"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(slow_bodies(t)));

async fn slow_bodies(t: &mut Trial) -> Outcome {
    for (label, breaks_off) in [("that come octet by octet", false), ("that break off", true)] {
        let outcome = others_log_in(t, breaks_off).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn others_log_in(t: &Trial, breaks_off: bool) -> Outcome {
    const SLOW: usize = 32;
    let mut open = Vec::new();
    for _ in 0..SLOW {
        open.push(raw::Unfinished::begin(&t.facts().callback, &[("content-type", FORM)], 1000).await?);
    }
    for body in &mut open {
        body.add("state=").await;
    }
    if breaks_off {
        open.clear();
    }
    let outcome = one_more(t, &mut open).await;
    drop(open);
    outcome
}

/// A login of somebody else, while one more octet of each body comes.
async fn one_more(t: &Trial, open: &mut [raw::Unfinished]) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    for body in open.iter_mut() {
        body.add("x").await;
    }
    let landing: Result<_, Stop> = agent.deliver(&pending.form.fields).await;
    landing?.accepted(&t.subject(HONEST)?)
}

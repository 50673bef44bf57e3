//! By which requests an answer may come in: other methods, other ways to submit a form, other versions of HTTP, and
//! after the app was started anew.

use crate::raw;
use harness::agent::{Credentials, Fetch, FetchMode};
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Trial, TrialAgent};
use mock_idp::trace::{Request, Response};
use std::fmt::Write as _;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_METHODS, BY_HAND, BY_SCRIPT, APP_RESTARTED, HTTP_VERSIONS];

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

const OTHER_METHODS: Scenario = Scenario::harden("callback/other-methods")
    .clause("Form Post 2; OAuth Browser-Based Apps 6.1.3.3")
    .why("the answer is posted by a form; what takes it by another method, or lets foreign scripts send it, is one way in more")
    .covers(&["CB-19"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(other_methods(t)));

async fn other_methods(t: &mut Trial) -> Outcome {
    for method in ["HEAD", "PUT", "OPTIONS"] {
        let outcome = refuses_method(t, method).await;
        t.input(method, outcome);
    }
    for (label, origin) in
        [("a preflight from another site", "https://evil.example"), ("a preflight from nowhere", "null")]
    {
        let outcome = allows_no_script(t, origin).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The honest answer by this method: in the body where it has one, and in the query otherwise.
async fn refuses_method(t: &Trial, method: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let (cookies, form) = (raw::cookie_header(t, &mut agent).await?, pending.form.fields.encode());
    let mut url = t.facts().callback.clone();
    let body = if method == "HEAD" { "" } else { form.as_str() };
    if method == "HEAD" {
        url.set_query(Some(&form));
    }
    let start = t.position();
    let answer = raw::send(t, method, &url, &[("cookie", &cookies), FORM], body).await?;
    let subject = raw::probe_after(&mut agent, &url, &answer).await?;
    t.demand(subject.is_none(), start, "nobody is signed in", "somebody is")
}

async fn allows_no_script(t: &Trial, origin: &str) -> Outcome {
    let start = t.position();
    let url = t.facts().callback.clone();
    let asks = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-rpcheck"),
    ];
    let answer = raw::send(t, "OPTIONS", &url, &asks, "").await?;
    let allowed = answer.header("access-control-allow-origin").unwrap_or_default().to_owned();
    let is_open = allowed == origin || allowed == "*";
    t.demand(!is_open, start, "no Access-Control-Allow-Origin for it", allowed)
}

const BY_HAND: Scenario = Scenario::tolerate("callback/by-hand")
    .clause("Form Post 2")
    .why("how the provider's form is submitted is its own affair: by a script, by a button, by somebody who presses twice")
    .covers(&["CB-21"])
    .run(|t| Box::pin(by_hand(t)));

async fn by_hand(t: &mut Trial) -> Outcome {
    let outcome = by_button(t).await;
    t.input("by a button", outcome);
    let outcome = twice(t).await;
    t.input("twice", outcome);
    Ok(())
}

async fn by_button(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.submit(&pending.form).await?.accepted(&t.subject(HONEST)?)
}

/// Whatever the second answer says, the person is signed in.
async fn twice(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const BY_SCRIPT: Scenario = Scenario::policy("callback/by-script")
    .clause("Form Post 2; RFC 6265bis 5.7")
    .why("a script that fetches the callback stays on its own page; whether the cookie of the answer is kept is up to its SameSite")
    .covers(&["CB-21"])
    .run(|t| Box::pin(by_script(t)));

async fn by_script(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.enter_another_site().await?;
    let start = t.position();
    let fetch = Fetch::get(t.facts().callback.clone())
        .method("POST", Some(&pending.form.fields.encode()))
        .header(FORM.0, FORM.1)
        .mode(FetchMode::NoCors)
        .credentials(Credentials::Include);
    agent.fetch_with(fetch).await?;
    let subject = agent.probe().await?;
    let word = if subject.is_some() { "signs the person in" } else { "leaves nobody signed in" };
    t.observe(format!("an answer that a script of the provider's page posts {word}"));
    let right = subject.is_none() || subject == Some(t.subject(HONEST)?);
    t.demand(right, start, "the person, or nobody", format!("{subject:?}"))
}

const APP_RESTARTED: Scenario = Scenario::policy("callback/app-restarted")
    .clause("none: reported")
    .why("while somebody signs in the app may be started anew: the login is finished, or said to be over so that another one can begin")
    .covers(&["CB-31"])
    .needs(&[Need::Restart])
    .alone()
    .run(|t| Box::pin(app_restarted(t)));

async fn app_restarted(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    t.restart().await?;
    let landing = agent.deliver(&pending.form.fields).await?;
    let word = if landing.subject.is_some() { "is finished" } else { "is over, and another one can begin" };
    t.observe(format!("a login that was under way when the app was started anew {word}"));
    if landing.subject.is_some() {
        return landing.accepted(&t.subject(HONEST)?);
    }
    landing.refused()?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const HTTP_VERSIONS: Scenario = Scenario::policy("callback/http-versions")
    .clause("RFC 9110 10.1.1; RFC 9112 6, 7.1")
    .why("programs on the way write requests in every way that HTTP has: the answer is taken, or refused in good order")
    .covers(&["CB-18", "CB-33"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(http_versions(t)));

/// Writes the rest of a request, given its head up to the host and cookies, and its body.
type Written = fn(&str, &str) -> String;

async fn http_versions(t: &mut Trial) -> Outcome {
    let ways: [(&str, &str, Written); 4] = [
        ("HTTP/1.0", "HTTP/1.0", |head, body| with_length(head, "", body)),
        ("Expect: 100-continue", "HTTP/1.1", |head, body| {
            with_length(head, "expect: 100-continue\r\n", body)
        }),
        ("no Content-Length, in chunks", "HTTP/1.1", in_chunks),
        ("with an offer of HTTP/2", "HTTP/1.1", |head, body| with_length(head, UPGRADE, body)),
    ];
    for (label, version, write) in ways {
        let outcome = comes_as(t, (label, version), write).await;
        t.input(label, outcome);
    }
    Ok(())
}

const UPGRADE: &str =
    "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";

fn with_length(head: &str, more: &str, body: &str) -> String {
    let close = if more.contains("connection:") { "" } else { "connection: close\r\n" };
    format!("{head}{more}{close}content-length: {}\r\n\r\n{body}", body.len())
}

/// In pieces of 500 octets.
fn in_chunks(head: &str, body: &str) -> String {
    let mut text = format!("{head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut rest = body;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(500));
        let _ = write!(text, "{:x}\r\n{piece}\r\n", piece.len());
        rest = after;
    }
    text + "0\r\n\r\n"
}

async fn comes_as(t: &mut Trial, (label, version): (&str, &str), write: Written) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let start = t.position();
    let body = pending.form.fields.encode();
    let answer = posted(t, &mut agent, version, &body, write).await?;
    let subject = raw::probe_after(&mut agent, &t.facts().callback.clone(), &answer).await?;
    let word = if subject.is_some() { "accepted" } else { "refused" };
    t.observe(format!("{label}: {word}, by {}", answer.status));
    let right = subject.is_none() || subject == Some(t.subject(HONEST)?);
    t.demand(right, start, "the person, or nobody", format!("{subject:?}"))
}

async fn posted(
    t: &Trial,
    agent: &mut TrialAgent,
    version: &str,
    body: &str,
    write: Written,
) -> Result<Response, harness::Stop> {
    let url: Url = t.facts().callback.clone();
    let cookies = raw::cookie_header(t, agent).await?;
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let head =
        format!("POST {path} {version}\r\nhost: {host}\r\ncookie: {cookies}\r\n{}: {}\r\n", FORM.0, FORM.1);
    let headers = [("cookie".to_owned(), cookies.clone()), (FORM.0.to_owned(), FORM.1.to_owned())];
    let request = Request {
        method: "POST".to_owned(),
        url: url.to_string(),
        headers: headers.to_vec(),
        body: body.to_owned(),
    };
    raw::say(t, &url, request, &write(&head, body)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_make_the_body_again() {
        let body = "x".repeat(1001);
        let text = in_chunks("", &body);

        let chunks: Vec<_> = text.split("\r\n").filter(|line| line.starts_with('x')).collect();
        assert_eq!(chunks.concat(), body);
        assert!(text.ends_with("1\r\nx\r\n0\r\n\r\n"), "{text}");
    }
}

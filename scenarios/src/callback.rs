//! How the answer may come in: by POST, form-encoded, every parameter once, and nothing beside it.

use crate::raw;
use harness::agent::Submission;
use harness::trial::{FORGED, HONEST};
use harness::{Input, Need, Outcome, Scenario, Trial};
use mock_idp::Params;
use mock_idp::ResponseMode;
use mock_idp::fault::{Order, RESPONSE};
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[
    BY_GET,
    FRAGMENT,
    AS_JSON,
    STATE_TWICE,
    TOKEN_TWICE,
    ERROR_AND_TOKEN,
    FROM_PROVIDER,
    NULL_ORIGIN,
    NO_ORIGIN,
    FOREIGN_ORIGIN,
    EXTRA_PARAMETERS,
    CONTENT_TYPE,
];

const BY_GET: Scenario = Scenario::must("callback/by-get")
    .clause("OAuth Multiple Response Types 3; RFC 9700 4.2, 4.3.2")
    .why("an ID Token in the query ends up in logs, in the history and in Referer headers")
    .covers(&["CB-01"])
    .run(|t| Box::pin(by_get(t)));

async fn by_get(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let mut url = t.facts().callback.clone();
    url.set_query(Some(&pending.form.fields.encode()));
    let link = Submission::link(url, agent.provider());
    agent.send(link).await?.refused()
}

const FRAGMENT: Scenario = Scenario::must("callback/fragment")
    .clause("Form Post 2; RFC 9700 4.3")
    .why("a provider that answers in the fragment leaves the backend with an empty request, and that must do no harm")
    .covers(&["CB-02"])
    .with(|| vec![RESPONSE.mode(ResponseMode::Fragment)]);

const AS_JSON: Scenario = Scenario::must("callback/as-json")
    .clause("Form Post 2")
    .why("the answer is form-encoded; a JSON body comes from a script, not from the provider's form")
    .covers(&["CB-04"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(as_json(t)));

async fn as_json(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let fields = pending.form.fields.iter().map(|(name, value)| (name.to_owned(), value.into()));
    let body = serde_json::Value::Object(fields.collect()).to_string();
    let post = Submission::form_post(t.facts().callback.clone(), &Params::default(), agent.provider())
        .body("application/json", body);
    agent.send(post).await?.refused()
}

/// That nothing is sent twice is the sender's duty; what a receiver does that gets it twice all the same is left open, so
/// that refusing it is best practice for all three of these.
const STATE_TWICE: Scenario = Scenario::should("callback/state-twice")
    .clause("RFC 6749 3.1")
    .demands("no parameter of a request or a response is sent more than once")
    .why("a parameter that stands twice must not be settled by whichever parser looks first")
    .covers(&["CB-08"])
    .inputs(|_| {
        vec![
            Input::new("wrong, then right", vec![RESPONSE.duplicate("state", "wrong", Order::First)]),
            Input::new("right, then wrong", vec![RESPONSE.duplicate("state", "wrong", Order::Last)]),
        ]
    });

const TOKEN_TWICE: Scenario = Scenario::should("callback/id-token-twice")
    .clause("RFC 6749 3.1")
    .demands("no parameter of a request or a response is sent more than once")
    .why("with two tokens, one part of an app may check the good one while another uses the bad one")
    .covers(&["CB-09"])
    .inputs(|_| {
        const OTHER: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzb21lYm9keSBlbHNlIn0.";
        vec![
            Input::new("bad, then good", vec![RESPONSE.duplicate("id_token", OTHER, Order::First)]),
            Input::new("good, then bad", vec![RESPONSE.duplicate("id_token", OTHER, Order::Last)]),
        ]
    });

const ERROR_AND_TOKEN: Scenario = Scenario::must("callback/error-and-token")
    .clause("RFC 6749 4.2.2.1; OIDC Core 3.2.2.6")
    .why("an answer that says the login failed is no login, whatever else it holds")
    .covers(&["CB-11"])
    .with(|| vec![RESPONSE.set("error", "access_denied")]);

const FROM_PROVIDER: Scenario = Scenario::tolerate("callback/cross-site-post")
    .clause("Form Post 2")
    .why("the callback is a cross-site POST by nature: protection against forgery must not shut it out")
    .covers(&["CB-20"])
    .run(|t| Box::pin(from_provider(t)));

async fn from_provider(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const NULL_ORIGIN: Scenario = Scenario::tolerate("callback/null-origin")
    .clause("Form Post 2; Fetch 3.2")
    .why("behind a redirect, or from a sandboxed page, browsers send the form with Origin: null")
    .covers(&["CB-20"])
    .run(|t| Box::pin(null_origin(t)));

async fn null_origin(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let callback = t.facts().callback.clone();
    let post = Submission::form_post(callback, &pending.form.fields, harness::agent::Initiator::Opaque);
    agent.send(post).await?.accepted(&t.subject(HONEST)?)
}

const NO_ORIGIN: Scenario = Scenario::tolerate("callback/no-origin")
    .clause("Form Post 2; RFC 6454 7.3")
    .why("programs on the way, and older browsers, send no Origin at all: that says nothing against the answer")
    .covers(&["CB-20"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(no_origin(t)));

async fn no_origin(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let (pairs, body) = (raw::cookie_header(t, &mut agent).await?, pending.form.fields.encode());
    let headers = [("cookie", pairs.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let callback = t.facts().callback.clone();
    let answer = raw::send(t, "POST", &callback, &headers, &body).await?;
    let subject = raw::probe_after(&mut agent, &callback, &answer).await?;
    let seen = format!("status {}, signed in as {subject:?}", answer.status);
    t.demand(subject == Some(t.subject(HONEST)?), 0, "the person is signed in", seen)
}

const FOREIGN_ORIGIN: Scenario = Scenario::policy("callback/foreign-origin")
    .clause("Form Post 2; RFC 6454 7.3")
    .why("whether an answer from a page of neither the app nor the provider counts is the app's choice; state and nonce bind it")
    .covers(&["CB-20"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(foreign_origin(t)));

async fn foreign_origin(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let stranger = Url::parse("https://stranger.example/").expect("a URL");
    let post = Submission::form_post(t.facts().callback.clone(), &pending.form.fields, stranger);
    let landing = agent.send(post).await?;
    let word = if landing.subject.is_some() { "accepted" } else { "refused" };
    t.observe(format!("an answer that a page of another origin posts is {word}"));
    match landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused(),
    }
}

const EXTRA_PARAMETERS: Scenario = Scenario::tolerate("callback/unknown-parameters")
    .clause("RFC 6749 4.2.2; Session Management 2")
    .why("parameters that the app does not know are ignored")
    .covers(&["CB-12"])
    .with(|| {
        vec![
            RESPONSE.set("session_state", "abc.def"),
            RESPONSE.set("x-colour", "blue"),
            RESPONSE.set("x-empty", ""),
        ]
    })
    .expect(harness::Expect::Accepted);

const CONTENT_TYPE: Scenario = Scenario::tolerate("callback/content-type")
    .clause("RFC 9110 8.3")
    .demands("the parameters are sent in the body of a form in application/x-www-form-urlencoded; that a type may carry parameters and be written in any case is HTTP's own rule")
    .why("a content type has no letter case, and may name a charset")
    .covers(&["CB-06"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(content_type(t)));

async fn content_type(t: &mut Trial) -> Outcome {
    for written in ["application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-URLEncoded"] {
        let outcome = accepts_type(t, written).await;
        t.input(written, outcome);
    }
    Ok(())
}

async fn accepts_type(t: &Trial, written: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let body = pending.form.fields.encode();
    let post = Submission::form_post(t.facts().callback.clone(), &Params::default(), agent.provider());
    agent.send(post.body(written, body)).await?.accepted(&t.subject(HONEST)?)
}

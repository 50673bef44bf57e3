//! How the answer may be written down: one form, in the body, decoded exactly.

use crate::params::with;
use harness::agent::Submission;
use harness::trial::{FORGED, HONEST, Pending};
use harness::{Input, Need, Outcome, Scenario, Trial};
use mock_idp::Params;
use mock_idp::fault::{ID_TOKEN, Order, RESPONSE};
use std::fmt::Write as _;

pub(crate) const SCENARIOS: &[Scenario] = &[
    TOKEN_IN_QUERY,
    OTHER_ENCODINGS,
    NO_CONTENT_TYPE,
    REPEATED,
    NO_TOKEN,
    SIGNED_RESPONSE,
    SAME_BYTES,
    BROKEN_BYTES,
];

const TOKEN_IN_QUERY: Scenario = Scenario::harden("callback/token-in-query")
    .clause("RFC 6749 3.1; Form Post 2")
    .why("an app that mixes the address with the form takes a token from where everybody can read and write it")
    .covers(&["CB-03"])
    .run(|t| Box::pin(token_in_query(t)));

async fn token_in_query(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let (mut query, mut body) = (Params::default(), pending.form.fields.clone());
    query.set("id_token", pending.answer("id_token"));
    body.0.retain(|(name, _)| name != "id_token");
    let mut url = t.facts().callback.clone();
    url.set_query(Some(&query.encode()));
    let post = Submission::form_post(url, &body, agent.provider());
    agent.send(post).await?.refused()
}

const OTHER_ENCODINGS: Scenario = Scenario::must("callback/other-encodings")
    .clause("Form Post 2")
    .why("the answer is form-encoded and nothing else; every other parser is another way in")
    .covers(&["CB-05"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(other_encodings(t)));

async fn other_encodings(t: &mut Trial) -> Outcome {
    const BOUNDARY: &str = "----form-of-the-provider";
    for (content_type, write) in [
        (format!("multipart/form-data; boundary={BOUNDARY}"), multipart as fn(&Params, &str) -> String),
        ("text/plain".to_owned(), lines),
    ] {
        let outcome = refuses_type(t, &content_type, |params| write(params, BOUNDARY)).await;
        t.input(content_type, outcome);
    }
    Ok(())
}

async fn refuses_type(t: &Trial, content_type: &str, write: impl Fn(&Params) -> String) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let post = Submission::form_post(t.facts().callback.clone(), &Params::default(), agent.provider());
    agent.send(post.body(content_type, write(&pending.form.fields))).await?.refused()
}

/// As `enctype="multipart/form-data"` writes a form.
fn multipart(params: &Params, boundary: &str) -> String {
    let mut text = String::new();
    for (name, value) in params.iter() {
        let _ = write!(
            text,
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    text + "--" + boundary + "--\r\n"
}

/// As `enctype="text/plain"` writes a form.
fn lines(params: &Params, _: &str) -> String {
    params.iter().fold(String::new(), |text, (name, value)| text + name + "=" + value + "\r\n")
}

const NO_CONTENT_TYPE: Scenario = Scenario::policy("callback/no-content-type")
    .clause("Form Post 2; RFC 9110 8.3")
    .why("a body without a type may be guessed at or refused: that is the app's choice")
    .covers(&["CB-07"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(no_content_type(t)));

async fn no_content_type(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let post = Submission::form_post(t.facts().callback.clone(), &pending.form.fields, agent.provider());
    let landing = agent.send(Submission { content_type: None, ..post }).await?;
    let word = if landing.subject.is_some() { "accepted" } else { "refused" };
    t.observe(format!("an answer without a content type is {word}"));
    match landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused(),
    }
}

const REPEATED: Scenario = Scenario::should("callback/iss-or-error-twice")
    .clause("RFC 6749 3.1")
    .why("a parameter that stands twice must not be settled by whichever parser looks first")
    .covers(&["CB-10"])
    .inputs(|facts| {
        const OTHER: &str = "https://other.example";
        let issuer = || RESPONSE.set("iss", facts.issuer.clone());
        let error = || RESPONSE.set("error", "access_denied");
        vec![
            Input::new(
                "iss: wrong, then right",
                vec![issuer(), RESPONSE.duplicate("iss", OTHER, Order::First)],
            ),
            Input::new(
                "iss: right, then wrong",
                vec![issuer(), RESPONSE.duplicate("iss", OTHER, Order::Last)],
            ),
            Input::new(
                "error twice",
                vec![error(), RESPONSE.duplicate("error", "server_error", Order::Last)],
            ),
        ]
    });

const NO_TOKEN: Scenario = Scenario::must("callback/no-token")
    .clause("OIDC Core 3.2.2.5")
    .why("an answer without an ID Token says nothing about anybody, and must not bring the app down")
    .covers(&["CB-15"])
    .inputs(|facts| {
        let issuer = RESPONSE.set("iss", facts.issuer.clone());
        vec![
            Input::new("missing", vec![RESPONSE.remove("id_token"), issuer]),
            Input::new("empty", vec![RESPONSE.set("id_token", "")]),
            Input::new("only state", vec![RESPONSE.remove("id_token")]),
        ]
    });

const SIGNED_RESPONSE: Scenario = Scenario::should("callback/signed-response")
    .clause("JARM 2; OIDC Core 3.2.2.5")
    .why(
        "an answer as one signed token was not asked for, and is no way round the checks of the one that was",
    )
    .covers(&["CB-16"])
    .run(|t| Box::pin(signed_response(t)));

async fn signed_response(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let parts = ["state", "id_token"].map(|name| ID_TOKEN.set(name, pending.answer(name)));
    let response = t.mint(FORGED, None, &parts)?;
    agent.deliver(&Params(vec![("response".to_owned(), response)])).await?.refused()
}

const SAME_BYTES: Scenario = Scenario::tolerate("callback/percent-encoding")
    .clause("RFC 6749 Appendix B; RFC 3986 2.1")
    .why("there is more than one way to encode the same form, and providers use them all")
    .covers(&["CB-22"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(same_bytes(t)));

async fn same_bytes(t: &mut Trial) -> Outcome {
    type Written = fn(&Params) -> String;
    let ways: [(&str, Written); 4] = [
        ("a space as +", |params| params.encode() + "&x-note=two+words"),
        ("a space as %20", |params| params.encode() + "&x-note=two%20words"),
        ("every character encoded", |params| encoded(params, |byte| format!("%{byte:02X}"))),
        ("every character encoded, in lower case", |params| encoded(params, |byte| format!("%{byte:02x}"))),
    ];
    for (label, write) in ways {
        let outcome = accepts_body(t, write).await;
        t.input(label, outcome);
    }
    Ok(())
}

fn encoded(params: &Params, byte: fn(u8) -> String) -> String {
    let value = |value: &str| value.bytes().map(byte).collect::<String>();
    let pairs = params.iter().map(|(name, text)| format!("{name}={}", value(text)));
    pairs.collect::<Vec<_>>().join("&")
}

async fn accepts_body(t: &Trial, write: fn(&Params) -> String) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let post = form(t, &pending, write(&pending.form.fields));
    agent.send(post).await?.accepted(&t.subject(HONEST)?)
}

fn form(t: &Trial, pending: &Pending, body: String) -> Submission {
    let post =
        Submission::form_post(t.facts().callback.clone(), &Params::default(), pending.form.origin.clone());
    post.body("application/x-www-form-urlencoded", body)
}

const BROKEN_BYTES: Scenario = Scenario::harden("callback/broken-encoding")
    .clause("RFC 8725 3.7; RFC 9110 5.5; RFC 6749 10.12")
    .why("what cannot be decoded is not mended, and no line break of a stranger's gets into a header")
    .covers(&["CB-23"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(broken_bytes(t)));

async fn broken_bytes(t: &mut Trial) -> Outcome {
    for (label, tail) in [
        ("an invalid percent sequence", "%zz"),
        ("invalid UTF-8", "%ff%fe"),
        ("NUL", "%00"),
        ("a line break and a header", "%0d%0aset-cookie:%20planted=1"),
    ] {
        let outcome = refuses_state_with(t, tail).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn refuses_state_with(t: &Trial, tail: &str) -> Outcome {
    const MARK: &str = "state-ends-here";
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let state = pending.answer("state") + MARK;
    let body = with(&pending.form.fields, "state", &state).encode().replace(MARK, tail);
    let landing = agent.send(form(t, &pending, body)).await?;
    let planted = |line: &&str| line.starts_with("planted=");
    if landing.app_responses().any(|answer| answer.headers_named("set-cookie").iter().any(planted)) {
        return Err(landing.found("no header that the sender wrote", "the answer sets the sender's cookie"));
    }
    landing.refused()
}

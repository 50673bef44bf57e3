//! What only the HTTP agent can be asked for: time, deadlines, drops, twins.

use std::time::Instant;

use harness::agent::{Agent, AgentError, Flavour, HttpAgent, Initiator, Submission};
use mock_idp::Clock;

use crate::shared::set_cookies;
use crate::stage::{SHORT, Stage, with};

/// Logs in with cookies of this age and tells which of them reached the form post.
async fn posted_after(flavour: Flavour, seconds: i64) -> Vec<String> {
    let stage = Stage::start(Clock::frozen(1_700_000_000)).await;
    let mut agent = HttpAgent::new(harness::agent::AgentOptions { flavour, ..stage.options() });
    agent.visit(&stage.app(&set_cookies(&[]))).await.unwrap();
    stage.clock.advance(seconds);
    agent.visit(&stage.idp(&with("/form", &[("to", stage.app("/end").as_str())]))).await.unwrap();
    stage.app.last("/end").cookies()
}

#[tokio::test]
async fn cookies_older_than_two_minutes_must_be_marked() {
    let marked = ["none", "__Host-none", "__Secure-none"];

    assert_eq!(posted_after(Flavour::Chromium, 130).await, marked);
    assert_eq!(posted_after(Flavour::Spec, 0).await, marked);
    assert_eq!(posted_after(Flavour::Firefox, 130).await, [&marked[..], &["unmarked"]].concat());
}

#[tokio::test]
async fn a_login_loop_ends_after_ten_hops_and_lists_them() {
    let stage = Stage::start(Clock::system()).await;
    let here = stage.app("/loop?status=302&location=/loop%3Fstatus%3D302%26location%3D/loop");
    let around = stage.app(&with("/form", &[("to", "")]));
    let mut agent = HttpAgent::new(stage.options());

    assert_eq!(agent.visit(&here).await.unwrap().hops.len(), 3);
    let AgentError::TooManyHops { hops } = agent.visit(&around).await.unwrap_err() else {
        panic!("another error")
    };

    assert_eq!(hops.len(), 10);
    assert_eq!(stage.app.count("/form"), 10);
}

#[tokio::test]
async fn a_silent_server_is_given_up_at_the_deadline() {
    let stage = Stage::start(Clock::system()).await;
    let mut agent = HttpAgent::new(harness::agent::AgentOptions { deadline: SHORT, ..stage.options() });
    let began = Instant::now();

    let error = agent.visit(&stage.app("/silent")).await.unwrap_err();

    assert!(matches!(&error, AgentError::Deadline { .. }), "{error}");
    assert!(error.to_string().contains("/silent within 300 ms"), "{error}");
    assert!(began.elapsed() < SHORT * 5);
    assert!(agent.exchanges()[0].response.is_none());
}

#[tokio::test]
async fn how_long_an_agent_waits_is_counted_for_whom_it_waits() {
    let stage = Stage::start(Clock::system()).await;
    let options = harness::agent::AgentOptions { deadline: SHORT, ..stage.options() };
    let waits = options.waits.clone();
    let mut agent = HttpAgent::new(options);

    agent.visit(&stage.app("/silent")).await.unwrap_err();
    let first = waits.waited();
    agent.visit(&stage.idp("/silent")).await.unwrap_err();
    let both = waits.waited();

    assert!(first.app >= SHORT && first.provider.is_zero(), "{first:?}");
    assert!(both.app == first.app && both.provider >= SHORT, "{both:?}");
}

#[tokio::test]
async fn dropped_and_refused_connections_are_told_apart() {
    let stage = Stage::start(Clock::system()).await;
    let mut agent = HttpAgent::new(stage.options());
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

    let dropped = agent.visit(&stage.app("/broken")).await.unwrap_err();
    let refused = agent.visit(&format!("http://{closed}/").parse().unwrap()).await.unwrap_err();

    assert!(matches!(&dropped, AgentError::Dropped { .. }), "{dropped}");
    assert!(matches!(&refused, AgentError::Unreachable { .. }), "{refused}");
}

#[tokio::test]
async fn only_the_provider_is_shown_the_marker() {
    let stage = Stage::start(Clock::system()).await;
    let marker = Some("trial-7".to_owned());
    let mut agent = HttpAgent::new(harness::agent::AgentOptions { marker, ..stage.options() });

    agent.visit(&stage.idp(&with("/form", &[("to", stage.app("/end").as_str())]))).await.unwrap();

    assert_eq!(stage.idp.last("/form").header("mock-idp-marker"), Some("trial-7"));
    assert_eq!(stage.app.last("/end").header("mock-idp-marker"), None);
}

#[tokio::test]
async fn a_twin_shares_cookies_and_trace_and_sends_the_same_form_at_the_same_time() {
    let stage = Stage::start(Clock::system()).await;
    let mut agent = HttpAgent::new(stage.options());
    agent.hold_forms(true);
    let page = agent
        .visit(&stage.idp(&with("/form", &[("to", stage.app(&set_cookies(&[])).as_str())])))
        .await
        .unwrap();
    let mut twin = agent.twin();

    let (one, other) = tokio::join!(agent.submit(&page.forms[0]), twin.submit(&page.forms[0]));

    assert_eq!((one.unwrap().status, other.unwrap().status), (200, 200));
    assert_eq!(agent.exchanges().len(), 3);
    twin.visit(&stage.app("/home")).await.unwrap();
    assert!(stage.app.last("/home").cookies().contains(&"strict".to_owned()));
}

#[tokio::test]
async fn cookies_can_be_put_back_as_they_were() {
    let stage = Stage::start(Clock::system()).await;
    let mut agent = HttpAgent::new(stage.options());
    agent.plant_cookie(&stage.app("/"), "sid=old").await.unwrap();
    let jar = agent.jar();
    agent.plant_cookie(&stage.app("/"), "sid=new").await.unwrap();

    agent.set_jar(jar);

    assert_eq!(agent.cookies(&stage.app("/")).await.unwrap()[0].value, "old");
}

#[tokio::test]
async fn whatever_is_made_by_hand_goes_out_as_it_was_made() {
    let stage = Stage::start(Clock::system()).await;
    let mut agent = HttpAgent::new(stage.options());
    agent.visit(&stage.app(&set_cookies(&[]))).await.unwrap();
    let bare = Submission::form_post(stage.app("/end"), &mock_idp::Params::default(), None);

    agent.send(bare.clone().body("application/json", *b"{\"state\": \xff}")).await.unwrap();
    let typed = stage.app.last("/end");
    assert_eq!(
        (typed.header("content-type"), typed.header("content-length")),
        (Some("application/json"), Some("12"))
    );
    assert_eq!((typed.header("origin"), typed.header("sec-fetch-site")), (Some("null"), Some("none")));
    assert!(typed.cookies().contains(&"strict".to_owned()));

    agent.send(bare.clone().method("PUT")).await.unwrap();
    assert_eq!(stage.app.last("/end").method, "PUT");
    agent.send(Submission { initiator: Initiator::Opaque, ..bare }).await.unwrap();
    let opaque = stage.app.last("/end");
    assert_eq!(
        (opaque.header("origin"), opaque.header("sec-fetch-site")),
        (Some("null"), Some("cross-site"))
    );
    assert!(!opaque.cookies().contains(&"lax".to_owned()));
    assert_eq!(opaque.header("content-length"), Some("0"));
}

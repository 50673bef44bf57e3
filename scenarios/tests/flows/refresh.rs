//! A session whose access token is due goes on with new tokens, whoever asks at the same time, and ends when the
//! provider takes back what it granted.

use harness::agent::{Agent as _, Fetch, Fetched, HttpAgent};
use mock_idp::Fault;
use mock_idp::fault::{ID_TOKEN, TOKEN_RESPONSE, WIRE};
use mock_idp::trace::{Endpoint, Exchange, Filter};
use std::time::Duration;
use url::Url;

use super::place::{LIFE, Place, assert_signed_in};

const SESSION: &str = "__Host-appSession";

/// Somebody who logged in with a scope that lets the app go on.
async fn place() -> Place {
    let settings = [("RESPONSE_TYPE", "code"), ("SCOPE", "openid profile offline_access")];
    let mut place = Place::with(&settings, |client| client.access_token_lifetime = Some(LIFE)).await;
    assert_signed_in(&place.log_in().await, "offline_access");
    place
}

fn renewals(place: &Place) -> Vec<Exchange> {
    let is_renewal = |exchange: &Exchange| exchange.request.body.contains("grant_type=refresh_token");
    place.tenant.trace().snapshot().into_iter().filter(is_renewal).collect()
}

fn api(place: &Place) -> Url {
    place.start.join("/api/ping").expect("an address")
}

/// Does the app know the person?
async fn is_signed_in(place: &mut Place) -> bool {
    place.visit("/").await.text.contains("You are logged in as")
}

async fn ping(mut agent: HttpAgent, url: Url) -> Option<u16> {
    match agent.fetch(Fetch::get(url)).await.expect("an answer") {
        Fetched::Response { status, .. } => Some(status),
        _ => None,
    }
}

#[tokio::test]
async fn tokens_are_renewed_when_they_are_due_and_not_before() {
    let mut place = place().await;

    for (after, expected) in [(LIFE - 31, 0), (1, 1), (LIFE - 31, 1), (1, 2)] {
        place.advance(after);
        assert!(is_signed_in(&mut place).await);
        assert_eq!(renewals(&place).len(), expected);
    }

    let sent: Vec<_> = renewals(&place).into_iter().map(|exchange| exchange.request.body).collect();
    assert_ne!(sent[0], sent[1], "the new refresh token takes the place of the old one");
}

#[tokio::test]
async fn no_token_reaches_the_browser() {
    let mut place = place().await;
    place.advance(LIFE);
    let page = place.visit("/profile").await;
    let user = place.visit("/api/user").await;

    let answers = place.tenant.trace().snapshot().into_iter().filter(|one| one.endpoint == Endpoint::Token);
    let tokens: Vec<String> = answers
        .flat_map(|one| {
            let body: serde_json::Value =
                serde_json::from_str(&one.response.expect("an answer").body).expect("JSON");
            ["access_token", "refresh_token", "id_token"]
                .map(|name| body[name].as_str().expect("it is there").to_owned())
        })
        .collect();
    assert_eq!(tokens.len(), 6);
    let seen = format!("{:?}", place.agent.exchanges());
    assert!(seen.contains(SESSION) && seen.contains("Alice Doe"), "it is the whole of it");
    for token in &tokens {
        assert!(!page.body.contains(token) && !user.body.contains(token));
        assert!(!seen.contains(token), "the browser saw {token}");
    }
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_renews_and_none_loses_what_was_gained() {
    let mut place = place().await;
    place.visit("/").await;
    place.advance(LIFE);
    let old = place.agent.cookies(&place.start).await.expect("cookies");
    let old = old.into_iter().find(|cookie| cookie.name == SESSION).expect("a session").value;

    let asking = (0..8).map(|_| ping(place.agent.twin(), api(&place)));
    let answers = futures::future::join_all(asking).await;

    assert_eq!(answers, vec![Some(200); 8]);
    assert_eq!(renewals(&place).len(), 1, "one for all");
    let line = format!("{SESSION}={old}; Path=/; HttpOnly; Secure; SameSite=Lax");
    place.agent.plant_cookie(&place.start, &line).await.expect("a cookie");
    assert!(is_signed_in(&mut place).await, "a late answer brought the old cookie back");
    assert_eq!(renewals(&place).len(), 1);
    place.advance(LIFE);
    assert!(is_signed_in(&mut place).await, "the tokens are the newest again");
    assert_eq!(renewals(&place).len(), 2);
}

#[tokio::test]
async fn a_provider_that_takes_back_its_grant_ends_the_session_and_its_copies() {
    let mut place = place().await;
    place.advance(LIFE);
    let cookies = place.agent.cookies(&place.start).await.expect("cookies");
    let old = cookies.into_iter().find(|cookie| cookie.name == SESSION).expect("a session").value;
    let token = || WIRE.at(Endpoint::Token);
    let faults = vec![token().status(400), token().body(r#"{"error":"invalid_grant"}"#)];
    let armed = place.tenant.arm(faults).expect("faults that can be armed");

    let page = place.visit("/").await;

    assert!(page.text.contains("browsing anonymously") && page.text.contains("Log in"), "{}", page.text);
    let cookies = place.agent.cookies(&place.start).await.expect("cookies");
    assert!(cookies.iter().all(|cookie| cookie.name != SESSION), "it is cleared");
    let line = format!("{SESSION}={old}; Path=/; HttpOnly; Secure; SameSite=Lax");
    place.agent.plant_cookie(&place.start, &line).await.expect("a cookie");
    assert!(!is_signed_in(&mut place).await, "a copy is worth nothing");
    drop(armed);
    assert_signed_in(&place.log_in().await, "again");
}

#[tokio::test]
async fn a_session_goes_on_while_the_provider_is_down_and_is_renewed_when_it_is_back() {
    for fault in [
        WIRE.at(Endpoint::Token).status(503),
        WIRE.at(Endpoint::Token).hang_up(),
        WIRE.at(Endpoint::Token).status(401),
    ] {
        let mut place = place().await;
        place.advance(LIFE);
        let armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");

        assert!(is_signed_in(&mut place).await, "{fault}");
        assert!(is_signed_in(&mut place).await, "{fault}");

        assert_eq!(renewals(&place).len(), 1, "it is left in peace for a while: {fault}");
        drop(armed);
        place.advance(10);
        is_signed_in(&mut place).await;
        assert_eq!(renewals(&place).len(), 2, "{fault}");
    }
}

/// Is somebody still signed in whose renewal was answered under the fault?
async fn survives(fault: &Fault) -> bool {
    let mut place = place().await;
    place.advance(LIFE);
    let armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");
    let survives = is_signed_in(&mut place).await;
    assert_eq!(renewals(&place).len(), 1);
    drop(armed);
    assert_eq!(is_signed_in(&mut place).await, survives, "{fault}");
    survives
}

#[tokio::test]
async fn a_renewed_id_token_that_tells_another_story_ends_the_session() {
    for fault in [
        ID_TOKEN.set("sub", "mallory"),
        ID_TOKEN.set("iss", "https://evil.example"),
        ID_TOKEN.set("aud", "another"),
        ID_TOKEN.set("azp", "flows"),
        ID_TOKEN.set("nonce", "another"),
        ID_TOKEN.shift("auth_time", 100),
        ID_TOKEN.shift("exp", -10_000),
        ID_TOKEN.shift("iat", 10_000),
        ID_TOKEN.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
        TOKEN_RESPONSE.set("token_type", "mac"),
        TOKEN_RESPONSE.set("id_token", "a.b.c"),
    ] {
        assert!(!survives(&fault).await, "{fault}");
    }
}

#[tokio::test]
async fn what_a_renewal_may_leave_out_ends_nothing() {
    for fault in [
        TOKEN_RESPONSE.remove("id_token"),
        TOKEN_RESPONSE.remove("refresh_token"),
        TOKEN_RESPONSE.remove("expires_in"),
        ID_TOKEN.remove("auth_time"),
        ID_TOKEN.remove("at_hash"),
        ID_TOKEN.remove("sid"),
    ] {
        assert!(survives(&fault).await, "{fault}");
    }
}

#[tokio::test]
async fn who_logs_out_leaves_no_token_behind_that_serves() {
    let mut place = place().await;
    let filter = Filter { endpoint: Some(Endpoint::Revocation), ..Filter::default() };
    let mut revocations = place.tenant.trace().follow(filter);

    place.visit("/logout").await;

    let revocation =
        tokio::time::timeout(Duration::from_secs(10), revocations.next()).await.expect("a revocation");
    assert_eq!(revocation.response.expect("an answer").status, 200);
    assert!(revocation.request.body.contains("token_type_hint=refresh_token"));
}

#[tokio::test]
async fn without_the_scope_nothing_is_kept() {
    let mut place =
        Place::with(&[("RESPONSE_TYPE", "code")], |client| client.access_token_lifetime = Some(60)).await;
    assert_signed_in(&place.log_in().await, "code");

    place.advance(3600);

    assert!(is_signed_in(&mut place).await);
    assert!(renewals(&place).is_empty());
}

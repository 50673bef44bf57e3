//! The provider ends sessions without the browser, and says when they end at the latest.

use serde_json::{Value, json};

use super::browser::{Answer, Browser};
use super::provider::{jwk, sign};
use super::world::{HEADER, World};

pub(crate) const TYPE: &str = r#"{"alg":"RS256","kid":"key-0","typ":"logout+jwt"}"#;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// An honest logout token for everything that `alice` has.
pub(crate) fn claims(world: &World) -> Value {
    json!({
        "iss": world.provider.issuer, "aud": "app", "iat": world.now(), "exp": world.now() + 120,
        "jti": "one", "sub": "alice", "events": {EVENT: {}},
    })
}

/// The provider posts: it has no cookies of anybody.
pub(crate) async fn post(world: &World, token: &str) -> Answer {
    let mut provider = Browser::new(world.base.clone());
    let send = |request: reqwest::RequestBuilder| request.form(&[("logout_token", token)]);
    provider.request(reqwest::Method::POST, "/backchannel-logout", send).await
}

/// Signs somebody in, with further claims.
pub(crate) async fn log_in_with(world: &mut World, more: Value) -> Answer {
    let login = world.start_login("/").await;
    let mut claims = world.claims(&login);
    let more = more.as_object().cloned().expect("an object");
    claims.as_object_mut().expect("an object").extend(more);
    world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await
}

#[tokio::test]
async fn whom_the_provider_logs_out_is_logged_out_and_can_sign_in_again() {
    let mut world = World::new().await;
    world.log_in().await;
    let kept = world.browser.jar.clone();

    let answer = post(&world, &sign(TYPE, &claims(&world).to_string(), 0)).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(world.subject().await, None);
    world.advance(1);
    world.log_in().await;
    assert_eq!(world.subject().await.as_deref(), Some("alice"), "a later login is another session");
    world.browser.jar = kept;
    assert_eq!(world.subject().await, None, "and brings no earlier one back to life");
}

#[tokio::test]
async fn a_session_that_is_named_ends_alone() {
    for (named, ends) in [
        (json!({"sub": null, "sid": "s1"}), true),
        (json!({"sid": "s1"}), true),
        (json!({"sid": "s2"}), false),
        (json!({"sub": "bob", "sid": "s1"}), false),
        (json!({"sub": "bob"}), false),
    ] {
        let mut world = World::new().await;
        log_in_with(&mut world, json!({"sid": "s1"})).await;
        let mut claims = claims(&world);
        for (claim, value) in named.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());

        let answer = post(&world, &sign(TYPE, &claims.to_string(), 0)).await;

        assert_eq!(answer.status, 200, "{named}: {}", answer.body);
        assert_eq!(world.subject().await.is_none(), ends, "{named}");
    }
}

#[tokio::test]
async fn each_wrong_logout_token_breaks_its_own_rule_and_ends_nothing() {
    let mut world = World::new().await;
    world.log_in().await;
    let now = world.now();
    let table = [
        ("iss", json!("http://127.0.0.1:9"), "iss-check"),
        ("iss", Value::Null, "iss-check"),
        ("aud", json!("other"), "aud-check"),
        ("aud", Value::Null, "aud-required"),
        ("exp", json!(now - 61), "exp-check"),
        ("exp", Value::Null, "exp-required"),
        ("iat", json!(now + 61), "iat-future-check"),
        ("iat", json!(now - 601), "logout-iat-age-check"),
        ("iat", Value::Null, "iat-required"),
        ("jti", Value::Null, "logout-jti-required"),
        ("jti", json!(7), "logout-jti-required"),
        ("events", Value::Null, "logout-events-check"),
        ("events", json!({}), "logout-events-check"),
        ("events", json!([EVENT]), "logout-events-check"),
        ("events", json!({EVENT: "yes"}), "logout-events-check"),
        ("nonce", json!("n"), "logout-nonce-check"),
        ("sub", Value::Null, "logout-subject-required"),
        ("sid", json!(""), "logout-sid-check"),
    ];
    for (claim, value, rule) in table {
        let mut claims = claims(&world);
        claims[claim] = value.clone();
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());

        let answer = post(&world, &sign(TYPE, &claims.to_string(), 0)).await;

        assert_eq!(answer.status, 400, "{claim} = {value}");
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(body["error"], "invalid_request", "{claim} = {value}");
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("{rule} (")), "{claim} = {value}: {description}");
    }
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn only_the_providers_own_signature_and_a_fitting_type_count() {
    let mut world = World::new().await;
    world.log_in().await;
    let honest = claims(&world).to_string();
    let unsigned = sign(r#"{"alg":"none"}"#, &honest, 0);
    let access = sign(r#"{"alg":"RS256","kid":"key-0","typ":"at+jwt"}"#, &honest, 0);
    let login = world.start_login("/").await;
    let id_token = world.token(&login);

    for (token, rule) in [
        (sign(TYPE, &honest, 1), "signature-check"),
        (unsigned, "alg-pinning"),
        (access, "logout-typ-check"),
        (id_token, "logout-jti-required"),
        ("junk".to_owned(), "token-parts"),
    ] {
        let answer = post(&world, &token).await;
        assert_eq!(answer.status, 400, "{rule}");
        assert!(answer.body.contains(rule), "{rule}: {}", answer.body);
    }

    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn plain_types_and_lists_of_audiences_are_accepted() {
    for header in [HEADER, r#"{"alg":"RS256","kid":"key-0"}"#, TYPE] {
        let world = World::new().await;
        let mut claims = claims(&world);
        claims["aud"] = json!(["other", "app"]);
        claims["events"] = json!({EVENT: {"more": 1}, "https://example.org/event": {}});

        let answer = post(&world, &sign(header, &claims.to_string(), 0)).await;

        assert_eq!(answer.status, 200, "{header}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_logout_token_counts_once() {
    let mut world = World::new().await;
    let token = sign(TYPE, &claims(&world).to_string(), 0);
    post(&world, &token).await;
    world.advance(1);
    world.log_in().await;

    let answer = post(&world, &token).await;

    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("logout-jti-check"), "{}", answer.body);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_key_that_is_new_is_fetched_and_a_provider_that_is_down_is_no_refusal() {
    let mut world = World::new().await;
    world.log_in().await;
    world.provider.publish("jwks", json!({"keys": [jwk(1)]}));
    let token = sign(r#"{"alg":"RS256","kid":"key-1"}"#, &claims(&world).to_string(), 1);

    world.provider.set_down(true);
    assert_eq!(post(&world, &token).await.status, 503);
    world.provider.set_down(false);
    world.advance(11);

    assert_eq!(post(&world, &token).await.status, 200, "what was not decided can be sent again");
}

#[tokio::test]
async fn other_requests_are_answered_by_what_is_wrong_with_them() {
    let world = World::new().await;
    let mut provider = Browser::new(world.base.clone());
    let mut send = async |method, change: fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder| {
        let answer = provider.request(method, "/backchannel-logout", change).await;
        (answer.status, answer.header("cache-control").map(str::to_owned))
    };
    let no_store = Some("no-store".to_owned());

    assert_eq!(send(reqwest::Method::GET, |request| request).await, (405, no_store.clone()));
    let json = |request: reqwest::RequestBuilder| request.json(&json!({"logout_token": "a.b.c"}));
    assert_eq!(send(reqwest::Method::POST, json).await, (415, no_store.clone()));
    let none = |request: reqwest::RequestBuilder| request.form(&[("token", "a.b.c")]);
    assert_eq!(send(reqwest::Method::POST, none).await, (400, no_store.clone()));
    let twice = |request: reqwest::RequestBuilder| {
        request.form(&[("logout_token", "a.b.c"), ("logout_token", "a.b.c")])
    };
    assert_eq!(send(reqwest::Method::POST, twice).await, (400, no_store.clone()));
    let large = |request: reqwest::RequestBuilder| request.form(&[("logout_token", "x".repeat(200_000))]);
    assert_eq!(send(reqwest::Method::POST, large).await, (413, no_store));
}

#[tokio::test]
async fn a_session_ends_when_the_provider_says_and_none_begins_that_is_over() {
    let mut world = World::new().await;
    let limit = world.now() + 600;
    log_in_with(&mut world, json!({"session_expiry": limit})).await;

    world.advance(569);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
    world.advance(1);
    assert_eq!(world.subject().await, None, "half a minute early, so that nothing is cut off");

    let answer = log_in_with(&mut world, json!({"session_expiry": limit})).await;
    World::assert_refused(&answer, "session-expiry-check");
}

#[tokio::test]
async fn a_login_that_is_under_way_while_the_provider_signs_the_person_out_does_not_become_a_session() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    world.advance(1);
    assert_eq!(post(&world, &sign(TYPE, &claims(&world).to_string(), 0)).await.status, 200);

    world.advance(1);
    let answer = world.deliver(&login, &token).await;

    World::assert_refused(&answer, "ended-by-provider");
    assert_eq!(world.subject().await, None);
    world.log_in().await;
    assert_eq!(world.subject().await.as_deref(), Some("alice"), "who signs in there again is signed in here");
}

#[tokio::test]
async fn a_logout_token_that_was_long_under_way_leaves_whoever_signed_in_since() {
    let mut world = World::new().await;
    let token = sign(TYPE, &claims(&world).to_string(), 0);
    world.advance(100);
    world.log_in().await;

    let answer = post(&world, &token).await;

    assert_eq!(answer.status, 200);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn both_times_are_the_providers_whose_clock_may_be_behind_and_count_in_fractions() {
    let mut world = World::new().await;
    let there = world.now() - 30;
    let halfway: Value = format!("{there}.5").parse().unwrap();
    log_in_with(&mut world, json!({ "iat": halfway })).await;
    let mut since = claims(&world);
    since["iat"] = json!(there + 10);

    let answer = post(&world, &sign(TYPE, &since.to_string(), 0)).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(world.subject().await, None, "ten seconds after the sign-in the provider ended it");
}

//! The session cookie: marks, life, tampering, chunks.

use serde_json::json;

use super::provider::sign;
use super::world::{HEADER, World};

const SESSION: &str = "__Host-appSession";

#[tokio::test]
async fn the_cookies_carry_the_marks_they_need() {
    let mut world = World::new().await;

    let start = world.browser.get("/login").await;
    let done = world.log_in().await;

    let started = start.cookies()[0];
    assert!(started.starts_with("__Host-auth_verification."), "{started}");
    assert!(started.ends_with("; Max-Age=3600; Path=/; HttpOnly; Secure; SameSite=None"), "{started}");
    let session = done.cookies().into_iter().find(|line| line.starts_with(SESSION)).unwrap();
    assert!(session.ends_with("; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax"), "{session}");
}

#[tokio::test]
async fn a_session_rolls_on_use_ends_when_idle_and_never_lasts_longer_than_a_week() {
    let mut world = World::new().await;
    world.log_in().await;
    for _ in 0..7 {
        world.advance(86_399);
        assert_eq!(world.subject().await.as_deref(), Some("alice"));
    }
    world.advance(7);
    assert_eq!(world.subject().await, None, "a week is over");

    world.log_in().await;
    world.advance(86_400);
    assert_eq!(world.subject().await, None, "a day without use");
}

#[tokio::test]
async fn a_changed_session_is_nobodys_and_its_cookie_is_cleared() {
    let mut world = World::new().await;
    world.log_in().await;
    let honest = world.browser.jar[SESSION].clone();
    let middle = honest.len() / 2;
    let flipped = if honest.as_bytes()[middle] == b'A' { "B" } else { "A" };

    let changed = format!("{}{flipped}{}", &honest[..middle], &honest[middle + 1..]);
    for value in [changed, honest[1..].to_owned(), "x".to_owned(), String::new()] {
        world.browser.jar = [(SESSION.to_owned(), value)].into();
        let answer = world.browser.get("/").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("Log in") && !answer.body.contains("Log out"));
        assert_eq!(world.browser.jar.len(), 0, "the cookie is cleared");
    }
    world.browser.jar = [(SESSION.to_owned(), honest)].into();
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_session_of_another_app_with_the_same_secret_is_not_a_session_here() {
    let mut there = World::new().await;
    there.log_in().await;
    let mut here = World::new().await;
    here.browser.jar = there.browser.jar.clone();

    assert_eq!(here.subject().await, None);
}

#[tokio::test]
async fn a_login_replaces_the_session_that_was_there() {
    let mut world = World::new().await;
    world.log_in().await;
    let first = world.browser.jar.clone();
    let login = world.start_login("/").await;
    let mut claims = world.claims(&login);
    claims["sub"] = json!("bob");
    world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;

    assert_eq!(world.subject().await.as_deref(), Some("bob"));
    world.browser.jar = first;
    assert_eq!(world.subject().await, None, "the earlier session is over");
}

#[tokio::test]
async fn a_refused_login_leaves_the_session_alone() {
    let mut world = World::new().await;
    world.log_in().await;
    let login = world.start_login("/").await;

    World::assert_refused(&world.deliver(&login, "x").await, "token-parts");

    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_large_identity_is_cut_into_chunks_and_a_smaller_one_leaves_none_behind() {
    let mut world = World::new().await;
    let log_in_with = async |world: &mut World, size: usize| {
        let login = world.start_login("/").await;
        let mut claims = world.claims(&login);
        claims["sub"] = json!(format!("size-{size}"));
        claims["padding"] = json!("x".repeat(size));
        let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;
        assert!(answer.cookies().iter().all(|line| line.len() <= 4096));
        let subject = world.subject().await;
        assert_eq!(subject, Some(format!("size-{size}")));
        world.browser.named("appSession").len()
    };

    assert_eq!(log_in_with(&mut world, 9000).await, 5);
    assert_eq!(log_in_with(&mut world, 3000).await, 2);
    assert_eq!(log_in_with(&mut world, 10).await, 1);
    assert_eq!(log_in_with(&mut world, 6000).await, 3);
}

#[tokio::test]
async fn an_identity_too_large_for_cookies_is_a_page_that_says_so_and_the_session_before_goes_on() {
    let mut world = World::new().await;
    world.log_in().await;
    let login = world.start_login("/").await;
    let mut claims = world.claims(&login);
    claims["sub"] = json!("bob");
    claims["padding"] = json!("x".repeat(30_000));

    let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;

    World::assert_refused(&answer, "session-too-large");
    assert!(answer.body.contains("more about you than this app can keep"));
    assert!(answer.cookies().iter().all(|line| !line.starts_with(SESSION)), "{:?}", answer.cookies());
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn chunks_that_a_cross_site_login_could_not_see_are_survived_and_cleared() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let mut claims = world.claims(&login);
    claims["padding"] = json!("x".repeat(3000));
    world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;
    world.browser.jar.insert(format!("{SESSION}.2"), "stale".into());

    assert_eq!(world.subject().await.as_deref(), Some("alice"));
    assert_eq!(world.browser.named("appSession").len(), 2);
}

//! A provider that is down, or says the wrong thing.

use serde_json::json;

use super::world::World;

#[tokio::test]
async fn a_provider_that_is_down_is_a_friendly_page_and_the_app_recovers_by_itself() {
    let mut world = World::new().await;
    world.provider.set_down(true);

    for path in ["/login", "/profile", "/api/ping"] {
        let answer = world.browser.get(path).await;
        assert_eq!((answer.status, answer.cookies().len()), (503, 0), "{path}");
        assert!(answer.body.contains("Try again"), "{path}");
    }
    assert_eq!(world.browser.get("/").await.status, 200);

    world.provider.set_down(false);
    assert_eq!(world.log_in().await.status, 303);
}

#[tokio::test]
async fn a_warm_app_goes_on_with_what_it_knows() {
    let mut world = World::new().await;
    world.log_in().await;
    world.advance(700);
    world.provider.set_down(true);

    assert_eq!(world.log_in().await.status, 303);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn what_the_app_knew_yesterday_no_longer_counts() {
    let mut world = World::new().await;
    world.log_in().await;
    world.advance(600);
    world.provider.set_down(true);
    assert_eq!(world.browser.get("/login").await.status, 302);
    world.advance(85_800);

    assert_eq!(world.browser.get("/login").await.status, 503);

    world.provider.set_down(false);
    assert_eq!(world.log_in().await.status, 303);
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_leave_the_login_open() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    world.provider.set_down(true);

    assert_eq!(world.deliver(&login, &token).await.status, 503);

    world.provider.set_down(false);
    assert_eq!(world.deliver(&login, &token).await.status, 303);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_used() {
    let mut world = World::new().await;
    let issuer = world.provider.issuer.clone();
    for wrong in [format!("{issuer}/"), format!("{issuer}1"), "https://evil.example".into()] {
        world.provider.set_metadata("issuer", json!(wrong));
        let answer = world.browser.get("/login").await;
        assert_eq!((answer.status, answer.cookies().len()), (502, 0), "{wrong}");
    }
    world.provider.set_metadata("issuer", json!(issuer));
    assert_eq!(world.log_in().await.status, 303);
}

#[tokio::test]
async fn metadata_is_asked_for_once_in_ten_minutes_and_not_before_it_is_needed() {
    const METADATA: &str = ".well-known/openid-configuration";
    let mut world = World::new().await;
    world.browser.get("/").await;
    assert_eq!(world.provider.asked(METADATA), 0);

    for _ in 0..3 {
        world.log_in().await;
    }
    assert_eq!((world.provider.asked(METADATA), world.provider.asked("jwks")), (1, 1));

    world.advance(600);
    world.log_in().await;
    assert_eq!(world.provider.asked(METADATA), 2);
}

#[tokio::test]
async fn a_document_that_is_too_large_is_not_read_to_the_end() {
    let mut world = World::new().await;
    world.provider.set_metadata("padding", json!("x".repeat(600_000)));

    assert_eq!(world.browser.get("/login").await.status, 502);
}

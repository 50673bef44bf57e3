//! How long sessions last is a setting, and so are the secrets that were used before.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use sample_app::{SampleApp, Secret, SessionSettings, Settings};

use super::browser::Browser;
use super::world::{NOW, World, ambient, place, settings};

#[tokio::test]
async fn a_session_ends_as_the_settings_say() {
    let short = SessionSettings { rolling: true, idle: 100, absolute: 250 };
    let mut world = World::with(|settings: &mut Settings| settings.session = short).await;
    world.log_in().await;

    for _ in 0..2 {
        world.advance(90);
        assert_eq!(world.subject().await.as_deref(), Some("alice"), "use prolongs it");
    }
    world.advance(70);

    assert_eq!(world.subject().await, None, "but not beyond its age");
}

#[tokio::test]
async fn without_rolling_use_does_not_prolong_a_session() {
    let fixed = SessionSettings { rolling: false, idle: 100, absolute: 250 };
    let mut world = World::with(|settings: &mut Settings| settings.session = fixed).await;
    world.log_in().await;
    let cookies = world.browser.jar.clone();

    world.advance(249);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
    assert_eq!(world.browser.jar, cookies, "nothing is written again");
    world.advance(1);

    assert_eq!(world.subject().await, None);
}

#[tokio::test]
async fn what_an_earlier_secret_sealed_opens_and_is_sealed_anew_at_once() {
    let mut world = World::new().await;
    world.log_in().await;
    let (old, new) = (Secret::new("a-long-secret-at-least-8"), Secret::new("another secret"));
    let app = async |secrets: Vec<Secret>| {
        let place = place().await;
        let settings = Settings { secrets, ..settings(place.origin, &world.provider.issuer) };
        let time = Arc::new(AtomicI64::new(NOW));
        let app = SampleApp::start(place.listener, settings, ambient(&time)).await.expect("the app starts");
        (app, place.base)
    };
    let (rotated, rotated_base) = app(vec![new.clone(), old]).await;
    let (_after, after_base) = app(vec![new]).await;
    let at = |base: String, jar| {
        let mut browser = Browser::new(base);
        browser.jar = jar;
        browser
    };

    let mut browser = at(rotated_base, world.browser.jar.clone());
    assert_eq!(browser.fetch("/api/user").await.status, 200);
    drop(rotated);

    let mut without = at(after_base.clone(), world.browser.jar.clone());
    assert_eq!(without.fetch("/api/user").await.status, 302, "the earlier secret is no longer there");
    let mut with = at(after_base, browser.jar);
    assert_eq!(with.fetch("/api/user").await.status, 200, "and no longer needed");
}

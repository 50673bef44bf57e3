//! The provider ends a session by a frame in its own page.

use serde_json::json;

use super::back_channel::log_in_with;
use super::browser::{Answer, Browser};
use super::world::World;

pub(crate) fn address(world: &World, sid: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("iss", world.provider.issuer.as_str()), ("sid", sid)])
        .finish();
    format!("/frontchannel-logout?{query}")
}

/// What a browser asks for in a frame of another site: without any cookie.
async fn frame(world: &World, path: &str) -> Answer {
    Browser::new(world.base.clone()).get(path).await
}

#[tokio::test]
async fn only_the_provider_may_frame_the_answer_and_nobody_keeps_it() {
    let world = World::new().await;

    for path in [address(&world, "s1"), "/frontchannel-logout".to_owned()] {
        let answer = frame(&world, &path).await;
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.ends_with(&format!("frame-ancestors {}", world.provider.issuer)), "{policy}");
        assert_eq!(answer.header("x-frame-options"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let home = frame(&world, "/").await;
    assert!(home.header("content-security-policy").expect("a policy").ends_with("frame-ancestors 'none'"));
    assert_eq!(home.header("x-frame-options"), Some("DENY"));
}

#[tokio::test]
async fn each_wrong_address_breaks_its_own_rule_and_ends_nothing() {
    let mut world = World::new().await;
    log_in_with(&mut world, json!({"sid": "s1"})).await;
    let right = address(&world, "s1");
    for (path, rule) in [
        ("/frontchannel-logout".to_owned(), "front-iss-required"),
        ("/frontchannel-logout?iss=https%3A%2F%2Fevil.example&sid=s1".to_owned(), "front-iss-check"),
        (right.replace("&sid=s1", ""), "front-sid-required"),
        (right.replace("&sid=s1", "&sid="), "front-sid-required"),
        (format!("{right}&sid=s2"), "front-duplicate-check"),
    ] {
        let answer = world.browser.get(&path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.body.starts_with(rule), "{path}: {}", answer.body);
    }
    assert_eq!(world.browser.get(&address(&world, "s2")).await.status, 200, "somebody else's session");

    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn without_a_store_the_session_ends_where_its_cookie_came_along() {
    let mut world = World::new().await;
    log_in_with(&mut world, json!({"sid": "s1"})).await;
    let kept = world.browser.jar.clone();
    let address = address(&world, "s1");

    assert_eq!(frame(&world, &address).await.status, 200);
    assert_eq!(world.subject().await.as_deref(), Some("alice"), "nothing says whose it is");
    let answer = world.browser.get(&address).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(world.browser.named("appSession"), Vec::<String>::new());
    world.browser.jar = kept;
    assert_eq!(world.subject().await, None);
}

#[cfg(feature = "store")]
#[tokio::test]
async fn with_a_store_the_session_of_that_name_ends_without_its_cookie_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sessions.sqlite");
    let mut world = World::with(|settings| settings.session_store = Some(file)).await;
    log_in_with(&mut world, json!({"sid": "s1"})).await;
    let first = std::mem::take(&mut world.browser.jar);
    log_in_with(&mut world, json!({"sid": "s2"})).await;

    let answer = frame(&world, &address(&world, "s1")).await;

    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(world.subject().await.as_deref(), Some("alice"), "the other one goes on");
    world.browser.jar = first;
    assert_eq!(world.subject().await, None);
}

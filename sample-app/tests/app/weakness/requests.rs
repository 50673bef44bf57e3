//! Requests that change something or end a session, at the honest app and at one that looks too little.

use serde_json::json;

use super::answers::assert_seen;
use crate::app::back_channel::log_in_with;
use crate::app::changes::{SCRIPT, change};
use crate::app::front_channel::address;
use crate::app::world::World;

#[tokio::test]
async fn a_change_that_each_rule_alone_would_stop_is_made_without_it() {
    let (own, here) = (("origin", "OWN"), ("sec-fetch-site", "same-origin"));
    for (name, path, headers, done) in [
        ("change-site", "/api/note", vec![own, ("sec-fetch-site", "same-site"), SCRIPT], "204"),
        ("change-origin", "/api/note", vec![("origin", "https://evil.example"), SCRIPT], "204"),
        ("change-proof", "/logout", vec![], "302"),
        ("change-api-header", "/api/note", vec![own, here], "204"),
    ] {
        assert_seen(name, "403", done, async |world| {
            world.log_in().await;
            change(world, path, &headers).await.status.to_string()
        })
        .await;
    }
}

/// The status of the answer to the provider's frame, and whether its session goes on.
async fn framed(world: &mut World, path: &str) -> String {
    log_in_with(world, json!({"sid": "s1"})).await;
    let status = world.browser.get(path).await.status;
    format!("{status} {}", world.subject().await.is_some())
}

#[tokio::test]
async fn an_address_that_is_wrong_ends_a_session_or_is_said_to() {
    let right = async |world: &mut World, from: &str, to: &str| {
        let path = address(world, "s1").replace(from, to);
        framed(world, &path).await
    };
    assert_seen("front-duplicate-check", "400 true", "200 false", async |world| {
        right(world, "&sid=s1", "&sid=s1&sid=s2").await
    })
    .await;
    assert_seen("front-sid-required", "400 true", "200 true", async |world| {
        right(world, "&sid=s1", "").await
    })
    .await;
    assert_seen("front-iss-check", "400 true", "200 true", async |world| {
        right(world, "iss=http", "iss=https").await
    })
    .await;
}

#[tokio::test]
async fn the_page_that_ends_sessions_says_who_may_frame_it() {
    assert_seen("front-frame-restriction", "true", "false", async |world| {
        let answer = world.browser.get(&address(world, "s1")).await;
        answer.header("content-security-policy").is_some().to_string()
    })
    .await;
}

//! Rotation, floods, and key sets that fail.

use serde_json::json;

use super::provider::{jwk, sign};
use super::world::World;

async fn log_in_with_key(world: &mut World, kid: &str, key: usize) -> u16 {
    let login = world.start_login("/").await;
    let header = json!({"alg": "RS256", "kid": kid}).to_string();
    let token = sign(&header, &world.claims(&login).to_string(), key);
    world.deliver(&login, &token).await.status
}

#[tokio::test]
async fn a_rotation_is_noticed_at_the_first_login_and_a_withdrawn_key_is_forgotten() {
    let mut world = World::new().await;
    assert_eq!(world.log_in().await.status, 303);
    world.provider.publish("jwks", json!({"keys": [jwk(1)]}));

    assert_eq!(log_in_with_key(&mut world, "key-1", 1).await, 303);
    assert_eq!(log_in_with_key(&mut world, "key-0", 0).await, 400);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_costs_a_few_fetches_and_delays_a_rotation_by_seconds() {
    let mut world = World::new().await;
    assert_eq!(world.log_in().await.status, 303);

    for forged in 0..50 {
        assert_eq!(log_in_with_key(&mut world, &format!("made-up-{forged}"), 2).await, 400);
    }
    assert_eq!(world.provider.asked("jwks"), 3);
    assert_eq!(world.log_in().await.status, 303, "the known key works all the while");

    world.provider.publish("jwks", json!({"keys": [jwk(1)]}));
    world.advance(10);
    assert_eq!(log_in_with_key(&mut world, "key-1", 1).await, 303);
}

#[tokio::test]
async fn parallel_logins_after_a_rotation_share_one_fetch() {
    let mut world = World::new().await;
    assert_eq!(world.log_in().await.status, 303);
    world.provider.publish("jwks", json!({"keys": [jwk(1)]}));
    let mut running = Vec::new();
    for _ in 0..20 {
        world.browser.jar.clear();
        let login = world.start_login("/").await;
        let token = sign(r#"{"alg":"RS256","kid":"key-1"}"#, &world.claims(&login).to_string(), 1);
        let mut browser = world.browser.clone();
        running.push(tokio::spawn(async move {
            browser.post("/callback", &[("state", &login.state), ("id_token", &token)]).await.status
        }));
    }

    for login in running {
        assert_eq!(login.await.unwrap(), 303);
    }
    assert!(world.provider.asked("jwks") <= 3, "{}", world.provider.asked("jwks"));
}

#[tokio::test]
async fn a_failed_fetch_keeps_the_old_keys_and_decides_nothing() {
    let mut world = World::new().await;
    assert_eq!(world.log_in().await.status, 303);
    world.provider.publish("jwks", json!({"keys": []}));

    let login = world.start_login("/").await;
    let token = sign(r#"{"alg":"RS256","kid":"key-1"}"#, &world.claims(&login).to_string(), 1);
    assert_eq!(world.deliver(&login, &token).await.status, 502);
    assert_eq!(world.log_in().await.status, 303, "known keys still verify");

    world.provider.publish("jwks", json!({"keys": [jwk(0), jwk(1)]}));
    assert_eq!(world.deliver(&login, &token).await.status, 303, "the same form can be sent again");
}

#[tokio::test]
async fn a_token_without_kid_is_for_the_only_key() {
    let mut world = World::new().await;
    let encryption = json!({"kty": "RSA", "use": "enc", "n": jwk(1)["n"], "e": "AQAB"});
    world.provider.publish("jwks", json!({"keys": [null, {"kty": "oct", "k": "AA"}, encryption, jwk(0)]}));
    let login = world.start_login("/").await;
    let token = sign(r#"{"alg":"RS256"}"#, &world.claims(&login).to_string(), 0);
    assert_eq!(world.deliver(&login, &token).await.status, 303);

    world.provider.publish("jwks", json!({"keys": [jwk(0), jwk(1)]}));
    world.advance(700);
    let login = world.start_login("/").await;
    let token = sign(r#"{"alg":"RS256"}"#, &world.claims(&login).to_string(), 0);
    World::assert_refused(&world.deliver(&login, &token).await, "unknown-key");
}

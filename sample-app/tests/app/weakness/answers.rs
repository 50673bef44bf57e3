//! What the app asks of a provider and answers to a browser, with and without a weakness.

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use url::Url;

use super::without;
use crate::app::provider::jwk;
use crate::app::world::{HEADER, World};

/// What `observe` sees of the honest app, and of the one with the weakness.
pub(super) async fn assert_seen(
    name: &str,
    honest: &str,
    weak: &str,
    observe: impl AsyncFn(&mut World) -> String,
) {
    assert_eq!(observe(&mut World::new().await).await, honest, "without {name}");
    assert_eq!(observe(&mut without(name).await).await, weak, "{name}");
}

/// The parameters of the authorization request; of the scope, its value.
async fn asked(world: &mut World) -> String {
    let answer = world.browser.get("/login").await;
    let location = Url::parse(answer.location()).expect("a redirect to the provider");
    let pairs = location.query_pairs().map(|(name, value)| match &*name {
        "scope" => value.into_owned(),
        _ => name.into_owned(),
    });
    pairs.collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn the_request_lacks_what_the_weakness_leaves_out() {
    const HONEST: &str =
        "client_id,openid profile email,response_type,response_mode,redirect_uri,nonce,state";
    for (name, weak) in [
        ("request-nonce", HONEST.replace(",nonce", "")),
        ("request-form-post", HONEST.replace(",response_mode", "")),
        ("request-claims-scope", HONEST.replace(" profile email", "")),
        ("request-parameter-once", format!("{HONEST},openid profile email")),
    ] {
        assert_seen(name, HONEST, &weak, asked).await;
    }
}

#[tokio::test]
async fn a_refusal_is_answered_by_a_new_login_or_a_crash() {
    assert_seen("error-page", "400 ", "303 /login", async |world| {
        let login = world.start_login("/").await;
        let form = [("error", "access_denied"), ("state", login.state.as_str())];
        let answer = world.browser.post("/callback", &form).await;
        format!("{} {}", answer.status, answer.location())
    })
    .await;
    assert_seen("unmatched-state-handling", "400", "500", async |world| {
        world.browser.post("/callback", &[("state", "x"), ("id_token", "x")]).await.status.to_string()
    })
    .await;
    assert_seen("method-refusal-handling", "405", "500", async |world| {
        world.browser.get("/callback").await.status.to_string()
    })
    .await;
}

#[tokio::test]
async fn the_cookie_of_a_login_stays_for_a_year() {
    let max_age = async |world: &mut World| {
        let answer = world.browser.get("/login").await;
        let marks = answer.cookies().concat();
        marks.split("; ").find(|mark| mark.starts_with("Max-Age")).unwrap_or_default().to_owned()
    };
    assert_seen("transaction-max-age", "Max-Age=3600", "Max-Age=31536000", max_age).await;
}

#[tokio::test]
async fn keys_at_an_address_of_the_providers_choice_are_not_found() {
    assert_seen("jwks-uri-from-metadata", "303", "400", async |world| {
        let elsewhere = format!("{}/elsewhere", world.provider.issuer);
        world.provider.publish("elsewhere", json!({"keys": [jwk(0)]}));
        world.provider.publish("jwks", json!({"keys": [jwk(1)]}));
        world.provider.set_metadata("jwks_uri", json!(elsewhere));
        let login = world.start_login("/").await;
        let token = super::forged(world, &login, HEADER, 0);
        world.deliver(&login, &token).await.status.to_string()
    })
    .await;
}

#[tokio::test]
async fn people_who_are_signed_in_are_turned_away() {
    for (name, path, weak) in [("api-acceptance", "/api/ping", "302"), ("page-acceptance", "/profile", "403")]
    {
        assert_seen(name, "200", weak, async |world| {
            world.log_in().await;
            world.browser.get(path).await.status.to_string()
        })
        .await;
    }
    let anonymous = async |world: &mut World| world.browser.get("/profile").await.status.to_string();
    assert_seen("page-acceptance", "302", "302", anonymous).await;
}

#[tokio::test]
async fn the_form_of_another_site_is_refused() {
    assert_seen("cross-site-post-acceptance", "303", "403", async |world| {
        let login = world.start_login("/").await;
        let form = [("state", login.state.clone()), ("id_token", world.token(&login))];
        let send = |request: RequestBuilder| request.header("sec-fetch-site", "cross-site").form(&form);
        world.browser.request(Method::POST, "/callback", send).await.status.to_string()
    })
    .await;
}

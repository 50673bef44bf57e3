//! Many people at once, each of whom ends in their own account.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::browser::Browser;
use super::provider::sign;
use super::world::{HEADER, NOW, World};

const PEOPLE: usize = 200;

/// Logs somebody in who has begun to; who the app says is there, and the names of the cookies that are left.
async fn log_in(mut browser: Browser, issuer: String, name: String) -> (Value, Vec<String>) {
    let answer = browser.get("/login").await;
    let [state, nonce] =
        ["state", "nonce"].map(|name| answer.parameter(name).expect("the parameter is sent"));
    let claims = json!({
        "iss": issuer, "aud": "app", "sub": name, "nonce": nonce, "iat": NOW, "exp": NOW + 300,
        "email": format!("{name}@example.org"),
    });
    let form = [("state", state), ("id_token", sign(HEADER, &claims.to_string(), 0))];
    let send = |request: reqwest::RequestBuilder| request.header("origin", issuer).form(&form);
    let answer = browser.request(Method::POST, "/callback", send).await;
    assert_eq!(answer.status, 303, "{name}: {}", answer.body);
    let user = browser.fetch("/api/user").await;
    (serde_json::from_str(&user.body).expect("JSON"), browser.jar.into_keys().collect())
}

async fn everybody_in(world: World) {
    let mut logins = JoinSet::new();
    for number in 0..PEOPLE {
        let (browser, issuer) = (Browser::new(world.base.clone()), world.provider.issuer.clone());
        logins.spawn(async move {
            let name = format!("user-{number}");
            (name.clone(), log_in(browser, issuer, name).await)
        });
    }

    let mut seen = BTreeSet::new();
    while let Some(done) = logins.join_next().await {
        let (name, (user, cookies)) = done.expect("nobody panicked");
        assert_eq!(user["sub"], name.as_str());
        assert_eq!(user["email"], format!("{name}@example.org"));
        assert_eq!(cookies, ["__Host-appSession"], "{name}");
        seen.insert(name);
    }
    assert_eq!(seen.len(), PEOPLE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_people_at_once_end_in_their_own_accounts() {
    everybody_in(World::new().await).await;
}

#[cfg(feature = "store")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn so_they_do_where_their_sessions_share_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sessions.sqlite");

    everybody_in(World::with(|settings| settings.session_store = Some(file)).await).await;
}

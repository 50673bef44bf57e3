//! What changes something is asked for by a page of the app.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::Answer;
use super::world::World;

/// A request with these headers, where `OWN` stands for the origin of the app.
pub(crate) async fn change(world: &mut World, path: &str, headers: &[(&str, &str)]) -> Answer {
    let own = world.app.url().trim_end_matches('/').to_owned();
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.replace("OWN", &own))).collect();
    let send = |request: reqwest::RequestBuilder| {
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.json(&json!({"note": "milk"}))
    };
    world.browser.request(Method::POST, path, send).await
}

async fn note(world: &mut World) -> String {
    let answer = world.browser.fetch("/api/note").await;
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    body["note"].as_str().expect("a text").to_owned()
}

pub(crate) const SCRIPT: (&str, &str) = ("x-requested-with", "fetch");

#[tokio::test]
async fn a_script_of_the_app_changes_what_its_person_has() {
    let mut world = World::new().await;
    world.log_in().await;

    let answer =
        change(&mut world, "/api/note", &[("origin", "OWN"), ("sec-fetch-site", "same-origin"), SCRIPT])
            .await;

    assert_eq!(answer.status, 204, "{}", answer.body);
    assert_eq!(note(&mut world).await, "milk");
}

#[tokio::test]
async fn nobody_else_does_whatever_cookies_come_along() {
    let mut world = World::new().await;
    world.log_in().await;
    for (headers, row) in [
        (vec![("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), SCRIPT], "change-site"),
        (vec![("origin", "OWN"), ("sec-fetch-site", "same-site"), SCRIPT], "change-site"),
        (vec![("origin", "https://evil.example"), SCRIPT], "change-origin"),
        (vec![("origin", "null"), SCRIPT], "change-origin"),
        (vec![("origin", "OWN"), ("sec-fetch-site", "same-origin")], "change-api-header"),
        (vec![], "change-proof"),
    ] {
        let answer = change(&mut world, "/api/note", &headers).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.body.contains(row), "{headers:?}: {}", answer.body);
    }

    assert_eq!(note(&mut world).await, "", "nothing was changed");
}

#[tokio::test]
async fn a_form_of_the_app_logs_out_and_a_foreign_one_does_not() {
    let mut world = World::new().await;
    world.log_in().await;
    let foreign =
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("accept", "text/html")];

    let refused = change(&mut world, "/logout", &foreign).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("<code>change-site</code>"), "{}", refused.body);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
    let kept = world.browser.jar.clone();
    let answer = change(&mut world, "/logout", &[("origin", "OWN"), ("sec-fetch-site", "same-origin")]).await;

    assert_eq!(answer.status, 302);
    world.browser.jar = kept;
    assert_eq!(world.subject().await, None);
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_change() {
    let mut world = World::new().await;

    let answer =
        change(&mut world, "/api/note", &[("origin", "OWN"), SCRIPT, ("sec-fetch-mode", "cors")]).await;

    assert_eq!(answer.status, 302);
    assert!(answer.cookies().is_empty());
}

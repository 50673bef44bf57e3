//! The login page, as a person uses it.

use super::stage::{Got, Stage, told};

async fn page(stage: &Stage) -> (String, Got) {
    let asked = stage.authorize(&[]).await;
    assert_eq!(asked.status, 302);
    let url = asked.header("location").to_owned();
    let page = stage.get(&url).await;
    (url, page)
}

#[tokio::test]
async fn the_right_password_leads_to_the_application() {
    let stage = Stage::new().await;
    let (url, page) = page(&stage).await;
    assert!(page.status == 200 && page.body.contains("<label for=\"username\">"));

    let answer = stage.post(&url, &[("username", "bob"), ("password", "bob")]).await.fragment();

    assert!(answer.has("id_token"));
    assert_eq!(answer.first("state"), Some("the-state"));
}

#[tokio::test]
async fn a_wrong_password_stays_on_the_page_and_says_so() {
    let stage = Stage::new().await;
    let (url, _) = page(&stage).await;

    let got = stage.post(&url, &[("username", "bo\"b"), ("password", "x")]).await;

    assert_eq!(got.status, 403);
    assert!(got.body.contains("role=\"alert\"") && got.body.contains("value=\"bo&#34;b\""));
}

#[tokio::test]
async fn one_click_is_enough_to_be_somebody_or_to_decline() {
    let stage = Stage::new().await;
    let (url, page) = page(&stage).await;
    assert!(page.body.contains("name=\"person\" value=\"gwen\""));

    assert!(stage.post(&url, &[("person", "gwen")]).await.fragment().has("id_token"));
    assert_eq!(stage.post(&url, &[("deny", "yes")]).await.fragment().first("error"), Some("access_denied"));
}

#[tokio::test]
async fn a_request_that_was_changed_on_the_way_to_the_page_is_checked_again() {
    let stage = Stage::new().await;
    let (url, _) = page(&stage).await;
    let tampered = url.replace("localhost%3A3000", "evil.example");
    assert_ne!(tampered, url);

    let got = stage.post(&tampered, &[("person", "alice")]).await;

    assert_eq!(got.status, 400);
}

#[tokio::test]
async fn a_policy_that_names_somebody_has_the_last_word_over_prompt() {
    let stage = Stage::alice().await;
    stage.tenant().clock().freeze(1_000);

    for prompt in ["login", "none", "consent select_account"] {
        let answer = stage.authorize(&[("prompt", prompt)]).await.fragment();

        let (_, claims) = told(answer.first("id_token").unwrap_or_else(|| panic!("{prompt}: {answer:?}")));
        assert_eq!((&claims["sub"], &claims["auth_time"]), (&"user-alice".into(), &1_000.into()), "{prompt}");
    }
}

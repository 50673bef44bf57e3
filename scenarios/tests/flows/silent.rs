//! Whoever is signed in at the provider is signed in here by opening a page; nobody else notices anything.

use harness::agent::{Agent as _, Fetch};
use mock_idp::LoginPolicy;
use mock_idp::fault::{DISCOVERY, ID_TOKEN, WIRE};
use mock_idp::trace::Endpoint;

use super::place::{Place, assert_signed_in, code_of};

const SILENT: [(&str, &str); 1] = [("SILENT_LOGIN", "true")];

/// How often the provider was asked to show nothing.
fn attempts(place: &Place) -> usize {
    let asked = place.tenant.trace().snapshot();
    let is_silent = |url: &str| url.contains("/authorize?") && url.contains("prompt=none");
    asked.iter().filter(|exchange| is_silent(&exchange.request.url)).count()
}

#[tokio::test]
async fn who_is_signed_in_at_the_provider_opens_a_page_and_is_signed_in_here() {
    for response_type in ["id_token", "code"] {
        let mut place = Place::new(&[SILENT[0], ("RESPONSE_TYPE", response_type)], None).await;

        let page = place.visit("/profile").await;

        assert_eq!((page.status, page.url.path()), (200, "/profile"), "{}", page.text);
        assert!(page.text.contains("Alice Doe"), "{}", page.text);
        assert_eq!(attempts(&place), 1);
    }
}

#[tokio::test]
async fn who_is_not_sees_the_page_as_if_nothing_had_been_and_is_not_asked_about_again() {
    for error in [
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
        "server_error",
    ] {
        let mut place = Place::new(&SILENT, None).await;
        place.tenant.set_policy(LoginPolicy::Deny { error: error.into(), description: None });

        for _ in 0..3 {
            let page = place.visit("/?from=here").await;
            assert_eq!((page.status, page.url.path()), (200, "/"), "{error}: {}", page.text);
            assert_eq!(page.url.query(), Some("from=here"));
            assert!(page.text.contains("browsing anonymously"), "{error}: {}", page.text);
        }

        assert_eq!(attempts(&place), 1, "{error}");
    }
}

#[tokio::test]
async fn a_guarded_page_asks_the_person_once_silence_has_failed() {
    let mut place = Place::new(&SILENT, None).await;
    place.tenant.set_policy(LoginPolicy::Ask);

    let page = place.visit("/profile").await;

    assert!(page.url.as_str().starts_with(&place.tenant.issuer()), "{}", page.url);
    assert_eq!((page.status, attempts(&place)), (200, 1));
}

#[tokio::test]
async fn pictures_scripts_and_the_api_start_nothing() {
    let mut place = Place::new(&SILENT, None).await;
    place.tenant.set_policy(LoginPolicy::Ask);
    place.visit("/").await;
    place.agent.delete_cookie(&place.start, "__Host-skipSilentLogin").await.expect("a cookie less");

    for path in ["/api/ping", "/favicon.ico", "/assets/app.css", "/"] {
        let url = place.start.join(path).expect("an address");
        place.agent.fetch(Fetch::get(url.clone())).await.expect("an answer");
        place.agent.fetch(Fetch::image(url)).await.expect("an answer");
    }
    place.visit("/api/ping").await;
    place.visit("/healthz").await;

    assert_eq!(attempts(&place), 1, "the one of the page");
    place.visit("/").await;
    assert_eq!(attempts(&place), 2, "the mark was all that kept it back");
}

#[tokio::test]
async fn who_logged_out_stays_out_until_they_log_in() {
    let mut place = Place::new(&SILENT, None).await;
    place.visit("/").await;
    assert!(place.visit("/").await.text.contains("Log out"));
    place.agent.delete_cookie(&place.start, "__Host-skipSilentLogin").await.expect("a cookie less");

    place.visit("/logout").await;
    let page = place.visit("/").await;

    assert!(page.text.contains("browsing anonymously"), "{}", page.text);
    assert_eq!(attempts(&place), 1);
    assert_signed_in(&place.log_in().await, "explicit");
    let cookies = place.agent.cookies(&place.start).await.expect("cookies");
    assert!(cookies.iter().all(|cookie| !cookie.name.contains("skipSilentLogin")), "the mark is cleared");
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_a_page() {
    let mut place = Place::new(&SILENT, None).await;
    let fault = WIRE.at(Endpoint::Discovery).status(503);
    let _armed = place.tenant.arm(vec![fault, DISCOVERY.remove("issuer")]).expect("faults that can be armed");

    let page = place.visit("/").await;

    assert_eq!((page.status, page.url.path()), (200, "/"), "{}", page.text);
    assert!(page.text.contains("browsing anonymously"), "{}", page.text);
}

#[tokio::test]
async fn a_forged_token_is_refused_in_silence_as_well() {
    let mut place = Place::new(&SILENT, None).await;
    let _armed = place.tenant.arm(vec![ID_TOKEN.set("nonce", "another")]).expect("a fault that can be armed");

    let page = place.visit("/").await;

    assert_eq!((page.status, code_of(&page)), (400, "nonce-check"));
    let home = place.visit("/").await;
    assert!(home.text.contains("browsing anonymously"), "{}", home.text);
}

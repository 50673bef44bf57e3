//! A code in the address of the callback, for providers that know no form post.

use mock_idp::fault::{ID_TOKEN, Order, RESPONSE};
use mock_idp::{LoginPolicy, ResponseMode};

use super::place::{Place, assert_signed_in, code_of, refused};

const QUERY: [(&str, &str); 2] = [("RESPONSE_TYPE", "code"), ("RESPONSE_MODE", "query")];

#[tokio::test]
async fn a_code_comes_in_the_address_and_leaves_it_at_once() {
    let mut place = Place::new(&QUERY, None).await;

    let page = place.log_in().await;

    assert_signed_in(&page, "query");
    assert!(page.text.contains("code in the address") && !page.text.contains("form post"), "{}", page.text);
    assert_eq!(page.url.query(), None);
    let callback = page.hops.iter().find(|hop| hop.url.path() == "/callback").expect("the callback");
    assert!(callback.url.query().is_some_and(|query| query.contains("code=")), "{}", callback.url);
}

#[tokio::test]
async fn the_rules_of_a_response_hold_in_the_address_as_well() {
    for (fault, reason) in [
        (RESPONSE.set("state", "another"), "state-check"),
        (RESPONSE.remove("state"), "state-check"),
        (RESPONSE.duplicate("code", "another", Order::First), "duplicate-parameter-check"),
        (RESPONSE.set("id_token", "x"), "unrequested-token-check"),
        (RESPONSE.set("iss", "https://evil.example"), "response-iss-check"),
        (ID_TOKEN.set("nonce", "another"), "nonce-check"),
        (RESPONSE.mode(ResponseMode::FormPost), "get-only-callback"),
    ] {
        let mut place = Place::new(&QUERY, None).await;
        let _armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");

        let page = place.log_in().await;

        let status = if reason == "get-only-callback" { 405 } else { 400 };
        assert_eq!((page.status, code_of(&page)), (status, reason), "{fault}: {}", page.text);
    }
}

#[tokio::test]
async fn an_error_comes_in_the_address_too() {
    let mut place = Place::new(&QUERY, None).await;
    place.tenant.set_policy(LoginPolicy::Deny { error: "access_denied".into(), description: None });

    let page = place.log_in().await;

    assert_eq!((page.status, code_of(&page)), (400, "error-response-precedence"));
    assert!(page.text.contains("The login was cancelled"), "{}", page.text);
}

#[tokio::test]
async fn where_a_form_was_asked_for_an_address_is_no_response() {
    let mut place = Place::new(&[("RESPONSE_TYPE", "code")], None).await;
    let _armed =
        place.tenant.arm(vec![RESPONSE.mode(ResponseMode::Query)]).expect("a fault that can be armed");

    let page = place.log_in().await;

    assert_eq!((page.status, code_of(&page)), (405, "post-only-callback"));
    assert_eq!(refused(&QUERY, RESPONSE.remove("code")).await, "code-required");
}

//! Every response type, and what is particular to each.

use mock_idp::AuthMethod;
use mock_idp::fault::{ID_TOKEN, RESPONSE, TOKEN_RESPONSE};

use super::place::{Place, SECRET, assert_signed_in, refused};

const RESPONSE_TYPES: [&str; 6] =
    ["id_token", "token id_token", "code", "id_token code", "token code", "id_token token code"];
const HYBRID: &str = "code id_token token";

#[tokio::test]
async fn every_response_type_signs_people_in_without_a_secret_and_with_one() {
    let ways = [
        ("none", AuthMethod::None),
        ("client_secret_basic", AuthMethod::ClientSecretBasic),
        ("client_secret_post", AuthMethod::ClientSecretPost),
    ];
    for response_type in RESPONSE_TYPES {
        for (way, method) in ways {
            let secret = if way == "none" { "" } else { SECRET };
            let settings =
                [("RESPONSE_TYPE", response_type), ("CLIENT_AUTH", way), ("CLIENT_SECRET", secret)];
            let mut place = Place::new(&settings, Some(method)).await;

            let page = place.log_in().await;

            assert_signed_in(&page, &format!("{response_type} with {way}"));
        }
    }
}

#[tokio::test]
async fn what_comes_with_an_id_token_is_what_the_token_vouches_for() {
    for (response_type, fault, reason) in [
        ("code id_token", RESPONSE.set("code", "another"), "c-hash-check"),
        ("code id_token", ID_TOKEN.set("c_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "c-hash-check"),
        ("code id_token", ID_TOKEN.remove("c_hash"), "c-hash-required"),
        ("id_token token", RESPONSE.set("access_token", "another"), "at-hash-check"),
        ("id_token token", ID_TOKEN.remove("at_hash"), "at-hash-required"),
        (HYBRID, RESPONSE.set("access_token", "another"), "at-hash-check"),
        ("code", ID_TOKEN.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "at-hash-check"),
        ("code", TOKEN_RESPONSE.set("access_token", "another"), "at-hash-check"),
    ] {
        assert_eq!(
            refused(&[("RESPONSE_TYPE", response_type)], fault.clone()).await,
            reason,
            "{response_type}: {fault}"
        );
    }
}

#[tokio::test]
async fn a_response_holds_what_was_asked_for_and_nothing_else() {
    for (response_type, fault, reason) in [
        ("code", RESPONSE.remove("code"), "code-required"),
        ("code", RESPONSE.set("access_token", "x"), "unrequested-token-check"),
        ("code", RESPONSE.set("id_token", "x"), "unrequested-token-check"),
        (HYBRID, RESPONSE.remove("id_token"), "id-token-required"),
        ("id_token token", RESPONSE.remove("access_token"), "access-token-required"),
        ("id_token token", RESPONSE.set("token_type", "mac"), "token-type-check"),
    ] {
        assert_eq!(
            refused(&[("RESPONSE_TYPE", response_type)], fault.clone()).await,
            reason,
            "{response_type}: {fault}"
        );
    }
}

#[tokio::test]
async fn a_code_is_worth_what_its_token_response_proves() {
    for (response_type, fault, reason) in [
        ("code", RESPONSE.set("code", "another"), "code-refused"),
        ("code token", TOKEN_RESPONSE.remove("id_token"), "token-response-id-token"),
        ("code", TOKEN_RESPONSE.set("token_type", "mac"), "token-response-token-type"),
        ("code", ID_TOKEN.set("nonce", "another"), "nonce-check"),
        ("code", ID_TOKEN.set("aud", "another"), "aud-check"),
        (HYBRID, ID_TOKEN.set("sub", "mallory").nth(2), "hybrid-sub-check"),
    ] {
        assert_eq!(
            refused(&[("RESPONSE_TYPE", response_type)], fault.clone()).await,
            reason,
            "{response_type}: {fault}"
        );
    }
}

#[tokio::test]
async fn an_app_with_the_wrong_secret_says_that_the_login_is_out_of_order() {
    let settings = [("RESPONSE_TYPE", "code"), ("CLIENT_SECRET", "wrong")];
    let mut place = Place::new(&settings, Some(AuthMethod::ClientSecretBasic)).await;

    let page = place.log_in().await;

    assert_eq!(page.status, 502, "{}", page.text);
    assert!(page.body.contains("<code>provider-unusable</code>"), "{}", page.text);
}

#[tokio::test]
async fn a_code_is_redeemed_with_a_verifier_that_no_browser_can_read() {
    let mut place = Place::new(&[("RESPONSE_TYPE", "code")], None).await;

    let page = place.log_in().await;

    assert_signed_in(&page, "code");
    let asked: Vec<_> =
        place.tenant.trace().snapshot().into_iter().map(|exchange| exchange.request).collect();
    let form =
        asked.iter().find_map(|request| request.body.split_once("code_verifier=")).expect("a verifier");
    let verifier = form.1.split('&').next().expect("its value");
    assert!(verifier.len() >= 43, "RFC 7636 4.1: {verifier}");
    assert!(asked.iter().any(|request| request.url.contains("code_challenge_method=S256")));
    let cookies: Vec<_> = page.hops.iter().flat_map(|hop| &hop.set_cookies).collect();
    assert!(cookies.iter().any(|line| line.contains("code_verifier")), "the login remembers it, sealed");
    assert!(cookies.iter().all(|line| !line.contains(verifier)), "{cookies:?}");
    let seen: Vec<_> = page.hops.iter().map(|hop| hop.url.as_str()).collect();
    assert!(seen.iter().all(|url| !url.contains(verifier)), "{seen:?}");
}

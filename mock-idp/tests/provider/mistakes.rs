//! Mistakes seen in other mocks, each with the test that keeps it out.
//!
//! | mistake | test |
//! | --- | --- |
//! | `state` unescaped in the form page | `form_page::a_hostile_state_arrives_as_it_was_and_never_as_markup` |
//! | a form page that is no `text/html` | `form_page::the_page_is_html_that_nothing_keeps_and_only_its_own_script_runs` |
//! | a form without inputs | `form_page::the_fields_are_exactly_those_of_the_response` |
//! | a `state` that is empty or the word `undefined` | `mistakes::an_absent_state_is_neither_empty_nor_undefined` |
//! | failure when `state` is absent | `mistakes::a_request_without_state_is_answered_in_every_mode` |
//! | an error in another mode than asked | `authorize::errors_travel_in_the_mode_that_was_asked_for` |
//! | an error body in other letter case | `strict::an_error_is_told_in_the_letters_of_the_specification` |
//! | `response_type` compared as an ordered string | `mistakes::the_words_of_a_response_type_come_in_any_order` |
//! | a code returned for `id_token` | `strict::a_code_is_not_returned_for_an_id_token_nor_a_token_in_a_query` |
//! | a token in a query string | `strict::a_code_is_not_returned_for_an_id_token_nor_a_token_in_a_query` |
//! | implicit errors in the query | `mistakes::an_error_of_the_implicit_flow_is_in_the_fragment` |
//! | a second `?` in a redirect URI that has a query | `authorize::the_redirect_uri_keeps_its_own_query` |
//! | the fragment written as a query | `mistakes::what_is_for_the_fragment_is_not_in_the_query` |
//! | redirect URIs matched by substring | `mistakes::a_redirect_uri_that_resembles_a_registered_one_is_refused` |
//! | PKCE skipped without a verifier, a verifier taken without a challenge | `code::the_verifier_is_compared_both_ways` |
//! | `expires_in` in the wrong unit | `mistakes::expires_in_is_in_seconds` |
//! | two keys under one `kid`, or a key without | `metadata::every_key_has_a_kid_of_its_own_whatever_was_registered_rotated_or_chosen` |
//! | a JWK member `use_` | `metadata::the_key_set_has_public_members_only` |
//! | REQUIRED metadata missing | `metadata::every_required_member_is_there_and_the_issuer_is_the_url_it_was_asked_at` |
//! | algorithms listed that are not in use | `offer::everything_that_is_advertised_works_and_nothing_else_does` |
//! | userinfo without `sub` | `claims::userinfo_always_has_sub_and_believes_no_token_that_it_did_not_issue` |
//! | userinfo that trusts an unverified JWT | `mistakes::userinfo_believes_no_jwt_that_anybody_can_write` |
//! | a nonce shared across requests, or invented | `strict::a_nonce_is_neither_shared_between_requests_nor_invented` |
//! | `client_secret_basic` advertised, only the form read | `code::a_registered_secret_is_checked_in_either_place` |
//! | a queued fault eaten by an unrelated request | `faults::a_marked_lie_is_not_eaten_by_somebody_else` |
//! | a clock for issuing and not for verifying | `strict::what_was_issued_expires_by_the_clock_that_issued_it` |
//! | a private key in the JWKS | `metadata::the_key_set_has_public_members_only` |
//! | a debugger page usable as a proxy | `pause::the_page_sends_to_the_checked_redirect_uri_and_nowhere_else` |
//! | an address in a request that is fetched | `pushed::an_address_that_the_client_did_not_register_is_never_fetched` |
//! | unbounded request bodies | `authorize::a_body_beyond_the_limit_is_refused` |
//! | login pages that load third-party assets | `pages::no_page_loads_anything_from_elsewhere_or_lets_it_in` |

use mock_idp::fault::ID_TOKEN;
use mock_idp::{Client, Params, Rules};

use super::stage::{CALLBACK, CLIENT, Got, Stage, read};

/// The parameters of a response, wherever they are.
#[track_caller]
fn answered(got: &Got) -> Params {
    match got.headers.get("location") {
        None => got.fields(),
        Some(location) => {
            Params::parse(location.to_str().unwrap().split_once(['?', '#']).expect("parameters").1)
        }
    }
}

const MODES: [(&str, &str); 3] = [("id_token", "form_post"), ("id_token", "fragment"), ("code", "query")];

#[test]
fn every_mistake_of_the_table_has_its_test() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider");
    let rows = include_str!("mistakes.rs").lines().filter(|line| line.starts_with("//! | ")).skip(2);
    let mut count = 0;
    for row in rows {
        let name = row.trim_end_matches("` |").rsplit('`').next().unwrap();
        let (module, test) = name.split_once("::").unwrap_or_else(|| panic!("no test in {row}"));
        let source = std::fs::read_to_string(tests.join(format!("{module}.rs"))).unwrap();
        assert!(source.contains(&format!("fn {test}()")), "{row}");
        count += 1;
    }
    assert_eq!(count, 31);
}

#[tokio::test]
async fn an_absent_state_is_neither_empty_nor_undefined() {
    let stage = Stage::alice().await;

    for (kind, mode) in MODES {
        for error in ["", "consent none"] {
            let changes =
                [("response_type", kind), ("response_mode", mode), ("state", ""), ("prompt", error)];
            let got = stage.authorize(&changes).await;

            assert!(!answered(&got).has("state"), "{mode}: {got:?}");
            assert!(!got.body.contains("undefined") && !got.body.contains("null"), "{mode}: {got:?}");
        }
    }
}

#[tokio::test]
async fn a_request_without_state_is_answered_in_every_mode() {
    let stage = Stage::alice().await;

    for (kind, mode) in MODES {
        let got = stage.authorize(&[("response_type", kind), ("response_mode", mode), ("state", "")]).await;

        assert!(answered(&got).has(kind), "{mode}: {got:?}");
    }
}

#[tokio::test]
async fn the_words_of_a_response_type_come_in_any_order() {
    let stage = Stage::alice().await;

    for order in ["code id_token token", "token id_token code", "id_token code token"] {
        let answer = stage.authorize(&[("response_type", order)]).await.fragment();

        let names: Vec<&str> =
            ["code", "id_token", "access_token"].into_iter().filter(|n| answer.has(n)).collect();
        assert_eq!(names, ["code", "id_token", "access_token"], "{order}");
    }
    for order in ["id_token token", "token id_token"] {
        let answer = stage.authorize(&[("response_type", order)]).await.fragment();
        assert!(answer.has("id_token") && answer.has("access_token") && !answer.has("code"), "{order}");
    }
}

#[tokio::test]
async fn an_error_of_the_implicit_flow_is_in_the_fragment() {
    let stage = Stage::alice().await;

    for kind in ["id_token", "id_token token", "code id_token"] {
        let got = stage.authorize(&[("response_type", kind), ("nonce", "")]).await;

        assert_eq!(got.fragment().first("error"), Some("invalid_request"), "{kind}");
        assert!(!got.header("location").contains('?'), "{kind}: {got:?}");
    }
}

#[tokio::test]
async fn what_is_for_the_fragment_is_not_in_the_query() {
    let stage = Stage::alice().await;
    let own = format!("{CALLBACK}?tenant=1");

    let got = stage.authorize(&[("redirect_uri", &own)]).await;

    assert!(got.header("location").starts_with(&format!("{own}#")), "{got:?}");
    assert!(got.fragment().has("id_token") && got.fragment().has("state"));
}

#[tokio::test]
async fn a_redirect_uri_that_resembles_a_registered_one_is_refused() {
    let stage = Stage::alice().await;
    stage
        .tenant()
        .add_client(Client { redirect_uris: vec![CALLBACK.into()], ..Client::unregistered(CLIENT) });
    stage.tenant().set_rules(Rules::Strict);

    for uri in [
        "http://localhost:3000/",
        "http://localhost:3000/callbac",
        "http://localhost:3000/callback/",
        "http://localhost:3000/callback?x=1",
        "http://localhost:3000/CALLBACK",
        "http://localhost:3000/a/../callback",
        "http://localhost:3000.evil.example/callback",
        "https://evil.example/?http://localhost:3000/callback",
    ] {
        let got = stage.authorize(&[("redirect_uri", uri)]).await;

        assert!(got.status == 400 && got.headers.get("location").is_none(), "{uri}: {got:?}");
    }
    assert_eq!(stage.authorize(&[]).await.status, 303);
}

#[tokio::test]
async fn expires_in_is_in_seconds() {
    let stage = Stage::alice().await;
    stage.tenant().clock().freeze(1_000_000);
    let answer = stage.authorize(&[("response_type", "id_token token")]).await.fragment();
    let seconds: u64 = answer.first("expires_in").unwrap().parse().unwrap();
    let status = async || {
        let url = format!("{}/userinfo", stage.provider.base_url());
        let token = answer.first("access_token").unwrap();
        read(stage.http.get(url).bearer_auth(token).send().await.unwrap()).await.status
    };

    stage.tenant().clock().advance(i64::try_from(seconds).unwrap() - 1);
    let before = status().await;
    stage.tenant().clock().advance(1);

    assert_eq!((before, status().await), (200, 401));
}

#[tokio::test]
async fn userinfo_believes_no_jwt_that_anybody_can_write() {
    let stage = Stage::alice().await;
    let url = format!("{}/userinfo", stage.provider.base_url());
    let unsigned = stage.tenant().mint("alice", CLIENT, None, &mock_idp::fault::named::alg_none()).unwrap();
    let honest = stage.tenant().mint("alice", CLIENT, None, &[ID_TOKEN.set("scope", "openid")]).unwrap();

    for token in [unsigned, honest, "e30.e30.".to_owned()] {
        let got = read(stage.http.get(&url).bearer_auth(&token).send().await.unwrap()).await;

        assert_eq!(got.status, 401, "{token}: {got:?}");
    }
}

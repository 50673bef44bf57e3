//! Authorization requests, good and bad.

use mock_idp::{Client, LoginPolicy, Offer, Rules};

use super::stage::{CALLBACK, CLIENT, Stage};

#[tokio::test]
async fn the_default_mode_is_the_fragment_and_an_absent_state_stays_absent() {
    let stage = Stage::alice().await;

    let with = stage.authorize(&[]).await.fragment();
    let without = stage.authorize(&[("state", "")]).await.fragment();

    assert_eq!(with.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["id_token", "state"]);
    assert_eq!(with.first("state"), Some("the-state"));
    assert_eq!(without.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["id_token"]);
}

#[tokio::test]
async fn errors_travel_in_the_mode_that_was_asked_for() {
    let stage = Stage::alice().await;

    let form = stage.authorize(&[("nonce", ""), ("response_mode", "form_post")]).await;
    let fragment = stage.authorize(&[("nonce", "")]).await;
    let query = stage.authorize(&[("nonce", ""), ("response_mode", "query")]).await;

    assert_eq!(form.fields().first("error"), Some("invalid_request"));
    assert_eq!(form.fields().first("state"), Some("the-state"));
    assert_eq!(fragment.fragment().first("error"), Some("invalid_request"));
    assert!(query.header("location").starts_with(&format!("{CALLBACK}#error=")));
}

#[tokio::test]
async fn a_code_request_gets_a_code_in_the_query_and_no_token() {
    let stage = Stage::alice().await;

    let got = stage.authorize(&[("response_type", "code")]).await;

    assert!(got.header("location").starts_with(&format!("{CALLBACK}?code=")));
    assert!(!got.header("location").contains("token"));
}

#[tokio::test]
async fn the_redirect_uri_keeps_its_own_query() {
    let stage = Stage::alice().await;

    let got = stage.authorize(&[("redirect_uri", "http://localhost:3000/cb?a=1&b=2")]).await;

    assert!(got.header("location").starts_with("http://localhost:3000/cb?a=1&b=2#id_token="));
}

#[tokio::test]
async fn authorization_requests_may_be_posted() {
    let stage = Stage::alice().await;
    let url = format!("{}/authorize", stage.provider.base_url());
    let form = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "id_token"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("state", "s & t"),
    ];

    let got = stage.post(&url, &form).await;

    assert_eq!(got.fragment().first("state"), Some("s & t"));
}

#[tokio::test]
async fn a_strict_provider_shows_where_a_redirect_uri_differs() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    tenant.set_rules(Rules::Strict);
    tenant.add_client(Client { redirect_uris: vec![CALLBACK.into()], ..Client::unregistered(CLIENT) });

    let good = stage.authorize(&[]).await;
    let wrong = stage.authorize(&[("redirect_uri", "http://localhost:3001/callback")]).await;
    let unknown = stage.authorize(&[("client_id", "nobody")]).await;

    assert_eq!(good.status, 303);
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("http://localhost:300<del>1</del>/callback"), "{}", wrong.body);
    assert!(wrong.body.contains("http://localhost:300<ins>0</ins>/callback"));
    assert!(unknown.status == 400 && unknown.body.contains("rpcheck-client"), "{}", unknown.body);
}

#[tokio::test]
async fn an_untrusted_request_is_never_redirected() {
    let stage = Stage::alice().await;

    for change in [
        ("redirect_uri", "https://evil.example/cb"),
        ("redirect_uri", "http://localhost.evil.example/cb"),
        ("redirect_uri", ""),
        ("client_id", ""),
    ] {
        let got = stage.authorize(&[change]).await;

        assert_eq!(got.status, 400, "{change:?}");
        assert!(got.headers.get("location").is_none());
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn a_silent_request_never_shows_a_page() {
    let stage = Stage::new().await;
    let silent = [("prompt", "none")];

    assert_eq!(stage.authorize(&silent).await.fragment().first("error"), Some("login_required"));

    stage.tenant().set_policy(LoginPolicy::Once { user: "alice".into() });
    assert!(stage.authorize(&silent).await.fragment().has("id_token"));
    assert_eq!(stage.authorize(&silent).await.fragment().first("error"), Some("login_required"));
}

#[tokio::test]
async fn deny_answers_with_the_chosen_error() {
    let stage = Stage::new().await;
    stage
        .tenant()
        .set_policy(LoginPolicy::Deny { error: "temporarily_unavailable".into(), description: None });

    let answer = stage.authorize(&[]).await.fragment();

    assert_eq!(answer.encode(), "error=temporarily_unavailable&state=the-state");
}

#[tokio::test]
async fn a_login_hint_chooses_the_person_and_an_unknown_one_leads_to_the_page() {
    let stage = Stage::new().await;
    stage.tenant().set_policy(LoginPolicy::LoginHint);

    let known = stage.authorize(&[("login_hint", "bob@example.test")]).await;
    let unknown = stage.authorize(&[("login_hint", "zoe")]).await;

    assert!(known.fragment().has("id_token"));
    assert!(unknown.header("location").contains("/login?"));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let stage = Stage::new().await;
    let url = format!("{}/authorize", stage.provider.base_url());

    let got = stage.post(&url, &[("x", &"y".repeat(64 * 1024 + 1))]).await;

    assert_eq!(got.status, 413);
}

#[tokio::test]
async fn a_redirect_uri_with_hidden_characters_gets_the_page_under_either_rules() {
    let stage = Stage::alice().await;
    for uri in
        ["http://localhost/\r\nx: y", "http://local\thost/", "http://localhost/\u{7f}", " http://localhost/"]
    {
        for rules in [Rules::Lenient, Rules::Strict] {
            stage.tenant().set_rules(rules);
            let redirect_uris = vec![uri.to_owned()];
            stage.tenant().add_client(Client { redirect_uris, ..Client::unregistered(CLIENT) });

            let got = stage.authorize(&[("redirect_uri", uri)]).await;

            assert_eq!(got.status, 400, "{uri:?} {got:?}");
            assert!(got.body.contains("control character"), "{uri:?} {got:?}");
        }
    }
}

#[tokio::test]
async fn a_request_without_response_mode_is_told_what_it_meant_where_that_is_not_offered() {
    let stage = Stage::alice().await;
    let response_modes = vec!["form_post".into()];
    stage.tenant().set_offer(Offer { response_modes, ..Offer::default() }).unwrap();

    let answer = stage.authorize(&[]).await.fragment();

    assert_eq!(answer.first("error"), Some("invalid_request"));
    let text = answer.first("error_description").unwrap();
    assert!(text.starts_with("response_mode is missing, which means fragment here"), "{text}");
    assert!(stage.authorize(&[("response_mode", "form_post")]).await.fields().has("id_token"));
}

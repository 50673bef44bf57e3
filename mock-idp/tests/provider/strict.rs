//! Strict rules, and mistakes that other mocks made.

use mock_idp::{AuthMethod, Client, Params, Rules};
use serde_json::json;

use super::stage::{CALLBACK, CLIENT, Got, Stage};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PKCE: [(&str, &str); 3] =
    [("response_type", "code"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

/// A strict provider that knows one client.
async fn strict(client: Client) -> Stage {
    let stage = Stage::alice().await;
    stage.tenant().add_client(Client { redirect_uris: vec![CALLBACK.into()], ..client });
    stage.tenant().set_rules(Rules::Strict);
    stage
}

async fn token(stage: &Stage, form: &[(&str, &str)]) -> Got {
    stage.post(&format!("{}/token", stage.provider.base_url()), form).await
}

#[track_caller]
fn answered(got: &Got) -> Params {
    Params::parse(got.header("location").split_once('?').unwrap().1)
}

#[tokio::test]
async fn a_strict_provider_knows_registered_clients_only_wherever_they_ask() {
    let stage = strict(Client::unregistered(CLIENT)).await;
    let base = stage.provider.base_url();

    let page = stage.authorize(&[("client_id", "stranger")]).await;
    assert!(page.status == 400 && page.body.contains("is not registered"), "{page:?}");
    for path in ["token", "par", "introspect", "revoke", "device_authorization"] {
        let form = [("client_id", "stranger"), ("grant_type", "client_credentials"), ("token", "x")];
        let got = stage.post(&format!("{base}/{path}"), &form).await;

        assert_eq!((got.status, &got.json()["error"]), (401, &json!("invalid_client")), "{path}");
    }
}

#[tokio::test]
async fn a_strict_provider_wants_pkce_from_a_client_without_credentials_and_from_no_other() {
    let public = strict(Client::unregistered(CLIENT)).await;
    let confidential =
        strict(Client { client_secret: Some("s".into()), ..Client::unregistered(CLIENT) }).await;

    let without = answered(&public.authorize(&PKCE[..1]).await);
    let with = answered(&public.authorize(&PKCE).await);
    let secret = answered(&confidential.authorize(&PKCE[..1]).await);

    assert!(without.first("error_description").unwrap().contains("code_challenge is missing"), "{without:?}");
    assert!(with.has("code") && secret.has("code"));
}

#[tokio::test]
async fn response_types_and_grant_types_that_a_client_did_not_register_are_refused() {
    let stage = strict(Client {
        client_secret: Some("s".into()),
        response_types: vec!["code".into()],
        grant_types: vec!["authorization_code".into()],
        ..Client::unregistered(CLIENT)
    })
    .await;

    let front = stage.authorize(&[]).await.fragment();
    let back =
        token(&stage, &[("grant_type", "client_credentials"), ("client_id", CLIENT), ("client_secret", "s")])
            .await;

    assert_eq!(front.first("error"), Some("unauthorized_client"));
    assert_eq!((back.status, &back.json()["error"]), (400, &json!("unauthorized_client")));
}

#[tokio::test]
async fn a_client_that_registered_a_method_cannot_leave_it_out() {
    let stage = strict(Client {
        client_secret: Some("s".into()),
        token_endpoint_auth_method: Some(AuthMethod::ClientSecretPost),
        ..Client::unregistered(CLIENT)
    })
    .await;
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT)];

    assert_eq!(token(&stage, &form).await.status, 401);
    assert_eq!(token(&stage, &[&form[..], &[("client_secret", "x")]].concat()).await.status, 401);
    assert_eq!(token(&stage, &[&form[..], &[("client_secret", "s")]].concat()).await.status, 200);
}

#[tokio::test]
async fn an_error_is_told_in_the_letters_of_the_specification() {
    let stage = Stage::new().await;

    let got = token(&stage, &[("grant_type", "nonsense"), ("client_id", CLIENT)]).await;

    let members: Vec<String> = got.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["error", "error_description"]);
    assert_eq!((got.status, &got.json()["error"]), (400, &json!("unsupported_grant_type")));
    assert_eq!(got.header("content-type"), "application/json");
    assert_eq!(got.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_code_is_not_returned_for_an_id_token_nor_a_token_in_a_query() {
    let stage = Stage::alice().await;

    let implicit = stage.authorize(&[]).await.fragment();
    let query = stage.authorize(&[("response_type", "code id_token"), ("response_mode", "query")]).await;

    assert!(implicit.has("id_token") && !implicit.has("code"));
    assert!(!query.header("location").contains('?') && query.fragment().has("error"), "{query:?}");
}

#[tokio::test]
async fn what_was_issued_expires_by_the_clock_that_issued_it() {
    let stage = Stage::alice().await;
    let clock = stage.tenant().clock();
    let code = answered(&stage.authorize(&PKCE).await).first("code").unwrap().to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let late = answered(&stage.authorize(&PKCE).await).first("code").unwrap().to_owned();

    let tokens = token(&stage, &[&form[..], &[("code", &code)]].concat()).await.json();
    clock.advance(60);
    let late = token(&stage, &[&form[..], &[("code", &late)]].concat()).await;
    let ask = || {
        let url = format!("{}/userinfo", stage.provider.base_url());
        stage.http.get(url).bearer_auth(tokens["access_token"].as_str().unwrap()).send()
    };
    let before = ask().await.unwrap().status();
    clock.advance(3600);

    assert_eq!(late.json()["error"], "invalid_grant");
    assert_eq!((before, ask().await.unwrap().status()), (200.try_into().unwrap(), 401.try_into().unwrap()));
}

#[tokio::test]
async fn a_nonce_is_neither_shared_between_requests_nor_invented() {
    let stage = Stage::alice().await;

    let first = stage.authorize(&[("nonce", "one")]).await.fragment();
    let second = stage.authorize(&[("nonce", "two")]).await.fragment();
    let changes = [&PKCE[..], &[("nonce", "")]].concat();
    let code = answered(&stage.authorize(&changes).await).first("code").unwrap().to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("code", &code),
    ];
    let without = token(&stage, &form).await.json();

    let nonce = |token: &str| super::stage::told(token).1["nonce"].clone();
    assert_eq!(nonce(first.first("id_token").unwrap()), "one");
    assert_eq!(nonce(second.first("id_token").unwrap()), "two");
    assert!(nonce(without["id_token"].as_str().unwrap()).is_null());
}

//! The end of a session.

use mock_idp::{Client, Rules};

use super::stage::{CLIENT, Stage};

#[tokio::test]
async fn without_a_place_to_go_the_provider_shows_its_own_page() {
    let stage = Stage::new().await;
    let url = format!("{}/end-session", stage.provider.base_url());

    assert!(stage.get(&url).await.body.contains("Signed out"));
    assert!(stage.post(&url, &[]).await.body.contains("Signed out"));
}

#[tokio::test]
async fn a_lenient_provider_goes_anywhere_on_loopback_and_nowhere_else() {
    let stage = Stage::new().await;
    let url = format!("{}/end-session", stage.provider.base_url());

    let there = stage
        .post(&url, &[("post_logout_redirect_uri", "http://localhost:3000/bye?a=1"), ("state", "x y")])
        .await;
    let elsewhere = stage.post(&url, &[("post_logout_redirect_uri", "https://evil.example/")]).await;

    assert_eq!(there.header("location"), "http://localhost:3000/bye?a=1&state=x+y");
    assert_eq!(elsewhere.status, 400);
}

#[tokio::test]
async fn a_strict_provider_goes_only_where_the_client_is_registered() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.set_rules(Rules::Strict);
    let bye = "http://localhost:3000/bye";
    tenant.add_client(Client { post_logout_redirect_uris: vec![bye.into()], ..Client::unregistered(CLIENT) });
    let hint = tenant.mint("alice", CLIENT, None, &[]).unwrap();
    let others_hint = tenant.mint("alice", "sample-app", None, &[]).unwrap();
    let url = format!("{}/end-session", tenant.issuer());
    let status = async |form: &[(&str, &str)]| stage.post(&url, form).await.status;

    assert_eq!(status(&[("post_logout_redirect_uri", bye), ("id_token_hint", &hint)]).await, 303);
    assert_eq!(status(&[("post_logout_redirect_uri", bye), ("client_id", CLIENT)]).await, 303);
    assert_eq!(status(&[("post_logout_redirect_uri", bye), ("id_token_hint", &others_hint)]).await, 400);
    assert_eq!(status(&[("post_logout_redirect_uri", &format!("{bye}/")), ("client_id", CLIENT)]).await, 400);
}

#[tokio::test]
async fn a_forged_hint_is_not_believed() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let forged = tenant.mint("alice", CLIENT, None, &mock_idp::fault::named::alg_none()).unwrap();
    let url = format!("{}/end-session", tenant.issuer());

    assert_eq!(stage.post(&url, &[("id_token_hint", &forged)]).await.status, 400);
}

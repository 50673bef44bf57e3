//! The end of a session.

use mock_idp::fault::ID_TOKEN;
use mock_idp::{Client, Clock, Ids, Rules};
use serde_json::json;

use super::program::{Folder, Running, program};
use super::stage::{CALLBACK, CLIENT, Stage, client, read, request, told};

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

#[tokio::test]
async fn a_hint_for_several_audiences_is_a_hint_for_each_of_them() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.set_rules(Rules::Strict);
    let bye = "http://localhost:3000/bye";
    tenant.add_client(Client { post_logout_redirect_uris: vec![bye.into()], ..Client::unregistered(CLIENT) });
    let hint = tenant.mint("alice", CLIENT, None, &[ID_TOKEN.set("aud", json!(["other", CLIENT]))]).unwrap();
    let url = format!("{}/end-session", tenant.issuer());
    let there = [("post_logout_redirect_uri", bye), ("id_token_hint", hint.as_str())];

    assert_eq!(stage.post(&url, &there).await.header("location"), bye);
    assert_eq!(stage.post(&url, &[&there[..], &[("client_id", CLIENT)]].concat()).await.status, 303);
    assert_eq!(stage.post(&url, &[&there[..], &[("client_id", "third")]].concat()).await.status, 400);
}

#[tokio::test]
async fn a_hint_that_cannot_be_believed_is_refused_with_the_reason() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.set_rules(Rules::Strict);
    tenant.add_client(Client::unregistered(CLIENT));
    let other = stage.provider.new_tenant("other", Clock::system(), Ids::random());
    let mint = |client: &str, faults: &[mock_idp::Fault]| tenant.mint("alice", client, None, faults).unwrap();
    let url = format!("{}/end-session", tenant.issuer());

    for (hint, reason) in [
        (mint(CLIENT, &mock_idp::fault::named::alg_none()), "not a token that this provider signed"),
        ("nonsense".to_owned(), "not a token that this provider signed"),
        (other.mint("alice", CLIENT, None, &[]).unwrap(), "comes from another issuer"),
        (mint(CLIENT, &[ID_TOKEN.remove("iss")]), "comes from another issuer"),
        (mint("nobody", &[]), "is for no client that is registered"),
        (mint(CLIENT, &[ID_TOKEN.remove("aud")]), "is for no client that is registered"),
        (mint(CLIENT, &[ID_TOKEN.set("aud", json!([CLIENT, 1]))]), "is for no client that is registered"),
    ] {
        let got = stage.post(&url, &[("id_token_hint", &hint)]).await;

        assert!(got.status == 400 && got.body.contains(reason), "{reason}: {}", got.body);
    }
    assert_eq!(stage.post(&url, &[("id_token_hint", &mint(CLIENT, &[]))]).await.status, 200);
}

#[tokio::test]
async fn the_state_stands_before_the_fragment_of_a_post_logout_uri() {
    let stage = Stage::new().await;
    let url = format!("{}/end-session", stage.provider.base_url());

    for (uri, location) in [
        ("http://localhost:3000/bye#part", "http://localhost:3000/bye?state=s#part"),
        ("http://localhost:3000/bye?a=1#part?x", "http://localhost:3000/bye?a=1&state=s#part?x"),
        ("http://localhost:3000/bye#a?b", "http://localhost:3000/bye?state=s#a?b"),
    ] {
        let got = stage.post(&url, &[("post_logout_redirect_uri", uri), ("state", "s")]).await;

        assert_eq!(got.header("location"), location);
    }
}

#[tokio::test]
async fn a_hint_is_believed_whatever_the_provider_signs_with_for_the_client() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let url = format!("{}/end-session", tenant.issuer());
    let algs: Vec<String> = {
        let metadata =
            stage.get(&format!("{}/.well-known/openid-configuration", tenant.issuer())).await.json();
        let algs = metadata["id_token_signing_alg_values_supported"].as_array().unwrap().clone();
        algs.iter().map(|alg| alg.as_str().unwrap().to_owned()).collect()
    };
    assert!(["ES256", "EdDSA", "PS256", "HS256"].iter().all(|alg| algs.iter().any(|known| known == alg)));

    for alg in algs {
        tenant.add_client(Client {
            id_token_signed_response_alg: Some(alg.clone()),
            client_secret: Some("a secret that is long enough for each of them, HS512 too, so 64!".into()),
            ..Client::unregistered(CLIENT)
        });
        let hint = tenant.mint("alice", CLIENT, None, &[]).unwrap();
        assert_eq!(told(&hint).0["alg"], alg);

        let silent = browser.authorize(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
        let logout = stage.post(&url, &[("id_token_hint", &hint)]).await;
        let forged = format!("{}AAAA", &hint[..hint.len() - 4]);
        let refused = stage.post(&url, &[("id_token_hint", &forged)]).await;

        assert_eq!(silent.claims()["sub"], "user-alice", "{alg}");
        assert_eq!((logout.status, refused.status), (200, 400), "{alg}");
        browser.sign_in("alice", &[("prompt", "login")]).await;
    }
}

#[tokio::test]
async fn a_secret_vouches_for_no_token_of_another_client() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let with = |id: &str, secret: &str| Client {
        id_token_signed_response_alg: Some("HS256".into()),
        client_secret: Some(secret.into()),
        ..Client::unregistered(id)
    };
    tenant.add_client(with(CLIENT, "the secret of an-app, long enough for it"));
    tenant.add_client(with("other", "the secret of other, long enough for it"));
    let url = format!("{}/end-session", tenant.issuer());
    let status = async |aud: serde_json::Value, client: &str| {
        let hint = tenant.mint("alice", "other", None, &[ID_TOKEN.set("aud", aud)]).unwrap();
        stage.post(&url, &[("id_token_hint", &hint), ("client_id", client)]).await.status
    };

    assert_eq!(status(json!("other"), "other").await, 200);
    assert_eq!(status(json!(CLIENT), CLIENT).await, 400);
    assert_eq!(status(json!([CLIENT, "other"]), "other").await, 200);
    assert_eq!(status(json!([CLIENT, "other"]), CLIENT).await, 400);
}

#[tokio::test]
async fn a_hint_that_was_signed_with_a_key_of_one_s_own_is_believed() {
    let folder = Folder::new("hint");
    assert!(program(&["keys", folder.0.join("keys").to_str().unwrap()]).status().unwrap().success());
    let file = folder.write(
        "idp.toml",
        &format!(
            "keys = \"keys\"\npolicy = \"alice\"\n[[client]]\nclient_id = \"{CLIENT}\"\n\
             redirect_uris = [\"{CALLBACK}\"]\nid_token_signed_response_alg = \"ES256\"\n"
        ),
    );
    let own = Running::start_with(&["--config", &file], &[]);
    let get = async |url: String| read(client().get(url).send().await.unwrap()).await;

    let answer = get(request(own.issuer(), &[])).await.fragment();
    let hint = answer.first("id_token").unwrap();
    let got = get(format!("{}/end-session?id_token_hint={hint}", own.issuer())).await;

    assert!(told(hint).0["kid"].as_str().unwrap().starts_with("ec-p256-"), "{:?}", told(hint));
    assert!(got.status == 200 && got.body.contains("Signed out"), "{got:?}");
}

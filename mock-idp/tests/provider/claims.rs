//! Which claims are told, where, and by whom.

use mock_idp::{Client, Params, User};
use serde_json::{Value, json};

use super::stage::{CLIENT, Got, Stage, read, told, verified_strictly};

impl Stage {
    /// What an authorization with these claims answers.
    async fn wanting(&self, claims: &Value, more: &[(&str, &str)]) -> Params {
        let claims = claims.to_string();
        let changes = [&[("claims", claims.as_str()), ("scope", "openid")], more].concat();
        self.authorize(&changes).await.fragment()
    }

    async fn with_token(&self, url: &str, token: &str) -> Got {
        read(self.http.get(url).bearer_auth(token).send().await.unwrap()).await
    }

    async fn userinfo_of(&self, answer: &Params) -> Got {
        let url = format!("{}/userinfo", self.provider.base_url());
        self.with_token(&url, answer.first("access_token").unwrap()).await
    }
}

#[tokio::test]
async fn a_claim_is_told_in_the_place_where_it_is_wanted() {
    let stage = Stage::alice().await;
    let claims = json!({ "id_token": { "email": null, "phone_number": null, "azp": null },
        "userinfo": { "name": { "essential": true } } });

    let answer = stage.wanting(&claims, &[("response_type", "id_token token")]).await;

    let (_, token) = told(answer.first("id_token").unwrap());
    let person = stage.userinfo_of(&answer).await.json();
    assert_eq!((&token["email"], &token["name"]), (&json!("alice@example.test"), &Value::Null));
    assert_eq!((&token["azp"], &token["phone_number"]), (&json!(CLIENT), &Value::Null));
    assert_eq!((&person["email"], &person["name"]), (&Value::Null, &json!("Alice Doe")));
    assert_eq!(person["sub"], "user-alice");
}

#[tokio::test]
async fn a_wanted_value_is_told_or_nothing_is() {
    let stage = Stage::alice().await;
    for (wish, expected) in [
        (json!({ "value": "alice@example.test" }), json!("alice@example.test")),
        (json!({ "values": ["x", "alice@example.test"] }), json!("alice@example.test")),
        (json!({ "value": "bob@example.test" }), Value::Null),
    ] {
        let answer = stage.wanting(&json!({ "id_token": { "email": wish } }), &[]).await;

        assert_eq!(told(answer.first("id_token").unwrap()).1["email"], expected, "{wish}");
    }
}

#[tokio::test]
async fn another_person_than_the_wanted_sub_is_not_logged_in() {
    let stage = Stage::alice().await;

    let same = stage.wanting(&json!({ "id_token": { "sub": { "value": "user-alice" } } }), &[]).await;
    let other = stage.wanting(&json!({ "id_token": { "sub": { "value": "user-bob" } } }), &[]).await;

    assert!(same.has("id_token"));
    assert_eq!(other.first("error"), Some("login_required"));
}

#[tokio::test]
async fn the_level_of_authentication_that_is_asked_for_is_told() {
    let stage = Stage::alice().await;
    let wish = json!({ "id_token": { "acr": { "essential": true, "values": ["gold", "silver"] } } });

    let by_claim = stage.wanting(&wish, &[("acr_values", "bronze")]).await;
    let by_parameter = stage.authorize(&[("acr_values", "bronze silver")]).await.fragment();

    let wish = json!({ "id_token": { "acr": { "essential": true } } });
    let without_values = stage.wanting(&wish, &[]).await;

    assert_eq!(told(by_claim.first("id_token").unwrap()).1["acr"], "gold");
    assert_eq!(told(without_values.first("id_token").unwrap()).1["acr"], "2");
    assert_eq!(told(by_parameter.first("id_token").unwrap()).1["acr"], "bronze");
}

#[tokio::test]
async fn aggregated_claims_come_along_and_distributed_ones_are_fetched_with_their_own_token() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let user: User = serde_json::from_value(json!({ "username": "zoe", "password": "z", "sub": "user-zoe",
        "aggregated": { "shop": { "shoe_size": 43 } }, "distributed": { "bank": { "credit_score": 650 } } }))
    .unwrap();
    tenant.add_user(user);
    tenant.set_policy(mock_idp::LoginPolicy::Auto { user: "zoe".into() });
    tenant.add_client(Client::unregistered(CLIENT));

    let answer = stage.authorize(&[("response_type", "id_token token")]).await.fragment();
    let person = stage.userinfo_of(&answer).await.json();

    let (_, token) = told(answer.first("id_token").unwrap());
    for claims in [&person, &token] {
        assert_eq!(claims["_claim_names"], json!({ "credit_score": "bank", "shoe_size": "shop" }));
        let (_, shop) = told(claims["_claim_sources"]["shop"]["JWT"].as_str().unwrap());
        assert_eq!((&shop["shoe_size"], &shop["iss"]), (&json!(43), &json!(tenant.issuer())));
    }
    let bank = &person["_claim_sources"]["bank"];
    let (endpoint, key) = (bank["endpoint"].as_str().unwrap(), bank["access_token"].as_str().unwrap());
    let fetched = stage.with_token(endpoint, key).await;
    assert_eq!(fetched.header("content-type"), "application/jwt");
    assert_eq!(told(&fetched.body).1["credit_score"], 650);
    let wrong = stage.with_token(endpoint, answer.first("access_token").unwrap()).await;
    assert_eq!(wrong.status, 403);
    let userinfo = format!("{}/userinfo", tenant.issuer());
    assert_eq!(stage.with_token(&userinfo, key).await.status, 403);
}

#[tokio::test]
async fn userinfo_is_signed_for_a_client_that_registered_an_algorithm() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    for alg in ["RS256", "PS384", "ES256", "EdDSA"] {
        tenant.add_client(Client {
            userinfo_signed_response_alg: Some(alg.into()),
            ..Client::unregistered(CLIENT)
        });
        let answer = stage.authorize(&[("response_type", "id_token token")]).await.fragment();

        let got = stage.userinfo_of(&answer).await;

        assert_eq!(got.header("content-type"), "application/jwt");
        assert_eq!(told(&got.body).0["alg"], alg);
        let claims = verified_strictly(&stage, &tenant, &got.body, CLIENT).await.unwrap();
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("user-alice"), &json!(CLIENT)));
    }
}

#[tokio::test]
async fn userinfo_always_has_sub_and_believes_no_token_that_it_did_not_issue() {
    let stage = Stage::alice().await;
    let answer =
        stage.authorize(&[("response_type", "id_token token"), ("scope", "openid")]).await.fragment();
    let url = format!("{}/userinfo", stage.provider.base_url());

    let person = stage.userinfo_of(&answer).await.json();
    let by_id_token = stage.with_token(&url, answer.first("id_token").unwrap()).await;
    let in_query = stage.get(&format!("{url}?access_token={}", answer.first("access_token").unwrap())).await;

    assert_eq!(person["sub"], "user-alice");
    assert_eq!((by_id_token.status, in_query.status), (401, 401));
}

#[tokio::test]
async fn userinfo_takes_the_token_in_the_body_of_a_post_and_not_twice() {
    let stage = Stage::alice().await;
    let answer = stage.authorize(&[("response_type", "id_token token")]).await.fragment();
    let (url, token) =
        (format!("{}/userinfo", stage.provider.base_url()), answer.first("access_token").unwrap());
    let form = [("access_token", token)];

    let person = stage.post(&url, &form).await;
    let unknown = stage.post(&url, &[("access_token", "guess")]).await;
    let twice = read(stage.http.post(&url).bearer_auth(token).form(&form).send().await.unwrap()).await;

    assert_eq!((person.status, &person.json()["sub"]), (200, &json!("user-alice")));
    assert_eq!((unknown.status, twice.status), (401, 400));
    assert!(twice.body.contains("invalid_request") && twice.body.contains("comes twice"), "{twice:?}");
}

#[tokio::test]
async fn webfinger_names_the_issuer_of_an_account() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();
    let rel = "http://openid.net/specs/connect/1.0/issuer";
    let ask = |query: &[(&str, &str)]| {
        let query: Params = query.iter().copied().collect();
        let url = format!("{base}/.well-known/webfinger?{}", query.encode());
        let stage = &stage;
        async move { stage.get(&url).await }
    };

    let known = ask(&[("resource", "acct:alice@example.test"), ("rel", rel)]).await;
    let other = ask(&[("resource", "acct:alice@example.test"), ("rel", "http://x")]).await;

    assert_eq!(known.header("content-type"), "application/jrd+json");
    assert_eq!(known.json()["links"], json!([{ "rel": rel, "href": base }]));
    assert_eq!(other.json()["links"], json!([]));
    assert_eq!(ask(&[("resource", base)]).await.status, 200);
    assert_eq!(ask(&[("resource", "acct:zoe@example.test")]).await.status, 404);
    assert_eq!(ask(&[]).await.status, 400);
}

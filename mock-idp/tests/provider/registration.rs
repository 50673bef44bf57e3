//! Clients that register themselves.

use mock_idp::{MockIdp, Rules, Settings};
use serde_json::{Value, json};

use super::stage::{CALLBACK, Got, Stage, read};

impl Stage {
    /// Sends JSON, with a token if there is one.
    async fn json(&self, method: &str, url: &str, token: Option<&str>, body: &Value) -> Got {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, url).header("content-type", "application/json");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    async fn register(&self, body: &Value) -> Got {
        self.json("POST", &format!("{}/register", self.provider.base_url()), None, body).await
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[tokio::test]
async fn a_client_registers_is_read_changed_and_deleted() {
    let stage = Stage::alice().await;
    let created = stage
        .register(
            &json!({ "redirect_uris": [CALLBACK], "client_name": "My app", "contacts": ["me@example.test"],
            "response_types": ["code", "id_token"] }),
        )
        .await;
    let client = created.json();
    let (uri, token) = (text(&client, "registration_client_uri"), text(&client, "registration_access_token"));
    assert_eq!((created.status, &client["client_secret_expires_at"]), (201, &json!(0)));
    assert_eq!(client["grant_types"], json!(["authorization_code", "implicit"]));
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");

    let same = stage.json("GET", uri, Some(token), &json!(null)).await.json();
    let mut change = json!({ "client_id": client["client_id"], "redirect_uris": ["http://localhost/other"] });
    let changed = stage.json("PUT", uri, Some(token), &change).await;
    change["client_id"] = "someone-else".into();
    let foreign = stage.json("PUT", uri, Some(token), &change).await;
    let stranger = stage.json("GET", uri, Some("guess"), &json!(null)).await;
    let deleted = stage.json("DELETE", uri, Some(token), &json!(null)).await;
    let gone = stage.json("GET", uri, Some(token), &json!(null)).await;

    assert_eq!(same, client);
    assert_eq!(changed.json()["redirect_uris"], json!(["http://localhost/other"]));
    assert_eq!(changed.json()["client_name"], Value::Null);
    assert_eq!((foreign.status, stranger.status, deleted.status, gone.status), (400, 401, 204, 401));
}

#[tokio::test]
async fn a_registered_client_logs_in_and_its_secret_is_checked() {
    let stage = Stage::alice().await;
    let client = stage.register(&json!({ "redirect_uris": [CALLBACK] })).await.json();
    let id = text(&client, "client_id");

    let code = stage.authorize(&[("client_id", id), ("response_type", "code")]).await;
    let implicit = stage.authorize(&[("client_id", id)]).await.fragment();
    let location = code.header("location").to_owned();
    let code = location.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let url = format!("{}/token", stage.provider.base_url());
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let ask = |secret: String| stage.http.post(&url).basic_auth(id, Some(secret)).form(&form).send();

    assert_eq!(implicit.first("error"), Some("unauthorized_client"));
    assert_eq!(ask("guess".into()).await.unwrap().status(), 401);
    assert_eq!(ask(text(&client, "client_secret").into()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn metadata_that_cannot_be_registered_is_refused_with_a_sentence() {
    let stage = Stage::new().await;
    let good = json!({ "redirect_uris": [CALLBACK] });
    for (name, value, code, problem) in [
        ("redirect_uris", json!([]), "invalid_redirect_uri", "at least one"),
        ("redirect_uris", json!(["/callback"]), "invalid_redirect_uri", "absolute"),
        ("redirect_uris", json!(["http://x/#y"]), "invalid_redirect_uri", "fragment"),
        ("redirect_uris", json!(["javascript:alert(1)"]), "invalid_redirect_uri", "absolute"),
        ("redirect_uris", json!(["http://x/\r\ny"]), "invalid_redirect_uri", "absolute"),
        (
            "post_logout_redirect_uris",
            json!(["javascript:alert(1)"]),
            "invalid_client_metadata",
            "http or https",
        ),
        ("post_logout_redirect_uris", json!(["/bye"]), "invalid_client_metadata", "absolute"),
        ("frontchannel_logout_uri", json!("data:text/html,x"), "invalid_client_metadata", "http or https"),
        ("frontchannel_logout_uri", json!("http://x/\t"), "invalid_client_metadata", "absolute"),
        ("backchannel_logout_uri", json!("https://localhost/"), "invalid_client_metadata", "plain http only"),
        ("backchannel_logout_uri", json!("ftp://localhost/"), "invalid_client_metadata", "http or https"),
        ("jwks", json!({ "keys": {} }), "invalid_client_metadata", "key set"),
        ("jwks", json!([]), "invalid_client_metadata", "key set"),
        ("default_max_age", json!(-1), "invalid_client_metadata", "less than nothing"),
        ("redirect_uris", json!("http://x/"), "invalid_client_metadata", "sequence"),
        ("response_types", json!(["token"]), "invalid_client_metadata", "not offered"),
        ("grant_types", json!(["password"]), "invalid_client_metadata", "authorization_code"),
        ("grant_types", json!(["implicit"]), "invalid_client_metadata", "needs authorization_code"),
        ("token_endpoint_auth_method", json!("private_key_jwt"), "invalid_client_metadata", "jwks"),
        (
            "token_endpoint_auth_method",
            json!("tls_client_auth"),
            "invalid_client_metadata",
            "unknown variant",
        ),
        ("jwks_uri", json!("http://x/jwks"), "invalid_client_metadata", "fetches no keys"),
        ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata", "not offered"),
        ("backchannel_logout_uri", json!("http://10.0.0.1/"), "invalid_client_metadata", "loopback"),
        ("request_uris", json!(["http://169.254.169.254/"]), "invalid_client_metadata", "loopback"),
        ("request_uris", json!(["https://localhost/"]), "invalid_client_metadata", "plain http only"),
    ] {
        let mut body = good.clone();
        body[name] = value;

        let got = stage.register(&body).await;

        assert_eq!((got.status, text(&got.json(), "error")), (400, code), "{name}: {got:?}");
        assert!(text(&got.json(), "error_description").contains(problem), "{name}: {got:?}");
    }
    assert_eq!(stage.register(&json!([])).await.status, 400);
}

#[tokio::test]
async fn a_form_that_another_site_posts_registers_nobody() {
    let stage = Stage::new().await;
    let before = stage.tenant().clients().len();
    let url = format!("{}/register", stage.provider.base_url());

    let request =
        stage.http.post(&url).header("content-type", "text/plain").body(r#"{"redirect_uris":["http://x/"]}"#);

    assert_eq!(request.send().await.unwrap().status(), 400);
    assert_eq!(stage.tenant().clients().len(), before);
}

#[tokio::test]
async fn under_strict_rules_registration_is_closed_unless_there_is_an_initial_access_token() {
    let closed = Stage::new().await;
    closed.tenant().set_rules(Rules::Strict);
    let settings = Settings {
        registration_token: Some("let-me-in".into()),
        rules: Rules::Strict,
        ..Settings::default()
    };
    let guarded = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    let (url, body) =
        (format!("{}/register", guarded.provider.base_url()), json!({ "redirect_uris": [CALLBACK] }));

    assert_eq!(closed.register(&body).await.status, 403);
    assert_eq!(guarded.register(&body).await.status, 401);
    assert_eq!(guarded.json("POST", &url, Some("guess"), &body).await.status, 401);
    assert_eq!(guarded.json("POST", &url, Some("let-me-in"), &body).await.status, 201);
}

#[tokio::test]
async fn a_change_is_trusted_no_more_than_the_registration_was() {
    let stage = Stage::new().await;
    let client = stage.register(&json!({ "redirect_uris": [CALLBACK] })).await.json();
    let (uri, token) = (text(&client, "registration_client_uri"), text(&client, "registration_access_token"));
    let settings = Settings { registration_token: Some("let-me-in".into()), ..Settings::default() };
    let guarded = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    let url = format!("{}/register", guarded.provider.base_url());
    let first = json!({ "redirect_uris": [CALLBACK] });
    let trusted = guarded.json("POST", &url, Some("let-me-in"), &first).await.json();
    let change = |client: &Value| {
        json!({ "client_id": client["client_id"], "redirect_uris": [CALLBACK],
                "backchannel_logout_uri": "http://10.0.0.1/" })
    };

    let refused = stage.json("PUT", uri, Some(token), &change(&client)).await;
    let (uri, token) =
        (text(&trusted, "registration_client_uri"), text(&trusted, "registration_access_token"));
    let done = guarded.json("PUT", uri, Some(token), &change(&trusted)).await;

    assert_eq!((refused.status, done.status), (400, 200), "{refused:?} {done:?}");
    assert!(refused.body.contains("not on loopback"), "{refused:?}");
}

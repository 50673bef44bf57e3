//! Requests that are carried by `request` or `request_uri`.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::{Client, Clock, LoginPolicy, Params, Rules};
use rpcheck_fixtures::keys;
use serde_json::{Value, json};

use super::stage::{CALLBACK, CLIENT, Got, Stage, request, signed};

const REQUEST: [(&str, &str); 6] = [
    ("client_id", CLIENT),
    ("redirect_uri", CALLBACK),
    ("response_type", "id_token"),
    ("scope", "openid"),
    ("nonce", "pushed-nonce"),
    ("state", "pushed-state"),
];

impl Stage {
    async fn push(&self, more: &[(&str, &str)]) -> Got {
        self.post(&format!("{}/par", self.provider.base_url()), &[&REQUEST, more].concat()).await
    }

    /// Opens the authorization endpoint with nothing but these parameters.
    async fn open(&self, params: &[(&str, &str)]) -> Got {
        let params: Params = params.iter().copied().collect();
        self.get(&format!("{}/authorize?{}", self.provider.base_url(), params.encode())).await
    }

    async fn opened(&self, client: &str, uri: &str) -> Got {
        self.open(&[("client_id", client), ("request_uri", uri)]).await
    }
}

pub(super) fn with_key() -> Client {
    Client { jwks: Some(json!({ "keys": [public_jwk(KeyName::Ec)] })), ..Client::unregistered(CLIENT) }
}

pub(super) fn object(claims: &Value) -> String {
    let key = EncodingKey::from_ec_pem(keys::EC_P256.pem.as_bytes()).unwrap();
    signed(&Header::new(Algorithm::ES256), claims, &key)
}

fn unsigned(claims: &Value) -> String {
    use base64::Engine as _;
    let part = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.", part(r#"{"alg":"none"}"#.into()), part(claims.to_string()))
}

#[tokio::test]
async fn a_pushed_request_is_answered_once_and_nothing_beside_the_request_uri_counts() {
    let stage = Stage::alice().await;
    let pushed = stage.push(&[]).await;
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    assert_eq!((pushed.status, &pushed.json()["expires_in"]), (201, &json!(60)));

    let answer = stage.open(&[("client_id", CLIENT), ("request_uri", &uri), ("state", "other")]).await;
    let again = stage.opened(CLIENT, &uri).await;

    assert_eq!(answer.fragment().first("state"), Some("pushed-state"));
    assert!(answer.fragment().has("id_token"));
    assert_eq!(again.status, 400);
    assert!(again.body.contains("good once") && again.body.contains("invalid_request_uri"), "{again:?}");
}

#[tokio::test]
async fn a_pushed_request_lasts_through_the_login_page_and_expires_by_the_issuer_s_clock() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let uri = stage.push(&[]).await.json()["request_uri"].as_str().unwrap().to_owned();

    let login = stage.opened(CLIENT, &uri).await.header("location").to_owned();
    tenant.clock().advance(120);
    let answer = stage.post(&login, &[("person", "alice")]).await;
    let late = stage.push(&[]).await.json()["request_uri"].as_str().unwrap().to_owned();
    tenant.clock().advance(60);

    assert_eq!(answer.fragment().first("state"), Some("pushed-state"), "{login}");
    assert_eq!(stage.opened(CLIENT, &late).await.status, 400);
}

#[tokio::test]
async fn a_pushed_request_belongs_to_the_client_that_pushed_it() {
    let stage = Stage::alice().await;
    let uri = stage.push(&[]).await.json()["request_uri"].as_str().unwrap().to_owned();

    let other = stage.opened("another-app", &uri).await;

    assert!(other.status == 400 && other.body.contains("another client"), "{other:?}");
}

#[tokio::test]
async fn what_the_authorization_endpoint_would_refuse_cannot_be_pushed() {
    let stage = Stage::new().await;
    stage
        .tenant()
        .add_client(Client { client_secret: Some("s".into()), ..Client::unregistered("secret-app") });
    for (more, status, error) in [
        (&[("prompt", "nonsense")][..], 400, "invalid_request"),
        (&[("request_uri", "urn:x")][..], 400, "invalid_request"),
        (&[("nonce", "twice")][..], 400, "invalid_request"),
        (&[("max_age", "old")][..], 400, "invalid_request"),
        (&[("claims", "[]")][..], 400, "invalid_request"),
    ] {
        let got = stage.push(more).await;

        assert_eq!((got.status, &got.json()["error"]), (status, &json!(error)), "{more:?}");
    }
    let url = format!("{}/par", stage.provider.base_url());
    assert_eq!(stage.post(&url, &[("client_id", "secret-app")]).await.status, 401);
    let elsewhere = [("client_id", CLIENT), ("redirect_uri", "https://evil.example/")];
    assert_eq!(stage.post(&url, &elsewhere).await.status, 400);
}

#[tokio::test]
async fn a_client_that_has_to_push_is_refused_when_it_does_not() {
    let stage = Stage::alice().await;
    stage
        .tenant()
        .add_client(Client { require_pushed_authorization_requests: true, ..Client::unregistered(CLIENT) });

    let direct = stage.authorize(&[]).await;
    let uri = stage.push(&[]).await.json()["request_uri"].as_str().unwrap().to_owned();

    assert_eq!(direct.fragment().first("error"), Some("invalid_request"));
    assert!(stage.opened(CLIENT, &uri).await.fragment().has("id_token"));
}

#[tokio::test]
async fn an_address_that_the_client_did_not_register_is_never_fetched() {
    let stage = Stage::alice().await;
    let near = format!("{}/healthz?", stage.provider.base_url());
    stage.tenant().add_client(Client { request_uris: vec![near], ..Client::unregistered(CLIENT) });
    let bait = format!("{}/healthz", stage.provider.base_url());

    for uri in [bait.as_str(), "http://169.254.169.254/", "file:///etc/passwd"] {
        let got = stage.authorize(&[("request_uri", uri)]).await;

        assert_eq!(got.fragment().first("error"), Some("invalid_request_uri"));
        assert!(got.fragment().first("error_description").unwrap().contains("none of the client's"));
    }
    assert_eq!(stage.tenant().trace().count(mock_idp::Endpoint::Health), 0);
}

#[tokio::test]
async fn what_a_signed_request_object_says_goes_before_what_stands_beside_it() {
    let stage = Stage::alice().await;
    stage.tenant().add_client(with_key());
    let told = json!({ "iss": CLIENT, "aud": stage.provider.base_url(), "nonce": "signed-nonce", "max_age": 60,
        "claims": { "id_token": { "email": null } }, "scope": "openid", "state": "signed-state" });

    let got = stage.authorize(&[("request", &object(&told))]).await.fragment();

    assert_eq!(got.first("state"), Some("signed-state"), "{got:?}");
    let (_, claims) = super::stage::told(got.first("id_token").unwrap());
    assert_eq!((&claims["nonce"], &claims["email"]), (&json!("signed-nonce"), &json!("alice@example.test")));
}

#[tokio::test]
async fn a_request_object_that_is_wrong_in_one_thing_is_told_to_the_application() {
    let stage = Stage::alice().await;
    let tenant = stage.provider.new_tenant("frozen", Clock::frozen(1000), mock_idp::Ids::random());
    tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    tenant.add_client(with_key());
    let other = EncodingKey::from_secret(b"secret");
    for (object, problem) in [
        (object(&json!({ "client_id": "someone" })), "another client_id"),
        (object(&json!({ "response_type": "code" })), "another response_type"),
        (object(&json!({ "iss": "someone" })), "iss"),
        (object(&json!({ "aud": "http://elsewhere" })), "somebody else"),
        (object(&json!({ "exp": 1000 })), "not good now"),
        (object(&json!({ "request_uri": "urn:x" })), "request_uri in it"),
        (signed(&Header::new(Algorithm::HS256), &json!({}), &other), "no client_secret"),
        (unsigned(&json!({})) + "AAAA", "has a signature"),
        ("nonsense".into(), "three parts"),
    ] {
        let got = stage.get(&request(&tenant.issuer(), &[("request", &object)])).await.fragment();

        assert_eq!(got.first("error"), Some("invalid_request_object"), "{problem}");
        assert!(got.first("error_description").unwrap().contains(problem), "{problem}: {got:?}");
        assert_eq!(got.first("state"), Some("the-state"));
    }
}

#[tokio::test]
async fn an_unsigned_request_object_is_read_under_lenient_rules_only() {
    let stage = Stage::alice().await;
    stage.tenant().add_client(Client { redirect_uris: vec![CALLBACK.into()], ..with_key() });
    let object = unsigned(&json!({ "state": "from-the-object" }));

    let lenient = stage.authorize(&[("request", &object)]).await.fragment();
    stage.tenant().set_rules(Rules::Strict);
    let strict = stage.authorize(&[("request", &object)]).await.fragment();

    assert_eq!(lenient.first("state"), Some("from-the-object"));
    assert_eq!(strict.first("error"), Some("invalid_request_object"));
}

#[tokio::test]
async fn a_request_object_can_be_pushed() {
    let stage = Stage::alice().await;
    stage.tenant().add_client(Client { client_secret: Some("s".into()), ..with_key() });
    let object = object(&json!({ "state": "signed-state" }));

    let pushed = stage.push(&[("request", &object), ("client_secret", "s")]).await.json();

    let answer = stage.opened(CLIENT, pushed["request_uri"].as_str().unwrap()).await;
    assert_eq!(answer.fragment().first("state"), Some("signed-state"));
}

#[tokio::test]
async fn a_request_object_that_was_good_when_it_came_lasts_through_the_login_page() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.clock().freeze(1_000);
    tenant.add_client(with_key());
    let object = object(&json!({ "iss": CLIENT, "aud": tenant.issuer(), "exp": 1_010, "nonce": "n" }));

    let login = stage.authorize(&[("request", &object)]).await.header("location").to_owned();
    tenant.clock().advance(60);
    let answer = stage.post(&login, &[("person", "alice")]).await;
    let late = stage.authorize(&[("request", &object)]).await;

    assert!(answer.fragment().has("id_token"), "{answer:?}");
    assert_eq!(late.error(), "invalid_request_object");
}

#[tokio::test]
async fn a_pushed_request_leads_to_the_other_provider_that_it_names() {
    let stage = Stage::new().await;
    let uri =
        stage.push(&[("connection", "google")]).await.json()["request_uri"].as_str().unwrap().to_owned();

    let place = stage.opened(CLIENT, &uri).await.header("location").to_owned();
    let page = stage.get(&place).await;

    assert!(page.status == 200 && page.body.contains("Google"), "{page:?}");
    assert!(page.body.contains("name=\"deny\""), "{page:?}");
}

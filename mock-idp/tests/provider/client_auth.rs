//! How a client proves who it is.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mock_idp::fault::TOKEN_RESPONSE;
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::{AuthMethod, Client, Clock, Endpoint, Ids, MockIdp, Settings};
use rpcheck_fixtures::keys;
use serde_json::{Value, json};

use super::stage::{CLIENT, Got, Stage, read, signed};

const NOW: i64 = 1_000_000;
const SECRET: &str = "a secret of thirty-two characters";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn frozen() -> Stage {
    let provider = MockIdp::builder().clock(Clock::frozen(NOW)).ids(Ids::random()).start().await.unwrap();
    Stage::with(provider)
}

fn with_keys() -> Client {
    let keys = [KeyName::Rsa2, KeyName::Ec, KeyName::Ed].map(|name| {
        let mut key = public_jwk(name);
        key.as_object_mut().unwrap().remove("alg");
        key
    });
    Client { jwks: Some(json!({ "keys": keys })), ..Client::unregistered(CLIENT) }
}

/// The claims of a good assertion.
fn claims(stage: &Stage) -> Value {
    json!({ "iss": CLIENT, "sub": CLIENT, "aud": format!("{}/token", stage.provider.base_url()),
            "jti": "one", "iat": NOW, "exp": NOW + 60 })
}

/// Asks for a token on the client's own account.
async fn ask(stage: &Stage, assertion: &str, more: &[(&str, &str)]) -> Got {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    stage.post(&format!("{}/token", stage.provider.base_url()), &[&form, more].concat()).await
}

#[tokio::test]
async fn a_client_proves_itself_with_every_algorithm_it_has_a_key_for() {
    let stage = frozen().await;
    stage.tenant().add_client(Client { client_secret: Some(SECRET.into()), ..with_keys() });
    for (jti, (alg, key)) in [
        (Algorithm::HS256, EncodingKey::from_secret(SECRET.as_bytes())),
        (Algorithm::HS512, EncodingKey::from_secret(SECRET.as_bytes())),
        (Algorithm::RS256, EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap()),
        (Algorithm::PS384, EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap()),
        (Algorithm::ES256, EncodingKey::from_ec_pem(keys::EC_P256.pem.as_bytes()).unwrap()),
        (Algorithm::EdDSA, EncodingKey::from_ed_pem(keys::ED25519.pem.as_bytes()).unwrap()),
    ]
    .into_iter()
    .enumerate()
    {
        let mut claims = claims(&stage);
        claims["jti"] = jti.to_string().into();

        let got = ask(&stage, &signed(&Header::new(alg), &claims, &key), &[]).await;

        assert_eq!(got.status, 200, "{alg:?}: {got:?}");
    }
}

#[tokio::test]
async fn an_assertion_that_is_wrong_in_one_thing_is_refused_with_a_sentence_about_it() {
    let stage = frozen().await;
    stage.tenant().add_client(with_keys());
    let key = EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap();
    let other = EncodingKey::from_rsa_pem(keys::RSA_ATTACKER.pem.as_bytes()).unwrap();
    let change = |name: &str, value: Value| {
        let mut claims = claims(&stage);
        claims[name] = value;
        signed(&Header::new(Algorithm::RS256), &claims, &key)
    };
    for (assertion, problem) in [
        (change("iss", "someone".into()), "iss = sub"),
        (change("aud", "http://elsewhere".into()), "aud must be"),
        (change("aud", json!([])), "aud must be"),
        (change("exp", Value::Null), "no exp"),
        (change("exp", NOW.into()), "has expired"),
        (change("nbf", (NOW + 1).into()), "not good yet"),
        (change("jti", Value::Null), "no jti"),
        (signed(&Header::new(Algorithm::RS256), &claims(&stage), &other), "does not verify"),
        (
            signed(&Header::new(Algorithm::HS256), &claims(&stage), &EncodingKey::from_secret(b"x")),
            "no client_secret",
        ),
        ("nonsense".into(), "three parts"),
    ] {
        let got = ask(&stage, &assertion, &[]).await;

        assert_eq!((got.status, &got.json()["error"]), (401, &json!("invalid_client")), "{problem}");
        assert!(got.json()["error_description"].as_str().unwrap().contains(problem), "{problem}: {got:?}");
    }
}

#[tokio::test]
async fn an_assertion_is_good_once_and_the_provider_s_clock_decides_when_it_is_over() {
    let stage = frozen().await;
    stage.tenant().add_client(with_keys());
    let key = EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap();
    let assertion = signed(&Header::new(Algorithm::RS256), &claims(&stage), &key);

    assert_eq!(ask(&stage, &assertion, &[]).await.status, 200);
    let again = ask(&stage, &assertion, &[]).await;
    stage.tenant().clock().advance(60);
    let late = ask(&stage, &assertion, &[]).await;

    assert!(again.body.contains("used before"), "{again:?}");
    assert!(late.body.contains("has expired"), "{late:?}");
}

#[tokio::test]
async fn the_issuer_and_the_endpoint_itself_are_good_audiences() {
    let stage = frozen().await;
    stage.tenant().add_client(with_keys());
    let key = EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap();
    let base = stage.provider.base_url();
    for (index, audience) in
        [json!(base), json!(["x", base]), json!(format!("{base}/introspect"))].iter().enumerate()
    {
        let mut claims = claims(&stage);
        claims["aud"] = audience.clone();
        claims["jti"] = index.into();
        claims["jti"] = index.to_string().into();
        let assertion = signed(&Header::new(Algorithm::RS256), &claims, &key);

        let form = [("client_assertion_type", TYPE), ("client_assertion", &assertion), ("token", "x")];
        let got = stage.post(&format!("{base}/introspect"), &form).await;

        assert_eq!((got.status, got.body.as_str()), (200, r#"{"active":false}"#), "{audience}");
    }
}

#[tokio::test]
async fn the_registered_method_and_algorithm_are_the_only_ones() {
    let stage = frozen().await;
    let key = EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap();
    let assertion = signed(&Header::new(Algorithm::RS256), &claims(&stage), &key);
    stage
        .tenant()
        .add_client(Client { token_endpoint_auth_signing_alg: Some("ES256".into()), ..with_keys() });
    let alg = ask(&stage, &assertion, &[]).await;
    stage.tenant().add_client(Client {
        token_endpoint_auth_method: Some(AuthMethod::ClientSecretBasic),
        ..with_keys()
    });
    let method = ask(&stage, &assertion, &[]).await;
    let none = ask(&stage, "", &[("client_id", CLIENT)]).await;

    assert!(alg.body.contains("registered ES256"), "{alg:?}");
    assert!(method.body.contains("registered with client_secret_basic"), "{method:?}");
    assert_eq!(none.status, 401);
}

#[tokio::test]
async fn two_kinds_of_credentials_at_once_are_refused() {
    let stage = frozen().await;
    for more in [&[("client_secret", "x")][..], &[("client_id", "someone-else")][..]] {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let assertion = signed(&Header::new(Algorithm::HS256), &claims(&stage), &key);

        let got = ask(&stage, &assertion, more).await;

        assert_eq!((got.status, &got.json()["error"]), (400, &json!("invalid_request")), "{got:?}");
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded_so_that_an_id_with_a_hyphen_may_be_escaped() {
    let stage = Stage::new().await;
    stage
        .tenant()
        .add_client(Client { client_secret: Some("p&q r:%".into()), ..Client::unregistered("my-app") });
    let ask = |id: &'static str, secret: &'static str| {
        let url = format!("{}/token", stage.provider.base_url());
        stage.http.post(url).basic_auth(id, Some(secret)).form(&[("grant_type", "client_credentials")]).send()
    };

    assert_eq!(ask("my%2Dapp", "p%26q+r%3A%25").await.unwrap().status(), 200);
    assert_eq!(ask("my-app", "p&q r:%").await.unwrap().status(), 200);
    assert_eq!(ask("my-app", "guess").await.unwrap().status(), 401);
    assert_eq!(stage.tenant().trace().count(Endpoint::Token), 3);
}

#[tokio::test]
async fn a_method_with_a_secret_is_nothing_to_a_client_that_has_none() {
    let stage = Stage::new().await;
    let url = format!("{}/token", stage.provider.base_url());
    let client = |method| Client { token_endpoint_auth_method: Some(method), ..Client::unregistered(CLIENT) };
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT), ("client_secret", "anything")];

    stage.tenant().add_client(client(AuthMethod::ClientSecretPost));
    let posted = stage.post(&url, &form).await;
    stage.tenant().add_client(client(AuthMethod::ClientSecretBasic));
    let basic = stage.http.post(&url).basic_auth(CLIENT, Some("anything")).form(&form[..1]);
    let basic = super::stage::read(basic.send().await.unwrap()).await;
    let settings = Settings { clients: vec![client(AuthMethod::ClientSecretJwt)], ..Settings::default() };
    let problem = settings.check().unwrap_err();

    assert_eq!((posted.status, basic.status), (401, 401), "{posted:?} {basic:?}");
    assert!(posted.body.contains("no client_secret"), "{posted:?}");
    assert!(problem.contains("client_secret_jwt") && problem.contains("give it one"), "{problem}");
}

#[tokio::test]
async fn a_lie_for_one_client_is_told_however_the_client_proves_itself() {
    let stage = frozen().await;
    let id = "my app:1";
    let with_keys = Client { client_id: id.into(), ..with_keys() };
    stage.tenant().add_client(Client { client_secret: Some(SECRET.into()), ..with_keys });
    let lie = stage.tenant().arm(vec![TOKEN_RESPONSE.set("x", 1).for_client(id)]).unwrap();
    let key = EncodingKey::from_rsa_pem(keys::RSA_2.pem.as_bytes()).unwrap();
    let claims = Value::Object(
        claims(&stage)
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), if *value == CLIENT { id.into() } else { value.clone() }))
            .collect(),
    );

    let url = format!("{}/token", stage.provider.base_url());
    let form = [("grant_type", "client_credentials")];
    let basic = stage.http.post(&url).basic_auth("my+app%3A1", Some(SECRET)).form(&form);
    let basic = super::stage::read(basic.send().await.unwrap()).await;
    let assertion = ask(&stage, &signed(&Header::new(Algorithm::RS256), &claims, &key), &[]).await;

    for got in [basic, assertion] {
        assert_eq!((got.status, &got.json()["x"]), (200, &json!(1)), "{got:?}");
    }
    assert_eq!(lie.report()[0].fired, 2);
}

#[tokio::test]
async fn what_a_client_sends_twice_is_refused_at_every_endpoint_that_it_asks_itself() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();
    for (path, name) in [
        ("token", "grant_type"),
        ("device_authorization", "scope"),
        ("revoke", "token"),
        ("introspect", "token"),
        ("par", "nonce"),
    ] {
        let form = [("client_id", "an-app"), (name, "openid"), (name, "profile")];

        let got = read(stage.http.post(format!("{base}/{path}")).form(&form).send().await.unwrap()).await;

        assert_eq!(got.status, 400, "{path}: {got:?}");
        assert!(got.body.contains(&format!("{name} comes more than once")), "{path}: {got:?}");
    }
}

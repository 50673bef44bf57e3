//! The same seed, the same frozen clock and the same requests give the same bytes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use mock_idp::{Client, Clock, Ids, LoginPolicy, MockIdp, Params, Settings};

use serde_json::{Value, json};

use super::stage::{CALLBACK, client, read, told};

const SAME_BYTES: &[&str] = &["RS256", "RS384", "RS512", "HS256", "HS384", "HS512", "EdDSA"];
/// Their signatures hold a random number.
const SAME_CLAIMS: &[&str] = &["PS256", "PS384", "PS512", "ES256"];

/// What one run brought: for each algorithm the response of a login and the answer of the token endpoint.
async fn run() -> Vec<(Params, String)> {
    // Known under one name, because a port is not the same twice.
    let address =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap().local_addr().unwrap();
    let settings = Settings { public_url: Some("http://idp.test".into()), ..Settings::default() };
    let clock = Clock::frozen(1_767_225_600);
    let builder = MockIdp::builder().listen(address).settings(settings).clock(clock.clone());
    let provider = builder.ids(Ids::seeded(7)).start().await.unwrap();
    let tenant = provider.tenant();
    tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    let mut answers = Vec::new();
    for alg in SAME_BYTES.iter().chain(SAME_CLAIMS) {
        tenant.add_client(Client {
            client_secret: Some(
                "a secret that is long enough for every algorithm, the longest of which wants 64".into(),
            ),
            redirect_uris: vec![CALLBACK.into()],
            id_token_signed_response_alg: Some((*alg).into()),
            ..Client::unregistered(alg)
        });
        answers.push(login(address, alg).await);
        clock.advance(1);
    }
    answers
}

async fn login(address: SocketAddr, alg: &str) -> (Params, String) {
    let request: Params = [
        ("client_id", alg),
        ("redirect_uri", CALLBACK),
        ("response_type", "code id_token"),
        ("scope", "openid email offline_access"),
        ("nonce", "n"),
    ]
    .into_iter()
    .collect();
    let sent = client().get(format!("http://{address}/authorize?{}", request.encode())).send().await.unwrap();
    let response = read(sent).await.fragment();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", response.first("code").unwrap()),
        ("redirect_uri", CALLBACK),
    ];
    let secret = "a secret that is long enough for every algorithm, the longest of which wants 64";
    let form: Vec<_> = form.into_iter().chain([("client_id", alg), ("client_secret", secret)]).collect();
    let answer = client().post(format!("http://{address}/token")).form(&form).send().await.unwrap();
    let answer = read(answer).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    (response, answer.body)
}

#[tokio::test]
async fn equal_seeds_clocks_and_requests_give_equal_codes_ids_and_tokens() {
    let (one, two) = (run().await, run().await);

    for (index, alg) in SAME_BYTES.iter().enumerate() {
        assert_eq!(one[index], two[index], "{alg}");
    }
    for (offset, alg) in SAME_CLAIMS.iter().enumerate() {
        let index = SAME_BYTES.len() + offset;
        let (one, two) = (&one[index].0, &two[index].0);
        assert_eq!(one.first("code"), two.first("code"), "{alg}");
        let (one, two) = (one.first("id_token").unwrap(), two.first("id_token").unwrap());
        assert_eq!(told(one), told(two), "{alg}");
        assert_eq!(told(one).0["alg"], *alg);
        assert_ne!(one, two, "{alg}: a signature without its random number");
    }
    assert_ne!(one[0].0.first("code"), one[1].0.first("code"));
}

#[tokio::test]
async fn an_issuer_that_the_control_api_makes_has_the_seed_and_the_clock_of_the_settings_unless_told_others()
{
    let minted = async |wanted: Value| {
        let settings = Settings { seed: Some(7), now: Some(100), ..Settings::default() };
        let builder = MockIdp::builder().settings(settings).control(([127, 0, 0, 1], 0).into());
        let provider = builder.start().await.unwrap();
        let url = format!("{}/tenants", provider.control_url().unwrap());
        assert_eq!(client().post(&url).json(&wanted).send().await.unwrap().status(), 201);
        let order = json!({"user": "alice", "client_id": "any"});
        let answer = client().post(format!("{url}/a/mint")).json(&order).send().await.unwrap();
        let claims = told(read(answer).await.json()["id_token"].as_str().unwrap()).1;
        (claims["sid"].clone(), claims["iat"].clone())
    };

    let (one, other) = (minted(json!({"slug": "a"})).await, minted(json!({"slug": "a"})).await);
    let told_others = minted(json!({"slug": "a", "seed": 8, "now": 200})).await;

    assert_eq!(one, other);
    assert_eq!((&one.1, &told_others.1), (&json!(100), &json!(200)));
    assert_ne!(one.0, told_others.0);
}

#[tokio::test]
async fn the_id_of_a_token_is_the_same_for_equal_seeds_and_another_in_the_next_token() {
    let minted = async |seed: u64| {
        let settings = Settings {
            preset: Some("keycloak".into()),
            seed: Some(seed),
            now: Some(100),
            ..Settings::default()
        };
        let provider = MockIdp::builder().settings(settings).start().await.unwrap();
        let mint = || told(&provider.tenant().mint("alice", "any", None, &[]).unwrap()).1["jti"].clone();
        [mint(), mint()]
    };

    let (one, two, other) = (minted(7).await, minted(7).await, minted(8).await);

    assert!(one.iter().all(Value::is_string), "{one:?}");
    assert_eq!(one, two);
    assert_ne!(one[0], one[1]);
    assert_ne!(one[0], other[0]);
}

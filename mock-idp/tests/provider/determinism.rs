//! The same seed, the same frozen clock and the same requests give the same bytes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use mock_idp::{Client, Clock, Ids, LoginPolicy, MockIdp, Params, Settings};

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

//! What uses up a login policy or a lie that is meant for one occasion, and what does not.

use mock_idp::fault::{DISCOVERY, ID_TOKEN, JWKS, RESPONSE, TOKEN_RESPONSE, WIRE};
use mock_idp::trace::Endpoint;
use mock_idp::{Client, LoginPolicy, User};
use reqwest::Method;
use reqwest::header::HeaderValue;

use super::stage::{CALLBACK, CLIENT, Got, Stage, read, request};

async fn once(user: &str) -> Stage {
    let stage = Stage::new().await;
    stage.tenant().set_policy(LoginPolicy::Once { user: user.into() });
    stage
}

async fn ask(stage: &Stage, method: Method, url: &str) -> Got {
    read(stage.http.request(method, url).send().await.unwrap()).await
}

#[tokio::test]
async fn a_head_gets_the_headers_of_the_get_and_uses_no_policy_up() {
    let stage = once("alice").await;
    let url = request(stage.provider.base_url(), &[]);

    let head = ask(&stage, Method::HEAD, &url).await;

    assert_eq!(head.status, 303);
    assert!(stage.get(&url).await.fragment().has("id_token"));
    assert_eq!(stage.get(&url).await.status, 302);
}

#[tokio::test]
async fn only_an_answer_with_a_token_uses_a_policy_up() {
    let stage = once("zoe").await;
    let tenant = stage.tenant();
    let posted = format!("{}/authorize", stage.provider.base_url());

    assert_eq!(stage.authorize(&[("nonce", "")]).await.fragment().first("error"), Some("invalid_request"));
    assert_eq!(stage.authorize(&[("redirect_uri", "")]).await.status, 400);
    assert_eq!(stage.post(&posted, &[("client_id", CLIENT)]).await.status, 400);
    assert_eq!(ask(&stage, Method::PUT, &posted).await.status, 405);
    assert_eq!(stage.authorize(&[]).await.status, 500);
    assert_eq!(tenant.policy(), LoginPolicy::Once { user: "zoe".into() });

    tenant.add_user(User { username: "zoe".into(), ..tenant.users()[0].clone() });
    assert!(stage.authorize(&[]).await.fragment().has("id_token"));
    assert_eq!(tenant.policy(), LoginPolicy::Ask);
}

#[tokio::test]
async fn a_lie_for_one_occasion_waits_for_a_request_that_is_one() {
    let stage = Stage::alice().await;
    let base = stage.provider.base_url().to_owned();
    let (authorize, discovery) = (request(&base, &[]), format!("{base}/.well-known/openid-configuration"));
    let lie = stage
        .tenant()
        .arm(vec![
            ID_TOKEN.set("x", 1).first(),
            RESPONSE.remove("state").first(),
            DISCOVERY.remove("issuer").first(),
            WIRE.at(Endpoint::Discovery).body("{}").nth(1),
            WIRE.at(Endpoint::Authorize).delay(1).first(),
        ])
        .unwrap();
    let fired = || lie.report().iter().map(|report| report.fired).collect::<Vec<_>>();

    for method in [Method::HEAD, Method::PUT, Method::DELETE] {
        ask(&stage, method.clone(), &authorize).await;
        ask(&stage, method, &discovery).await;
    }
    stage.post(&authorize, &[("x", &"y".repeat(64 * 1024 + 1))]).await;
    assert_eq!(fired(), [0; 5]);

    stage.get(&authorize).await;
    stage.get(&discovery).await;
    assert_eq!(fired(), [1; 5]);
}

#[tokio::test]
async fn a_lie_for_a_client_is_told_to_the_client_that_the_request_is_about() {
    let stage = Stage::alice().await;
    let lie = stage.tenant().arm(vec![ID_TOKEN.set("x", 1).for_client("posted")]).unwrap();
    let form = |client| {
        [
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("response_type", "id_token"),
            ("scope", "openid"),
            ("nonce", "n"),
        ]
    };
    let at = |client: &str| format!("{}/authorize?client_id={client}", stage.provider.base_url());

    assert!(stage.post(&at("posted"), &form("another")).await.fragment().has("id_token"));
    assert_eq!(lie.report()[0].fired, 0);
    assert!(stage.post(&at("another"), &form("posted")).await.fragment().has("id_token"));
    assert_eq!(lie.report()[0].fired, 1);

    // At the login page the request stays in the URL, and the body is what the person typed.
    let login =
        request(stage.provider.base_url(), &[("client_id", "posted")]).replace("/authorize?", "/login?");
    stage.post(&login, &[("person", "alice"), ("client_id", "another")]).await;
    assert_eq!(lie.report()[0].fired, 2);
}

#[tokio::test]
async fn a_lie_for_a_client_is_told_behind_the_browser_to_that_client_and_where_nobody_says_who_asks() {
    let stage = Stage::new().await;
    for id in ["mine", "another"] {
        stage.tenant().add_client(Client { client_secret: Some("any".into()), ..Client::unregistered(id) });
    }
    let lies =
        [TOKEN_RESPONSE.set("x", 1), WIRE.at(Endpoint::Token).content_type("text/plain"), JWKS.set("x", 1)];
    let lie = stage.tenant().arm(lies.map(|lie| lie.for_client("mine").first()).to_vec()).unwrap();
    let url = format!("{}/token", stage.provider.base_url());
    let ask = async |client: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", "any")];
        let got = stage.post(&url, &form).await;
        (got.json()["x"].is_number(), got.header("content-type") == "text/plain")
    };

    assert_eq!(ask("another").await, (false, false));
    assert_eq!(ask("mine").await, (true, true));
    assert!(stage.get(&format!("{}/jwks", stage.provider.base_url())).await.json()["x"].is_number());

    assert!(lie.report().iter().all(|report| report.fired == 1));
}

#[tokio::test]
async fn a_marker_is_found_beside_cookies_and_headers_that_are_no_text() {
    let stage = Stage::new().await;
    stage.tenant().marked("m").set_policy(LoginPolicy::Auto { user: "alice".into() });
    let url = request(stage.provider.base_url(), &[]);
    let status = async |headers: &[(&'static str, &[u8])]| {
        let mut call = stage.http.get(&url);
        for (name, value) in headers {
            call = call.header(*name, HeaderValue::from_bytes(value).unwrap());
        }
        call.send().await.unwrap().status().as_u16()
    };

    assert_eq!(status(&[("cookie", b"a=\xff\xfe; mock_idp_marker=m")]).await, 303);
    assert_eq!(status(&[("cookie", "a=\u{e9};mock_idp_marker=m; b=1".as_bytes())]).await, 303);
    assert_eq!(status(&[("cookie", b"a=1"), ("cookie", b"mock_idp_marker=m")]).await, 303);
    assert_eq!(status(&[("mock-idp-marker", b""), ("cookie", b"mock_idp_marker=m")]).await, 303);
    assert_eq!(status(&[("mock-idp-marker", b"\xff"), ("cookie", b"mock_idp_marker=m")]).await, 303);
    assert_eq!(status(&[("cookie", b"mock_idp_marker=m\xff")]).await, 302);
    assert_eq!(status(&[("cookie", b"not_mock_idp_marker=m")]).await, 302);
}

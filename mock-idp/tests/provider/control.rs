//! The control API, as a test in another language uses it.

use std::net::IpAddr;

use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::stage::{Got, Stage, read, request};

pub(crate) struct Desk {
    pub(crate) stage: Stage,
    pub(crate) control: String,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let provider = MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start().await.unwrap();
        let control = provider.control_url().unwrap().to_owned();
        Self { stage: Stage::with(provider), control }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Got {
        let mut call = self.stage.http.request(method.parse().unwrap(), format!("{}{path}", self.control));
        if let Some(body) = body {
            call = call.json(&body);
        }
        read(call.send().await.unwrap()).await
    }

    pub(crate) async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let got = self.call(method, path, body).await;
        assert!((200..300).contains(&got.status), "{method} {path}: {got:?}");
        serde_json::from_str(&got.body).unwrap_or_default()
    }

    pub(crate) async fn refused(&self, method: &str, path: &str, body: Value) -> String {
        let got = self.call(method, path, Some(body)).await;
        assert!((400..500).contains(&got.status), "{method} {path}: {got:?}");
        serde_json::from_str::<Value>(&got.body).unwrap()["error"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_tenant_can_be_made_told_to_lie_watched_and_removed() {
    let desk = Desk::new().await;

    let made = desk.ok("POST", "/tenants", Some(json!({"slug": "a", "now": 100, "seed": 1}))).await;
    desk.ok("PUT", "/tenants/a/policy", Some(json!({"policy": "auto", "user": "bob"}))).await;
    let armed = desk
        .ok(
            "POST",
            "/tenants/a/faults",
            Some(json!([{"seam": "id-token-claims", "verb": "remove", "name": "exp"}])),
        )
        .await;
    assert_eq!(armed["armed"], json!(["the id_token's exp is missing"]));
    assert_eq!(desk.stage.get(&request(made["issuer"].as_str().unwrap(), &[])).await.status, 303);

    let faults = desk.ok("GET", "/tenants/a/faults", None).await;
    assert_eq!((&faults[0]["fired"], &faults[0]["changed"]), (&json!(1), &json!(1)));
    let trace = desk.ok("GET", "/tenants/a/trace", None).await;
    assert_eq!(trace[0]["faults"][0]["clause"], "the id_token's exp is missing");
    assert_eq!(desk.ok("GET", "/tenants/a/trace?since=1", None).await, json!([]));
    assert_eq!(desk.ok("PUT", "/tenants/a/clock", Some(json!({"advance": 5}))).await["now"], 105);

    desk.ok("POST", "/tenants/a/reset", None).await;
    assert_eq!(desk.ok("GET", "/tenants/a/faults", None).await, json!([]));
    assert_eq!(desk.ok("GET", "/tenants/a/policy", None).await["policy"], "ask");
    desk.ok("DELETE", "/tenants/a", None).await;
    assert_eq!(desk.call("GET", "/tenants/a/faults", None).await.status, 404);
}

#[tokio::test]
async fn the_default_issuer_takes_clients_people_rotation_and_minting() {
    let desk = Desk::new().await;

    desk.ok("POST", "/tenants/_default/users", Some(json!({"username": "zoe", "password": "z", "sub": "9"})))
        .await;
    desk.ok("POST", "/tenants/_default/clients", Some(json!({"client_id": "c", "client_secret": "s"}))).await;
    desk.ok("POST", "/tenants/_default/keys/rotate", Some(json!({"grace": "keep-old"}))).await;
    let minted = desk
        .ok("POST", "/tenants/_default/mint", Some(json!({"user": "zoe", "client_id": "c", "nonce": "n"})))
        .await;

    let (header, claims) = super::stage::told(minted["id_token"].as_str().unwrap());
    assert_eq!((&header["kid"], &claims["sub"], &claims["aud"]), (&json!("rsa-2"), &json!("9"), &json!("c")));
}

#[tokio::test]
async fn minting_refuses_the_faults_that_it_could_only_ignore() {
    let desk = Desk::new().await;
    let exp = json!({"seam": "id-token-claims", "verb": "remove", "name": "exp"});
    let with = |name: &str, value: Value| {
        let mut fault = exp.clone();
        fault[name] = value;
        fault
    };

    for (fault, expected) in [
        (json!({"seam": "jwks", "verb": "remove", "name": "keys"}), "the seam \"jwks\""),
        (
            json!({"seam": "authorization-response", "verb": "remove", "name": "state"}),
            "authorization-response",
        ),
        (json!({"seam": "wire", "endpoint": "jwks", "verb": "hang-up"}), "the seam \"wire\""),
        (with("binding", json!({"marker": "m"})), "without a binding"),
        (with("binding", json!({"client": "a"})), "without a binding"),
        (with("occurrence", json!({"nth": 2})), "without an occurrence"),
    ] {
        let order = json!({"user": "alice", "client_id": "a", "faults": [exp, fault]});
        let error = desk.refused("POST", "/tenants/_default/mint", order).await;

        let clause = mock_idp::Fault::from_json(fault).unwrap().to_string();
        assert!(error.contains(&clause) && error.contains(expected), "{error}");
    }
    let order =
        json!({"user": "alice", "client_id": "a", "faults": [exp, with("occurrence", json!("first"))]});
    desk.ok("POST", "/tenants/_default/mint", Some(order)).await;
}

#[tokio::test]
async fn the_control_api_answers_under_whatever_address_it_listens_on() {
    for ip in ["127.0.0.1", "127.0.0.2", "::1"] {
        let provider =
            MockIdp::builder().control((ip.parse::<IpAddr>().unwrap(), 0).into()).start().await.unwrap();
        let control = provider.control_url().unwrap().to_owned();
        let status = async |host: Option<&str>, origin: Option<&str>| {
            let mut call = super::stage::client().get(&control);
            for (name, value) in [("host", host), ("origin", origin)] {
                if let Some(value) = value {
                    call = call.header(name, value);
                }
            }
            call.send().await.unwrap().status().as_u16()
        };

        assert_eq!(status(None, None).await, 200, "{control}");
        assert_eq!(status(None, Some(&control)).await, 200, "{control}");
        let port = control.rsplit_once(':').unwrap().1;
        assert_eq!(status(Some(&format!("rebound.example:{port}")), None).await, 403, "{control}");
        assert_eq!(status(Some(&format!("127.0.0.3:{port}")), None).await, 403, "{control}");
    }
}

#[tokio::test]
async fn pages_in_a_browser_are_kept_out() {
    let desk = Desk::new().await;
    let with = async |name: &str, value: &str| {
        let call = desk.stage.http.get(&desk.control).header(name, value);
        call.send().await.unwrap().status().as_u16()
    };

    assert_eq!(with("host", "rebound.example").await, 403);
    assert_eq!(with("origin", "https://evil.example").await, 403);
    assert_eq!(with("origin", "null").await, 403);
    assert_eq!(with("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(with("sec-fetch-site", "same-site").await, 403);
    assert_eq!(with("sec-fetch-site", "none").await, 200);
    let plain = desk.stage.http.post(format!("{}/tenants", desk.control)).body("{\"slug\":\"a\"}");
    assert_eq!(plain.send().await.unwrap().status().as_u16(), 415);
}

#[tokio::test]
async fn the_control_api_never_listens_beyond_loopback() {
    let error = MockIdp::builder().control(([0, 0, 0, 0], 0).into()).start().await.err().unwrap();

    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn without_being_asked_for_there_is_no_control_api() {
    assert_eq!(MockIdp::start().await.unwrap().control_url(), None);
}

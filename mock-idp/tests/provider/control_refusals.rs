//! What the control API refuses: every sentence says what to write instead.

use serde_json::{Value, json};

use super::control::Desk;

/// Sends each body and expects an error that contains the text.
async fn all_refused(cases: Vec<(&str, String, Value, &str)>) {
    let desk = Desk::new().await;
    for (method, path, body, expected) in cases {
        let error = desk.refused(method, &path, body).await;

        assert!(error.contains(expected), "{method} {path}: {error}");
        assert!(!error.contains('`'), "{method} {path}: {error}");
    }
}

fn at(path: &str) -> String {
    format!("/tenants/_default/{path}")
}

#[tokio::test]
async fn bad_input_is_refused_with_what_to_write_instead() {
    all_refused(vec![
        ("POST", "/tenants".into(), json!({"slug": "a/b"}), "letters, digits"),
        ("POST", "/tenants".into(), json!({"slug": "_default"}), "must not be _default"),
        ("POST", "/tenants".into(), json!({"slug": "x".repeat(65)}), "64 at most"),
        ("POST", "/tenants".into(), json!("a"), "a JSON object with slug, seed"),
        ("POST", "/tenants".into(), json!({"slug": "a", "seed": "x"}), "expected a whole number"),
        ("PUT", at("policy"), json!(7), "a JSON object"),
        ("PUT", at("policy"), json!({"policy": "deny", "error": "\"no\""}), "printable ASCII"),
        (
            "PUT",
            at("policy"),
            json!({"policy": "deny", "error": "no", "description": "né"}),
            "printable ASCII",
        ),
        ("POST", at("faults"), json!([]), "at least one"),
        ("POST", "/tenants".into(), json!({"slug": "a", "sed": 1}), "expected one of"),
        ("POST", "/tenants".into(), json!({"slug": "a", "users": [{"username": ""}]}), "password"),
        (
            "POST",
            "/tenants".into(),
            json!({"slug": "a", "users": [], "policy": {"policy": "auto", "user": "alice"}}),
            "add the person to \"users\"",
        ),
        ("GET", "/tenants/x/faults".into(), json!({}), "POST /tenants"),
        ("DELETE", "/tenants/_default".into(), json!({}), "/reset"),
        ("GET", "/tenants?slug=a".into(), json!({}), "takes none"),
        ("POST", at("faults"), json!([{"seam": "jwks", "verb": "zap"}]), "fault 1: unknown verb"),
        ("POST", at("faults"), json!({"named": "alg-nine"}), "use one of: alg-none"),
        ("DELETE", at("faults/99"), json!({}), "GET …/faults"),
        ("DELETE", at("faults/x"), json!({}), "no number"),
        ("PUT", at("policy"), json!({"policy": "auto", "user": "zoe"}), "alice"),
        ("PUT", at("policy"), json!({"policy": "perhaps"}), "\"ask\""),
        ("PUT", at("clock"), json!({"freeze": 1, "advance": 1}), "exactly one"),
        ("PUT", at("clock"), json!({"skew": {"client": "x", "seconds": 1}}), "POST …/clients"),
        (
            "PUT",
            at("clock"),
            json!({"skew": {"client": "x"}}),
            "{\"skew\": {\"client\": ID, \"seconds\": SECONDS}}",
        ),
        ("POST", at("faults"), json!(vec![json!({"named": "alg-none"}); 1_001]), "disarm those"),
        ("GET", at("trace?since=x"), json!({}), "since=12"),
        ("GET", at("trace?since=1&since=2"), json!({}), "comes twice"),
        ("GET", at("trace?endpoint=jwk"), json!({}), "jwks"),
        ("GET", at("trace?endpoint="), json!({}), "leave it out"),
        ("GET", at("trace?sinse=1"), json!({}), "use since"),
        ("GET", at("trace/wait?timeout_millis=9999999"), json!({}), "60000"),
        ("GET", at("trace/7"), json!({}), "GET …/trace"),
    ])
    .await;
}

#[tokio::test]
async fn what_nobody_could_use_is_refused_with_what_to_write_instead() {
    all_refused(vec![
        ("PUT", at("clients/a"), json!({"client_id": "b"}), "leave client_id out"),
        ("POST", at("clients"), json!({}), "client_id"),
        ("POST", at("clients"), json!({"client_id": "a", "redirect_uri": []}), "\"redirect_uris\""),
        (
            "POST",
            at("clients"),
            json!({"client_id": "a", "redirect_uris": ["javascript:1"]}),
            "redirect_uris",
        ),
        ("POST", at("clients"), json!({"client_id": "a", "id_token_signed_response_alg": "X"}), "RS256"),
        ("POST", at("clients"), json!({"client_id": "a", "jwks": {}}), "keys"),
        ("POST", at("clients"), json!({"client_id": "a", "id_token_lifetime": 0}), "at least 1"),
        ("DELETE", at("clients/none"), json!({}), "sample-app"),
        ("PUT", at("users/a"), json!({"username": "b", "password": "", "sub": "1"}), "leave username out"),
        ("POST", at("users"), json!({"username": "a", "password": "", "sub": ""}), "\"sub\" is empty"),
        ("DELETE", at("users/none"), json!({}), "alice"),
        ("PATCH", at("settings"), json!({"code_lifetime": 0}), "at least 1"),
        ("PATCH", at("settings"), json!({"listen": 1}), "\"rules\""),
        ("PUT", at("keys"), json!({"signing": "ec", "published": ["ec"]}), "rsa1, rsa2 or rsa3"),
        ("PUT", at("keys"), json!({"signing": "rsa1", "published": ["ec"]}), "seam \"jwks\""),
        ("PUT", at("keys"), json!({"signing": "rsa1", "published": ["rsa1", "attacker"]}), "must not"),
        ("PUT", at("keys"), json!({"signing": "rsa1", "published": ["rsa1", "rsa1"]}), "once"),
        ("POST", at("keys/rotate"), json!({"grace": "perhaps"}), "keep-old"),
        ("POST", at("mint"), json!({"user": "zoe", "client_id": "a"}), "alice"),
        ("POST", at("mint"), json!({"user": "alice"}), "client_id"),
        ("POST", at("mint"), json!({"kind": "id", "user": "alice", "client_id": "a"}), "\"id-token\""),
        (
            "POST",
            at("mint"),
            json!({"kind": "access-token", "user": "alice", "client_id": "a", "claims": {"a": 1}}),
            "opaque",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_or_not_said_to_be_is_refused() {
    let desk = Desk::new().await;
    let send = async |content_type: &str, body: &str| {
        let call = desk.stage.http.post(format!("{}/tenants", desk.control));
        let call = call.header("content-type", content_type).body(body.to_owned());
        super::stage::read(call.send().await.unwrap()).await
    };

    let typo = send("application/json", "{\"slug\": ").await;
    let plain = send("text/plain", "{\"slug\": \"a\"}").await;
    let large = send("application/json", &format!("\"{}\"", "x".repeat(1024 * 1024))).await;

    assert!(typo.status == 400 && typo.body.contains("not JSON"), "{typo:?}");
    assert!(plain.status == 415 && plain.body.contains("application/json"), "{plain:?}");
    assert!(large.status == 400 && large.body.contains("send less"), "{large:?}");
}

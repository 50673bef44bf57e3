//! What the program says of its work holds nothing that would let a reader be somebody.

use sample_app::Clock;
use serde_json::json;

use super::browser::Browser;
use super::program::{Running, folder, program};
use super::provider::{Provider, sign};
use super::world::HEADER;

/// Parts of a value that betray it, however it is cut or quoted.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(['.', '=', '%', '&']).filter(|part| part.len() >= 16)
}

#[tokio::test]
async fn a_run_of_logins_refusals_and_logouts_leaves_reasons_in_the_log_and_no_secret() {
    let provider = Provider::start().await;
    let folder = folder();
    let variables = [
        ("ISSUER_BASE_URL", provider.issuer.as_str()),
        ("CLIENT_ID", "app"),
        ("BASE_URL", "http://localhost:3000"),
        ("SECRET", "sesame-sesame-sesame-sesame"),
        ("PORT", "0"),
        ("RUST_LOG", "trace"),
    ];
    let mut app = Running::start(program(&folder, &variables)).await;
    let mut browser = Browser::new(format!("http://127.0.0.1:{}", app.port().await));
    let now = Clock::system().unix();
    let mut secrets = vec!["sesame-sesame-sesame-sesame".to_owned(), "alice@example.org".to_owned()];

    for (key, nonce, status) in [(1, None, 400), (0, Some("another-nonce-of-somebody"), 400), (0, None, 303)]
    {
        let answer = browser.get("/login").await;
        let asked = ["state", "nonce"].map(|name| answer.parameter(name).expect("it is sent"));
        let claims = json!({
            "iss": provider.issuer, "aud": "app", "sub": "alice", "nonce": nonce.unwrap_or(&asked[1]), "iat": now,
            "exp": now + 300, "email": "alice@example.org",
        });
        let token = sign(HEADER, &claims.to_string(), key);
        secrets.extend(browser.jar.values().cloned());
        let answer = browser.post("/callback", &[("state", &asked[0]), ("id_token", &token)]).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        secrets.extend(asked);
        secrets.push(token);
        secrets.extend(browser.jar.values().cloned());
    }
    let stray = [("state", "a-state-that-nobody-sent"), ("code", "a-code-that-nobody-asked-for")];
    assert_eq!(browser.post("/callback", &stray).await.status, 400);
    let token = secrets.iter().find(|secret| secret.split('.').count() == 3).expect("a token");
    assert_eq!(browser.post("/backchannel-logout", &[("logout_token", token)]).await.status, 400);
    secrets.extend(stray.map(|(_, value)| value.to_owned()));
    assert_eq!(browser.get("/logout").await.status, 302);
    app.signal("TERM").await;
    let log = app.ends().await;

    for reason in
        ["signature-check", "nonce-check", "state-check", "signed in", "logged out", "logout token refused"]
    {
        assert!(log.contains(reason), "{reason} is not in the log: {log}");
    }
    for part in secrets.iter().flat_map(|secret| parts(secret)) {
        assert!(!log.contains(part), "{part} is in the log");
    }
}

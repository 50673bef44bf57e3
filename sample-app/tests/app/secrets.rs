//! What the program says of its work holds nothing that would let a reader be somebody.

use sample_app::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::browser::{Answer, Browser};
use super::program::{Running, folder, program};
use super::provider::{Provider, sign};
use super::world::HEADER;

const SECRET: &str = "sesame-sesame-sesame-sesame";
const CLIENT_SECRET: &str = "client-sesame-client-sesame";
const EMAIL: &str = "alice@example.org";
/// An answer of the provider by which it gives away what it was shown.
const TALKATIVE: &str = "the-provider-repeats-what-it-was-shown";

/// A program that logs all it can, a browser before it, and whatever must stay between them.
struct Run {
    provider: Provider,
    folder: TempDir,
    app: Running,
    browser: Browser,
    secrets: Vec<String>,
}

impl Run {
    async fn start(more: &[(&str, &str)]) -> Self {
        let (provider, folder) = (Provider::start().await, folder());
        for name in ["token", "userinfo", "revocation"] {
            let place = format!("{}/{name}", provider.issuer);
            provider.set_metadata(&format!("{name}_endpoint"), json!(place));
        }
        let mut variables = vec![
            ("ISSUER_BASE_URL", provider.issuer.as_str()),
            ("CLIENT_ID", "app"),
            ("BASE_URL", "http://localhost:3000"),
            ("SECRET", SECRET),
            ("PORT", "0"),
            ("RUST_LOG", "trace"),
        ];
        variables.extend(more);
        let mut app = Running::start(program(&folder, &variables)).await;
        let browser = Browser::new(format!("http://127.0.0.1:{}", app.port().await));
        let secrets = [SECRET, CLIENT_SECRET, EMAIL].map(str::to_owned).to_vec();
        Self { provider, folder, app, browser, secrets }
    }

    fn keep(&mut self, value: &str) -> String {
        self.secrets.push(value.to_owned());
        value.to_owned()
    }

    /// Starts a login; its state, and a token for it that is signed with this key, for this nonce if there is one.
    async fn begin(&mut self, key: usize, nonce: Option<&str>) -> (String, String) {
        let answer = self.browser.get("/login").await;
        let [state, asked] = ["state", "nonce"].map(|name| answer.parameter(name).expect("it is sent"));
        let now = Clock::system().unix();
        let claims = json!({
            "iss": self.provider.issuer, "aud": "app", "sub": "alice", "nonce": nonce.unwrap_or(&asked), "iat": now,
            "exp": now + 300, "email": EMAIL,
        });
        let token = sign(HEADER, &claims.to_string(), key);
        self.secrets.extend([state.clone(), asked, token.clone()]);
        self.secrets.extend(self.browser.jar.values().cloned());
        (state, token)
    }

    async fn call_back(&mut self, form: &[(&str, &str)]) -> Answer {
        let answer = self.browser.post("/callback", form).await;
        self.secrets.extend(self.browser.jar.values().cloned());
        answer
    }

    /// Ends the program, which must have logged these reasons and nothing that may not be known.
    async fn ends(mut self, reasons: &[&str]) {
        self.secrets.extend(self.provider.posted("code_verifier"));
        self.app.signal("TERM").await;
        let mut said = self.app.ends().await;
        for reason in reasons {
            assert!(said.contains(reason), "{reason} is not in the log: {said}");
        }
        for file in std::fs::read_dir(self.folder.path()).expect("a folder") {
            let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
            said.push_str(&String::from_utf8_lossy(&bytes));
        }
        for part in self.secrets.iter().flat_map(|secret| parts(secret)) {
            assert!(!said.contains(part), "{part} is written down");
        }
    }
}

/// Parts of a value that betray it, however it is cut or quoted.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(['.', '=', '%', '&']).filter(|part| part.len() >= 16)
}

#[tokio::test]
async fn a_run_of_logins_refusals_and_logouts_leaves_reasons_in_the_log_and_no_secret() {
    let mut run = Run::start(&[]).await;

    for (key, nonce, status) in [(1, None, 400), (0, Some("another-nonce-of-somebody"), 400), (0, None, 303)]
    {
        let (state, token) = run.begin(key, nonce).await;
        let answer = run.call_back(&[("state", &state), ("id_token", &token)]).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let [state, code] =
        ["a-state-that-nobody-sent", "a-code-that-nobody-asked-for"].map(|text| run.keep(text));
    assert_eq!(run.call_back(&[("state", &state), ("code", &code)]).await.status, 400);
    let token = run.secrets.iter().find(|secret| secret.split('.').count() == 3).expect("a token");
    assert_eq!(run.browser.post("/backchannel-logout", &[("logout_token", token)]).await.status, 400);
    assert_eq!(run.browser.get("/logout").await.status, 302);

    run.ends(&["signature-check", "nonce-check", "state-check", "signed in", "logged out", "token refused"])
        .await;
}

#[tokio::test]
async fn who_is_turned_away_is_in_the_log_with_the_reason_that_they_read() {
    let mut run = Run::start(&[]).await;
    let image = |request: reqwest::RequestBuilder| request.header("sec-fetch-mode", "no-cors");
    let foreign = |request: reqwest::RequestBuilder| request.header("sec-fetch-site", "cross-site");

    assert_eq!(run.browser.request(reqwest::Method::GET, "/login", image).await.status, 403);
    assert_eq!(run.browser.request(reqwest::Method::GET, "/logout", foreign).await.status, 403);
    assert_eq!(run.browser.get("/login?iss=https://another-issuer.example").await.status, 404);
    assert_eq!(run.browser.fetch("/api/ping").await.status, 302);
    let (state, token) = run.begin(0, None).await;
    assert_eq!(run.call_back(&[("state", &state), ("id_token", &token)]).await.status, 303);
    let own = |request: reqwest::RequestBuilder| {
        request.header("origin", "http://localhost:3000").header("x-requested-with", "fetch").body("{}")
    };
    assert_eq!(run.browser.request(reqwest::Method::POST, "/api/note", own).await.status, 415);
    run.keep("https://another-issuer.example");

    run.ends(&["login-not-opened", "logout-not-confirmed", "unknown-issuer", "no-session", "note-type"])
        .await;
}

/// Codes, tokens that are kept and revoked, userinfo: the same with and without a store.
async fn codes_and_tokens(more: &[(&str, &str)]) {
    let mut variables = vec![
        ("RESPONSE_TYPE", "code"),
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("SCOPE", "openid email offline_access"),
        ("USERINFO", "true"),
    ];
    variables.extend(more);
    let mut run = Run::start(&variables).await;
    let access = run.keep("an-access-token-of-this-login");
    let refresh = run.keep("a-refresh-token-of-this-login");
    let phone = run.keep("a-phone-number-of-alice");
    let talkative = json!({"error": "invalid_grant", "error_description": run.keep(TALKATIVE)});
    run.provider.publish("userinfo", json!({"sub": "alice", "phone_number": phone}));
    run.provider.publish("revocation", json!({}));

    for (key, answer, status) in [
        (1, None, 400),
        (0, Some(talkative), 400),
        (0, Some(json!({"token": TALKATIVE})), 400),
        (0, None, 303),
    ] {
        let (state, id_token) = run.begin(key, None).await;
        let code = run.keep(&format!("a-code-for-the-login-{status}-{key}"));
        let tokens = json!({
            "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "id_token": id_token,
        });
        run.provider.publish("token", answer.unwrap_or(tokens));
        let answer = run.call_back(&[("state", &state), ("code", &code)]).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    assert_eq!(run.provider.posted("code_verifier").len(), 4);
    let user: Value = serde_json::from_str(&run.browser.fetch("/api/user").await.body).expect("JSON");
    assert_eq!(user["phone_number"], phone.as_str());
    assert_eq!(run.browser.get("/logout").await.status, 302);

    let reasons =
        ["signature-check", "code-refused", "token-response-access-token", "signed in", "logged out"];
    run.ends(&reasons).await;
}

#[tokio::test]
async fn nor_do_codes_and_the_tokens_that_they_bring() {
    codes_and_tokens(&[]).await;
}

#[cfg(feature = "store")]
#[tokio::test]
async fn nor_does_a_store_in_its_file_or_in_the_log() {
    codes_and_tokens(&[("SESSION_STORE", "sessions.sqlite")]).await;
}

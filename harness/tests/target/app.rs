//! A relying party that believes nearly everything and does what a token tells it: crash, hang, answer 5xx, write
//! to its log. It is this very program, started again by a profile.

use crate::{display, talk};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::Params;
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;

/// What the profile tells it.
#[derive(Clone)]
pub(crate) struct Settings {
    port: u16,
    pub(crate) issuer: String,
    pub(crate) base_url: String,
    /// Reads the provider's metadata before it listens, and ends if they are not its issuer's.
    reads_at_start: bool,
    /// Where the home page leads; nowhere, if empty.
    home: String,
    /// By whom the provider proves itself; nobody but the system's authorities, if empty.
    provider_ca: String,
    /// Asks for a code, and has a secret with which it asks for the tokens.
    pub(crate) secret: String,
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// True if this process was started to be the application.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os("RP_PORT").is_some()
}

/// Runs it until it is ended.
pub(crate) async fn run() {
    let settings = Settings {
        port: variable("RP_PORT").parse().unwrap(),
        issuer: variable("RP_ISSUER"),
        base_url: variable("RP_BASE_URL"),
        reads_at_start: variable("RP_READS_AT_START") == "yes",
        home: variable("RP_HOME"),
        provider_ca: variable("RP_PROVIDER_CA"),
        secret: variable("RP_SECRET"),
    };
    if settings.reads_at_start {
        read_metadata(&settings).await;
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", settings.port)).await.unwrap();
    let router = Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", post(callback))
        .route("/me", get(me))
        .route("/logout", get(display::logout))
        .route("/app.js", get(|| async { display::at_the_end_of_much("an asset") }))
        .fallback(|| async { (StatusCode::NOT_FOUND, display::shown("a 404")) })
        .layer(axum::middleware::map_response(display::in_a_header))
        .with_state(Arc::new(settings));
    axum::serve(listener, router).await.unwrap();
}

async fn read_metadata(Settings { issuer, provider_ca, .. }: &Settings) {
    let address = format!("{issuer}/.well-known/openid-configuration");
    let mut client = reqwest::Client::builder().no_proxy();
    if !provider_ca.is_empty() {
        let authority = reqwest::Certificate::from_pem(&std::fs::read(provider_ca).unwrap()).unwrap();
        client = client.tls_certs_only([authority]);
    }
    let answer = client.build().unwrap().get(address).send().await;
    let text = match answer {
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    };
    let metadata: Value = serde_json::from_str(&text).unwrap_or_default();
    if metadata["issuer"] != *issuer {
        say("these are not my provider's metadata");
        std::process::exit(7);
    }
    say(&format!("my provider is {issuer}"));
}

/// To the standard error itself.
fn complain(text: &str) {
    let mut out = std::io::stderr().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

/// To the standard output itself.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

async fn home(State(settings): State<Arc<Settings>>) -> Response {
    if settings.home.is_empty() {
        return (StatusCode::OK, "home").into_response();
    }
    Redirect::to(&settings.home).into_response()
}

async fn login(State(settings): State<Arc<Settings>>, uri: Uri) -> impl IntoResponse {
    let wished = Params::parse(uri.query().unwrap_or_default());
    let callback = format!("{}/callback", settings.base_url);
    let response_type = if settings.secret.is_empty() { "id_token" } else { "code" };
    let request = Params(
        [
            ("client_id", "rpcheck-client"),
            ("redirect_uri", &callback),
            ("response_type", response_type),
            ("response_mode", "form_post"),
            ("scope", "openid offline_access"),
            ("state", wished.first("state").unwrap_or(talk::STATE)),
            ("nonce", talk::NONCE),
            ("code_challenge", talk::CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
    );
    Redirect::to(&format!("{}/authorize?{}", settings.issuer, request.encode()))
}

async fn callback(State(settings): State<Arc<Settings>>, body: Bytes) -> Response {
    let params = Params::parse(&String::from_utf8_lossy(&body));
    let tokens = match params.first("code") {
        Some(code) => talk::tokens(&settings, code).await,
        None => Value::Null,
    };
    let token = tokens["id_token"].as_str().or(params.first("id_token")).unwrap_or_default().to_owned();
    if params.first("code").is_some() && token.is_empty() {
        return (StatusCode::BAD_GATEWAY, "no tokens").into_response();
    }
    let payload = token.split('.').nth(1).unwrap_or_default();
    let claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap_or_default()).unwrap_or_default();
    match claims["log"].as_str() {
        Some("error") => complain(&format!("got {token}")),
        Some(_) => say(&format!("got {token}")),
        None => {}
    }
    match claims["do"].as_str() {
        Some("crash") => std::process::exit(3),
        Some("hang") => std::future::pending().await,
        Some("500") => return (StatusCode::INTERNAL_SERVER_ERROR, "oh").into_response(),
        _ => {}
    }
    let session = claims["probe"].as_str().or(claims["sub"].as_str()).unwrap_or_default();
    let cookie = format!("session={session}; Path=/; HttpOnly");
    if let Some(name) = claims["tell"].as_str() {
        say(&format!("[{}]", talk::told(name, &settings, &params, &tokens, session)));
    }
    if let Some(name) = claims["show"].as_str() {
        display::show(&claims, &talk::told(name, &settings, &params, &tokens, session));
    }
    if let Some(answer) = claims["answer"].as_str() {
        return answered(answer, cookie, &token);
    }
    if claims["aud"] != "rpcheck-client" {
        return (StatusCode::BAD_REQUEST, "not for me").into_response();
    }
    ([("set-cookie", cookie)], Redirect::to("/")).into_response()
}

/// An answer whose looks and whose effect are two things.
fn answered(answer: &str, session: String, token: &str) -> Response {
    let refused = StatusCode::BAD_REQUEST;
    match answer {
        "refuses and signs in" => (refused, [("set-cookie", session)], "not for me").into_response(),
        "welcomes and signs nobody in" => Redirect::to("/").into_response(),
        "refuses and signs out" => {
            (refused, [("set-cookie", "session=; Path=/; Max-Age=0")], "not for me").into_response()
        }
        "shows the token" => (refused, format!("not for me: {token}")).into_response(),
        "sends the token on" => Redirect::to(&format!("/?failed={token}")).into_response(),
        "keeps the token" => (refused, [("set-cookie", format!("last={token}; Path=/"))]).into_response(),
        other => panic!("nobody taught this app to answer as one that {other}"),
    }
}

async fn me(headers: HeaderMap, uri: Uri) -> Response {
    assert_eq!(uri.path(), "/me");
    let cookie = headers.get("cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match cookie.strip_prefix("session=") {
        None => StatusCode::UNAUTHORIZED.into_response(),
        Some("503") => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some("500") => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some("429") => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some("exit") => std::process::exit(4),
        Some(subject) => axum::Json(serde_json::json!({ "sub": subject })).into_response(),
    }
}

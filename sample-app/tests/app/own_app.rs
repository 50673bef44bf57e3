//! The login around an app that is not the sample: the one of `examples/own_app.rs`.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use reqwest::Method;
use sample_app::{Ambient, ApiUnauthenticated, Login, Origin, Settings, TlsFiles};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::browser::{Answer, Browser};
use super::provider::{Provider, sign};
use super::world::{HEADER, NOW, ambient, place, settings};

#[path = "../../examples/own_app.rs"]
#[expect(dead_code, reason = "the test serves the pages itself, and leaves `main` alone")]
mod example;

struct OwnApp {
    provider: Provider,
    browser: Browser,
    _server: JoinHandle<()>,
}

fn serve(listener: TcpListener, pages: axum::Router) -> JoinHandle<()> {
    tokio::spawn(async move { axum::serve(listener, pages).await.expect("serving") })
}

impl OwnApp {
    async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let provider = Provider::start().await;
        let place = place().await;
        let mut settings = settings(place.origin, &provider.issuer);
        change(&mut settings);
        let login = Login::new(settings, ambient(&Arc::new(AtomicI64::new(NOW)))).expect("a login");
        let server = serve(place.listener, login.protect(example::pages()));
        Self { provider, browser: Browser::new(place.base), _server: server }
    }

    /// Answers the login that `start` began, as the provider does for `alice`.
    async fn finish(&mut self, start: &Answer) -> Answer {
        let parameter = |name| start.parameter(name).expect("it is sent");
        let claims = json!({
            "iss": self.provider.issuer, "aud": "app", "sub": "alice", "nonce": parameter("nonce"),
            "iat": NOW, "exp": NOW + 300, "name": "Alice", "email": "alice@example.org",
        });
        let (state, token) = (parameter("state"), sign(HEADER, &claims.to_string(), 0));
        self.browser.post("/callback", &[("state", &state), ("id_token", &token)]).await
    }
}

#[tokio::test]
async fn a_page_that_requires_a_user_leads_to_the_login_and_back_to_itself() {
    let mut app = OwnApp::start(|_| {}).await;
    assert_eq!(app.browser.get("/").await.body, "Hello, whoever you are");

    let start = app.browser.get("/mail?box=in").await;
    let done = app.finish(&start).await;

    assert!(start.location().starts_with(&format!("{}/authorize?", app.provider.issuer)));
    assert_eq!((done.status, done.location()), (303, "/mail?box=in"));
    let mail = app.browser.get("/mail?box=in").await;
    assert_eq!((mail.status, mail.body.as_str()), (200, "Mail for alice@example.org"));
    assert_eq!(mail.header("cache-control"), Some("no-store"));
    assert_eq!(app.browser.get("/").await.body, "Hello, Alice");
}

#[tokio::test]
async fn who_logs_out_is_not_let_in_again() {
    let mut app = OwnApp::start(|_| {}).await;
    let start = app.browser.get("/mail").await;
    app.finish(&start).await;
    let kept = app.browser.jar.clone();

    let answer = app.browser.get("/logout").await;

    assert!(answer.location().starts_with(&format!("{}/end?", app.provider.issuer)));
    app.browser.jar = kept;
    assert_eq!(app.browser.get("/mail").await.status, 302, "a kept cookie is worth nothing");
    assert_eq!(app.browser.get("/").await.body, "Hello, whoever you are");
}

#[tokio::test]
async fn a_script_is_turned_away_as_the_settings_say_and_starts_no_login() {
    for (setting, status) in [(ApiUnauthenticated::Redirect, 302), (ApiUnauthenticated::Status401, 401)] {
        let mut app = OwnApp::start(|settings| settings.api_unauthenticated = setting).await;

        let answer = app.browser.fetch("/mail").await;

        assert_eq!((answer.status, answer.cookies().len()), (status, 0));
        assert_eq!(app.browser.get("/mail").await.status, 302, "a person is led to the login in any case");
    }
}

#[tokio::test]
async fn the_pages_of_the_login_keep_their_headers_and_those_of_the_app_are_its_own() {
    let mut app = OwnApp::start(|_| {}).await;

    let refused = app.browser.request(Method::POST, "/callback", |request| request.form(&[("a", "b")])).await;
    let own = app.browser.get("/").await;

    assert_eq!((refused.status, refused.header("x-frame-options")), (400, Some("DENY")));
    assert!(
        refused.body.contains("<title>The login was not completed · localhost</title>"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("Sample app") && !refused.body.contains("/profile"), "{}", refused.body);
    assert_eq!((own.status, own.header("x-frame-options")), (200, None));
    assert_eq!(app.browser.get("/assets/app.css").await.status, 200, "what its pages need is there");
}

#[tokio::test]
async fn the_pages_of_the_login_bear_the_name_of_the_app_and_link_to_nothing_that_it_lacks() {
    let mut app = OwnApp::start(|settings| settings.app_name = Some("Mail & more".to_owned())).await;
    let start = app.browser.get("/mail").await;
    app.finish(&start).await;

    let page = app.browser.get("/callback").await;

    assert!(page.status == 405 && page.body.contains("You are logged in"), "{page:?}");
    assert!(page.body.contains("<title>You are logged in · Mail &#38; more</title>"), "{}", page.body);
    assert!(!page.body.contains("/profile") && page.body.contains("href=\"/logout\""), "{}", page.body);
}

#[tokio::test]
async fn without_the_login_around_it_a_page_says_what_is_missing_and_lets_nobody_in() {
    let place = place().await;
    let _server = serve(place.listener, example::pages());
    let mut browser = Browser::new(place.base);

    let answer = browser.get("/mail").await;

    assert_eq!((answer.status, answer.body.as_str()), (500, "RequireUser needs Login::protect around it"));
    assert_eq!(browser.get("/").await.body, "Hello, whoever you are");
}

#[test]
fn a_login_without_a_provider_is_refused_and_says_what_to_set() {
    let origin = Origin::parse("http://localhost:3000").expect("an origin");

    let error = Login::new(Settings::unauthenticated(origin), Ambient::system()).err().expect("refused");

    assert!(error.to_string().contains("set ISSUER_BASE_URL, CLIENT_ID, BASE_URL and SECRET"), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string(), "a `main` shows it in words");
}

#[tokio::test]
async fn files_for_tls_are_taken_by_who_listens_or_refused_and_never_left_aside() {
    let origin = Origin::parse("https://app.example").expect("an origin");
    let mut settings = settings(origin, "http://127.0.0.1:9");
    let files = TlsFiles { certificate: "cert.pem".into(), key: "key.pem".into() };
    settings.tls = Some(files.clone());

    let error = Login::new(settings.clone(), Ambient::system()).err().expect("refused").to_string();
    assert!(error.contains("TLS_CERT and TLS_KEY") && error.contains("leave both out"), "{error}");

    assert_eq!(settings.tls.take(), Some(files));
    assert!(Login::new(settings, Ambient::system()).is_ok());
}

//! One app, one provider, one browser, and a clock that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sample_app::{Ambient, Clock, IssuerSettings, Origin, SampleApp, Secret, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::browser::{Answer, Browser};
use super::provider::{Provider, sign};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const HEADER: &str = r#"{"alg":"RS256","kid":"key-0","typ":"JWT"}"#;

pub(crate) struct World {
    pub(crate) provider: Provider,
    pub(crate) app: SampleApp,
    pub(crate) browser: Browser,
    pub(crate) base: String,
    time: Arc<AtomicI64>,
}

/// A login that was started: what the provider was asked.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) state: String,
    pub(crate) nonce: String,
}

pub(crate) struct Place {
    pub(crate) listener: TcpListener,
    pub(crate) base: String,
    pub(crate) origin: Origin,
}

pub(crate) async fn place() -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let origin = Origin::parse(&format!("http://localhost:{}", address.port())).expect("an origin");
    Place { listener, base: format!("http://{address}"), origin }
}

pub(crate) fn settings(origin: Origin, issuer: &str) -> Settings {
    Settings::new(origin, IssuerSettings::new(issuer, "app"), Secret::new("a-long-secret-at-least-8"))
}

pub(crate) fn ambient(time: &Arc<AtomicI64>) -> Ambient {
    let time = time.clone();
    Ambient { clock: Clock::from_fn(Arc::new(move || time.load(Ordering::SeqCst))), ..Ambient::system() }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let provider = Provider::start().await;
        let place = place().await;
        let mut settings = settings(place.origin, &provider.issuer);
        change(&mut settings);
        let time = Arc::new(AtomicI64::new(NOW));
        let app = SampleApp::start(place.listener, settings, ambient(&time)).await.expect("the app starts");
        Self { provider, app, browser: Browser::new(place.base.clone()), base: place.base, time }
    }

    #[cfg(feature = "weakness")]
    pub(crate) async fn weak(weakness: sample_app::Weakness) -> Self {
        let provider = Provider::start().await;
        let place = place().await;
        let settings = settings(place.origin, &provider.issuer);
        let time = Arc::new(AtomicI64::new(NOW));
        let app =
            SampleApp::start_weak(place.listener, settings, ambient(&time), weakness).await.expect("start");
        Self { provider, app, browser: Browser::new(place.base.clone()), base: place.base, time }
    }

    /// What this world is surrounded by, for another app in it.
    pub(crate) fn ambient(&self) -> Ambient {
        ambient(&self.time)
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }

    /// Starts a login in the browser.
    pub(crate) async fn start_login(&mut self, return_to: &str) -> Login {
        let answer = self.browser.get(&format!("/login?returnTo={return_to}")).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        let parameter = |name| answer.parameter(name).expect("the parameter is sent");
        Login { state: parameter("state"), nonce: parameter("nonce") }
    }

    /// The claims of an honest token for this login.
    pub(crate) fn claims(&self, login: &Login) -> Value {
        json!({
            "iss": self.provider.issuer, "aud": "app", "sub": "alice", "nonce": login.nonce,
            "iat": self.now(), "exp": self.now() + 300, "name": "Alice <b>Liddell</b>", "email": "alice@example.org",
        })
    }

    pub(crate) fn token(&self, login: &Login) -> String {
        sign(HEADER, &self.claims(login).to_string(), 0)
    }

    /// The provider's page sends the form, as browsers send it.
    pub(crate) async fn deliver(&mut self, login: &Login, token: &str) -> Answer {
        let form = [("state", login.state.as_str()), ("id_token", token)];
        let origin = self.provider.issuer.clone();
        let send = |request: reqwest::RequestBuilder| request.header("origin", origin).form(&form);
        self.browser.request(reqwest::Method::POST, "/callback", send).await
    }

    /// A whole honest login.
    pub(crate) async fn log_in(&mut self) -> Answer {
        let login = self.start_login("/").await;
        let token = self.token(&login);
        self.deliver(&login, &token).await
    }

    /// Who the app says is signed in.
    pub(crate) async fn subject(&mut self) -> Option<String> {
        let answer = self.browser.fetch("/api/user").await;
        let user: Value = serde_json::from_str(&answer.body).ok()?;
        (answer.status == 200).then(|| user["sub"].as_str().unwrap_or_default().to_owned())
    }

    #[track_caller]
    pub(crate) fn assert_refused(answer: &Answer, code: &str) {
        assert!((400..500).contains(&answer.status), "{code}: status {}", answer.status);
        assert!(answer.body.contains(&format!("<code>{code}</code>")), "{code}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{code}");
    }
}

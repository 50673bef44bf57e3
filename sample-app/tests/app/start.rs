//! Starting, stopping, and running without a login.

use std::time::Duration;

use sample_app::{Ambient, SampleApp, Secret, Settings, StartError};
#[cfg(not(feature = "tls"))]
use sample_app::{Origin, TlsFiles};
use tokio::net::TcpListener;

use super::browser::Browser;
use super::world::{World, place, settings};

#[tokio::test]
async fn without_a_login_everything_is_open_and_says_so() {
    let place = place().await;
    let _app = SampleApp::start(place.listener, Settings::unauthenticated(place.origin), Ambient::system())
        .await
        .expect("the app starts");
    let mut browser = Browser::new(place.base);

    let home = browser.get("/").await;

    assert!(home.body.contains("No login is configured") && !home.body.contains(">Log in<"));
    assert_eq!(browser.fetch("/api/ping").await.body, r#"{"msg":"Hello, world"}"#);
    assert_eq!(browser.get("/api/user").await.status, 404);
    assert_eq!(browser.get("/login").await.status, 404);
    assert_eq!(browser.get("/profile").await.location(), "/");
    let answered = browser.post("/callback", &[("state", "x"), ("id_token", "a.b.c")]).await;
    for none in [answered, browser.get("/callback").await, browser.get("/callback/again").await] {
        assert_eq!(none.status, 404);
        assert!(none.body.contains("There is no such login") && !none.body.contains("Log in again"));
    }
}

#[tokio::test]
async fn without_a_login_the_app_is_for_this_machine_only() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let origin = place().await.origin;

    let error = SampleApp::start(listener, Settings::unauthenticated(origin), Ambient::system()).await.err();

    assert!(matches!(error, Some(StartError::Exposed(_))), "{error:?}");
}

#[tokio::test]
async fn settings_are_checked_however_they_came_about() {
    let place = place().await;
    let mut settings = settings(place.origin, "http://127.0.0.1:9");
    settings.secrets = vec![Secret::new("short")];

    let error = SampleApp::start(place.listener, settings, Ambient::system()).await.err().unwrap();

    assert!(error.to_string().contains("SECRET"), "{error}");
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn a_build_without_tls_refuses_the_setting_and_names_the_feature() {
    let place = place().await;
    let mut settings = Settings::unauthenticated(Origin::parse("https://localhost:3000").unwrap());
    settings.tls = Some(TlsFiles { certificate: "cert.pem".into(), key: "key.pem".into() });

    let error = SampleApp::start(place.listener, settings, Ambient::system()).await.err().unwrap();

    assert!(
        error.to_string().contains("TLS_CERT") && error.to_string().contains("--features tls"),
        "{error}"
    );
}

#[tokio::test]
async fn a_dropped_app_stops_listening() {
    let world = World::new().await;
    let base = world.base.clone();

    drop(world.app);

    let gone = async {
        while reqwest::get(format!("{base}/healthz")).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("the port is closed");
}

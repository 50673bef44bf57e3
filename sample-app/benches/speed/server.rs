//! The servers that are measured, each on a thread of its own with its own runtime.

use std::future::{Future, pending, ready};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use sample_app::{Ambient, Clock, IssuerSettings, Origin, SampleApp, Secret, Settings};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::provider::Provider;

/// The app, signed in at this provider, its sessions in their cookies or in a file.
pub(crate) fn app(provider: &Provider, clock: Clock, store: Option<PathBuf>) -> Outcome<SocketAddr> {
    let issuer = IssuerSettings::new(provider.signer().issuer, "app");
    started(async move |listener, address| {
        let origin = Origin::parse(&format!("http://localhost:{}", address.port()))?;
        let mut settings =
            Settings::new(origin, issuer, Secret::new("a-secret-of-more-than-32-bytes-for-speed"));
        settings.session_store = store;
        let app = SampleApp::start(listener, settings, Ambient { clock, ..Ambient::system() }).await?;
        pending::<()>().await;
        drop(app);
        Ok(())
    })
}

/// A bare axum server that gives this answer at every call of the API.
pub(crate) fn bare(answer: &str) -> Outcome<SocketAddr> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("an answer")?;
    let mut headers = HeaderMap::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").ok_or("a header")?;
        // Those the server adds itself.
        if !matches!(name, "date" | "content-length") {
            headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
        }
    }
    let answer = (headers, body.to_owned());
    started(async move |listener, _| {
        let router = Router::new().route("/api/ping", get(move || ready(answer.clone())));
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

/// Starts a server that runs as long as the program; its address.
fn started<F>(serve: impl FnOnce(TcpListener, SocketAddr) -> F + Send + 'static) -> Outcome<SocketAddr>
where
    F: Future<Output = Outcome<()>>,
{
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let served = || -> Outcome<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                tell.send(address)?;
                serve(listener, address).await
            })
        };
        if let Err(error) = served() {
            eprintln!("a server ended: {error}");
        }
    });
    Ok(told.recv()?)
}

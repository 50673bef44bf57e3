//! A provider that publishes what it is told and counts who asks.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Making keys is slow; every test uses the same three.
static KEYS: LazyLock<[RsaKeyPair; 3]> =
    LazyLock::new(|| [0; 3].map(|_| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")));

pub(crate) struct Provider {
    pub(crate) issuer: String,
    state: Arc<Mutex<Published>>,
    held: watch::Sender<bool>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Published {
    documents: HashMap<String, Value>,
    asked: HashMap<String, usize>,
    /// What was posted, whatever to.
    posted: Vec<String>,
    /// Those who asked while everything was held back, and went away without an answer.
    given_up: usize,
    down: bool,
}

/// Somebody who asked and has no answer yet.
struct Asker(Arc<Mutex<Published>>);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.lock().expect("no test panicked while publishing").given_up += 1;
    }
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(Published::default()));
        let (held, gate) = watch::channel(false);
        let router =
            Router::new().route("/{*document}", get(publish).post(publish)).with_state((state.clone(), gate));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serving") });
        let provider = Self { issuer: issuer.clone(), state, held, server };
        provider.publish(
            ".well-known/openid-configuration",
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "jwks_uri": format!("{issuer}/jwks"),
                "end_session_endpoint": format!("{issuer}/end"),
            }),
        );
        provider.publish("jwks", json!({"keys": [jwk(0)]}));
        provider
    }

    pub(crate) fn publish(&self, document: &str, value: Value) {
        self.lock().documents.insert(document.to_owned(), value);
    }

    pub(crate) fn set_metadata(&self, member: &str, value: Value) {
        let mut state = self.lock();
        let metadata = state.documents.get_mut(".well-known/openid-configuration").expect("metadata");
        metadata[member] = value;
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Holds every answer back, or lets them go.
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    pub(crate) fn given_up(&self) -> usize {
        self.lock().given_up
    }

    pub(crate) fn asked(&self, document: &str) -> usize {
        self.lock().asked.get(document).copied().unwrap_or_default()
    }

    /// The values that were posted under this name.
    #[cfg(unix)]
    pub(crate) fn posted(&self, name: &str) -> Vec<String> {
        let state = self.lock();
        let pairs = state.posted.iter().flat_map(|body| url::form_urlencoded::parse(body.as_bytes()));
        pairs.filter(|(given, _)| given == name).map(|(_, value)| value.into_owned()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Published> {
        self.state.lock().expect("no test panicked while publishing")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn publish(
    State((state, mut gate)): State<(Arc<Mutex<Published>>, watch::Receiver<bool>)>,
    Path(document): Path<String>,
    body: String,
) -> impl IntoResponse {
    state.lock().expect("no test panicked").posted.extend(Some(body).filter(|body| !body.is_empty()));
    *state.lock().expect("no test panicked").asked.entry(document.clone()).or_default() += 1;
    let asker = Asker(state.clone());
    gate.wait_for(|held| !held).await.expect("the provider is there");
    std::mem::forget(asker);
    let state = state.lock().expect("no test panicked while publishing");
    match state.documents.get(&document) {
        _ if state.down => (StatusCode::INTERNAL_SERVER_ERROR, "down").into_response(),
        // An error that an endpoint answers with (RFC 6749 5.2).
        Some(value) if value.get("error").is_some() => {
            (StatusCode::BAD_REQUEST, Json(value.clone())).into_response()
        }
        Some(value) => Json(value.clone()).into_response(),
        None => (StatusCode::NOT_FOUND, "no such document").into_response(),
    }
}

/// The published form of key `number`, whose id is `key-<number>`.
pub(crate) fn jwk(number: usize) -> Value {
    let public = KEYS[number].public_key();
    let modulus = public.modulus().big_endian_without_leading_zero();
    let exponent = public.exponent().big_endian_without_leading_zero();
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": format!("key-{number}"),
        "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
    })
}

/// A token with this header and these claims, signed with key `number`.
pub(crate) fn sign(header: &str, claims: &str, number: usize) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; KEYS[number].public_modulus_len()];
    KEYS[number]
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
        .expect("a signature");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

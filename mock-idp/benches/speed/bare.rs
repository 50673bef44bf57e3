//! A bare axum server that sends the provider's bytes and does nothing else.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::net::TcpListener;

use crate::line::Answer;
use crate::signer::Signer;

/// Serves the answers at `/discovery` and `/jwks`, and at `/page` the page with a fresh signature; its base URL.
pub(crate) async fn serve(discovery: &Answer, jwks: &Answer, page: &Answer) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let signer = Arc::new(Signer::rsa()?);
    let headers = headers_of(page)?;
    let (start, input, end) = around_signature(&page.body)?;
    let sign = move || {
        let signature = signer.sign(input.as_bytes()).expect("a valid key signs any input");
        let body = format!("{start}{input}.{}{end}", URL_SAFE_NO_PAD.encode(signature));
        let answer = (headers.clone(), body);
        async move { answer }
    };
    let router = Router::new()
        .route("/discovery", get(same(discovery)?))
        .route("/jwks", get(same(jwks)?))
        .route("/page", get(sign));
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}

/// A handler that always gives this answer.
fn same(
    answer: &Answer,
) -> anyhow::Result<impl Fn() -> std::future::Ready<(HeaderMap, String)> + Clone + Send + Sync + 'static> {
    let answer = (headers_of(answer)?, answer.body.clone());
    Ok(move || std::future::ready(answer.clone()))
}

/// The provider's own headers; the server adds the others itself.
fn headers_of(answer: &Answer) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in answer.head.lines().skip(1) {
        let (name, value) = line.split_once(": ").context("a header")?;
        if !matches!(name, "date" | "content-length") {
            headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
        }
    }
    Ok(headers)
}

/// The page up to its token, what the token signs, and the page after the signature.
fn around_signature(page: &str) -> anyhow::Result<(String, String, String)> {
    let (start, rest) = page.split_once("\"eyJ").context("a token")?;
    let (token, end) = rest.split_once('"').context("its end")?;
    let (input, _) = token.rsplit_once('.').context("a signature")?;
    Ok((format!("{start}\""), format!("eyJ{input}"), format!("\"{end}")))
}

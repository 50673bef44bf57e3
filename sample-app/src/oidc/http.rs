//! The app's own requests to the provider: few, small, bounded in time and size, and never redirected.

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use crate::error::ProviderError;

/// Metadata and key sets of real providers are a tenth of this.
const MAX_BODY: usize = 512 * 1024;

/// One client for the process, because setting up TLS costs milliseconds. Connections are not kept: there are
/// two requests in ten minutes, and a kept one would belong to whichever runtime opened it.
static CLIENT: LazyLock<Option<Client>> = LazyLock::new(|| {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("rpcheck-sample-app/", env!("CARGO_PKG_VERSION")))
        .build()
        .inspect_err(|error| tracing::error!(%error, "no HTTP client"))
        .ok()
});

/// What the provider answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) is_json: bool,
    pub(crate) body: Vec<u8>,
}

/// Fetches a JSON object. `document` says what it is, for the error.
pub(crate) async fn fetch(
    url: &Url,
    document: &'static str,
    timeout: Duration,
) -> Result<Map<String, Value>, ProviderError> {
    let answer = get(url, None, document, timeout).await?;
    if answer.status != StatusCode::OK {
        let why = format!("status {}", answer.status.as_u16());
        return Err(ProviderError::Unreachable { document, why });
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| ProviderError::Unusable { document, why: "it is not a JSON object" })
}

/// Asks, with an `Authorization` header if there is one.
pub(crate) async fn get(
    url: &Url,
    authorization: Option<String>,
    document: &'static str,
    timeout: Duration,
) -> Result<Answer, ProviderError> {
    send(client(document)?.get(url.clone()), authorization, document, timeout).await
}

/// Posts a form, with an `Authorization` header if there is one.
pub(crate) async fn post(
    url: &Url,
    form: &[(&str, String)],
    authorization: Option<String>,
    document: &'static str,
    timeout: Duration,
) -> Result<Answer, ProviderError> {
    send(client(document)?.post(url.clone()).form(form), authorization, document, timeout).await
}

fn client(document: &'static str) -> Result<&'static Client, ProviderError> {
    let why = "there is no HTTP client";
    CLIENT.as_ref().ok_or_else(|| ProviderError::Unreachable { document, why: why.into() })
}

async fn send(
    mut request: RequestBuilder,
    authorization: Option<String>,
    document: &'static str,
    timeout: Duration,
) -> Result<Answer, ProviderError> {
    let unreachable =
        |why: reqwest::Error| ProviderError::Unreachable { document, why: why.without_url().to_string() };
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let request = request.header("accept", "application/json").timeout(timeout);
    let mut response = request.send().await.map_err(unreachable)?;
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let is_json = essence.trim().eq_ignore_ascii_case("application/json");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err(ProviderError::Unusable { document, why: "it is too large" });
        }
    }
    Ok(Answer { status: response.status(), is_json, body })
}

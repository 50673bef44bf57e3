//! The app's own requests to the provider: few, small, bounded in time and size, and never redirected.

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
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

/// Fetches a JSON object. `document` says what it is, for the error.
pub(crate) async fn fetch(
    url: &Url,
    document: &'static str,
    timeout: Duration,
) -> Result<Map<String, Value>, ProviderError> {
    let unreachable = |why: String| ProviderError::Unreachable { document, why };
    let client = CLIENT.as_ref().ok_or_else(|| unreachable("there is no HTTP client".into()))?;
    let request = client.get(url.clone()).header("accept", "application/json").timeout(timeout);
    let mut response = request.send().await.map_err(|e| unreachable(e.without_url().to_string()))?;
    if response.status() != StatusCode::OK {
        return Err(unreachable(format!("status {}", response.status().as_u16())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| unreachable(e.without_url().to_string()))? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Err(ProviderError::Unusable { document, why: "it is too large" });
        }
    }
    serde_json::from_slice(&body)
        .map_err(|_| ProviderError::Unusable { document, why: "it is not a JSON object" })
}

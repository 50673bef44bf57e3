//! The app's own requests to the provider: few, small, bounded in time and size, and never redirected.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use crate::config::SettingsError;
use crate::error::ProviderError;

/// Metadata and key sets of real providers are a tenth of this.
const MAX_BODY: usize = 512 * 1024;

/// One client for the process, because setting up TLS costs milliseconds.
static CLIENT: LazyLock<Option<Client>> = LazyLock::new(|| built(builder(Redirects::Nowhere)));

/// Connections are not kept: there are two requests in ten minutes, and a kept one would belong to whichever runtime
/// opened it.
fn builder(redirects: Redirects) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(redirects.policy())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("rpcheck-sample-app/", env!("CARGO_PKG_VERSION")))
}

fn built(builder: ClientBuilder) -> Option<Client> {
    builder.build().inspect_err(|error| tracing::error!(%error, "no HTTP client")).ok()
}

/// What a provider on https has to prove itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certificates {
    /// A certificate for its name, valid now, by an authority that is trusted.
    Checked,
    /// Anything.
    #[cfg(feature = "weakness")]
    Any,
}

/// Where a provider may send the app on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// Nowhere: the metadata has every address that is needed.
    Nowhere,
    /// Anywhere.
    #[cfg(feature = "weakness")]
    Anywhere,
}

impl Redirects {
    fn policy(self) -> Policy {
        match self {
            Self::Nowhere => Policy::none(),
            #[cfg(feature = "weakness")]
            Self::Anywhere => Policy::default(),
        }
    }
}

/// How providers are asked.
#[derive(Clone)]
pub(crate) struct Http {
    client: Option<Client>,
    /// How long a provider may take.
    timeout: Duration,
}

/// What the provider answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) is_json: bool,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// Trusts the authorities in this file as well as those of the system; the file is read now, once.
    pub(crate) fn new(
        authorities: Option<&Path>,
        (certificates, redirects): (Certificates, Redirects),
        hosts: &[(String, SocketAddr)],
        timeout: Duration,
    ) -> Result<Self, SettingsError> {
        let knowing = |redirects| {
            hosts.iter().fold(builder(redirects), |builder, (host, address)| builder.resolve(host, *address))
        };
        let client = match (authorities, certificates, redirects) {
            (None, Certificates::Checked, Redirects::Nowhere) if hosts.is_empty() => CLIENT.clone(),
            (None, Certificates::Checked, _) => built(knowing(redirects)),
            (Some(file), Certificates::Checked, _) => built(knowing(redirects).tls_certs_merge(read(file)?)),
            #[cfg(feature = "weakness")]
            (_, Certificates::Any, _) => built(knowing(redirects).tls_danger_accept_invalid_certs(true)),
        };
        Ok(Self { client, timeout })
    }

    /// Fetches a JSON object. `document` says what it is, for the error.
    pub(crate) async fn fetch(
        &self,
        url: &Url,
        document: &'static str,
    ) -> Result<Map<String, Value>, ProviderError> {
        let answer = self.get(url, None, document).await?;
        if answer.status != StatusCode::OK {
            let why = format!("status {}", answer.status.as_u16());
            return Err(ProviderError::Unreachable { document, why });
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| ProviderError::Unusable { document, why: "it is not a JSON object" })
    }

    /// Asks, with an `Authorization` header if there is one.
    pub(crate) async fn get(
        &self,
        url: &Url,
        authorization: Option<String>,
        document: &'static str,
    ) -> Result<Answer, ProviderError> {
        send(self.client(document)?.get(url.clone()), authorization, document, self.timeout).await
    }

    /// Posts a form, with an `Authorization` header if there is one.
    pub(crate) async fn post(
        &self,
        url: &Url,
        form: &[(&str, String)],
        authorization: Option<String>,
        document: &'static str,
    ) -> Result<Answer, ProviderError> {
        let request = self.client(document)?.post(url.clone()).form(form);
        send(request, authorization, document, self.timeout).await
    }

    fn client(&self, document: &'static str) -> Result<&Client, ProviderError> {
        let why = "there is no HTTP client";
        self.client.as_ref().ok_or_else(|| ProviderError::Unreachable { document, why: why.into() })
    }
}

fn read(file: &Path) -> Result<Vec<Certificate>, SettingsError> {
    let complaint = |why: String| SettingsError::Tls {
        variable: "PROVIDER_CA",
        path: file.display().to_string(),
        why,
        instead: "the certificates of the authorities to trust",
    };
    let text = std::fs::read(file).map_err(|error| complaint(error.to_string()))?;
    match Certificate::from_pem_bundle(&text) {
        Ok(authorities) if authorities.is_empty() => Err(complaint("no certificate is in it".into())),
        Ok(authorities) => Ok(authorities),
        Err(_) => Err(complaint("it is malformed".into())),
    }
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

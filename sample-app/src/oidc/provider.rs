//! One provider: its metadata and its keys, fetched when first needed.

use serde_json::Value;

use super::http::Http;
use super::metadata::Metadata;
use super::remote::{Fetched, Remote};
use crate::ambient::Ambient;
use crate::config::IssuerSettings;
use crate::error::ProviderError;
use crate::policy::Policy;

/// A provider the app trusts, and what it has said so far.
pub(crate) struct Provider {
    pub(crate) settings: IssuerSettings,
    pub(crate) http: Http,
    /// For what the app says of itself there.
    pub(crate) ambient: Ambient,
    metadata: Remote<Metadata>,
    jwks: Remote<Vec<Value>>,
}

const METADATA: &str = "metadata";
const KEY_SET: &str = "key set";

impl Provider {
    pub(crate) fn new(settings: IssuerSettings, http: Http, ambient: Ambient) -> Self {
        Self { settings, http, ambient, metadata: Remote::new(), jwks: Remote::new() }
    }

    pub(crate) async fn metadata(&self, policy: &Policy, now: i64) -> Fetched<Metadata> {
        self.metadata.get(now, policy.keys.ages, || self.fetch_metadata(policy)).await
    }

    /// The published keys, as published.
    pub(crate) async fn jwks(&self, metadata: &Metadata, policy: &Policy, now: i64) -> Fetched<Vec<Value>> {
        self.jwks.get(now, policy.keys.ages, || self.fetch_jwks(metadata, policy)).await
    }

    /// The published keys, fetched again if that is allowed now.
    pub(crate) async fn renewed_jwks(
        &self,
        metadata: &Metadata,
        policy: &Policy,
        now: i64,
    ) -> Fetched<Vec<Value>> {
        let when = (policy.keys.ages, policy.keys.refetch);
        self.jwks.again(now, when, || self.fetch_jwks(metadata, policy)).await
    }

    /// Did the provider answer when it was last asked for its metadata?
    pub(crate) fn answers(&self) -> bool {
        self.metadata.is_sound()
    }

    pub(crate) async fn fetch_metadata(&self, policy: &Policy) -> Result<Metadata, ProviderError> {
        let issuer = &self.settings.issuer;
        let unusable = ProviderError::Unusable { document: METADATA, why: "the issuer is not a URL" };
        let location = Metadata::location(issuer).ok_or(unusable)?;
        let document = self.http.fetch(&location, METADATA).await?;
        Metadata::read(&document, issuer, &policy.metadata_rules)
    }

    async fn fetch_jwks(&self, metadata: &Metadata, policy: &Policy) -> Result<Vec<Value>, ProviderError> {
        let location = (policy.keys.location)(metadata, &self.settings.issuer);
        let alg = self.settings.id_token_alg;
        let mut document = self.http.fetch(&location, KEY_SET).await?;
        match document.get_mut("keys").map(Value::take) {
            Some(Value::Array(keys)) if (policy.keys.accepts_set)(&keys, alg) => Ok(keys),
            _ => Err(ProviderError::Unusable {
                document: KEY_SET,
                why: "it holds no key fit for the algorithm in ID_TOKEN_ALG",
            }),
        }
    }
}

//! The provider's metadata: which document, what must hold of it, what the app takes from it.

use serde_json::{Map, Value};
use url::Url;

use crate::config::is_loopback;
use crate::error::ProviderError;
use crate::rule::Rule;

/// One row of the metadata table; what is expected is the issuer as configured.
pub(crate) type MetadataRule = Rule<Map<String, Value>, str>;

const DOCUMENT: &str = "metadata";

/// What must hold of the metadata.
pub(crate) fn metadata_rules() -> Vec<MetadataRule> {
    vec![
        MetadataRule::new("discovery-issuer-check", "OIDC Discovery 4.3", |document, issuer| {
            document.get("issuer").is_some_and(|given| given == issuer)
        }),
        MetadataRule::new("authorization-endpoint-check", "OIDC Discovery 3", |document, issuer| {
            endpoint(document, "authorization_endpoint", issuer).is_some()
        }),
        MetadataRule::new("jwks-uri-check", "OIDC Discovery 3", |document, issuer| {
            endpoint(document, "jwks_uri", issuer).is_some()
        }),
    ]
}

/// What the app uses of the metadata. Unknown and unneeded members are left alone.
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: Url,
    pub(crate) jwks_uri: Url,
    /// Needed where a code is asked for.
    pub(crate) token_endpoint: Option<Url>,
    /// Needed where it is to be asked.
    pub(crate) userinfo_endpoint: Option<Url>,
    /// Needed where requests are pushed (RFC 9126 5).
    pub(crate) par_endpoint: Option<Url>,
    /// Nothing but a pushed request is taken.
    pub(crate) requires_pushed_requests: bool,
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) end_session_endpoint: Option<Url>,
    /// RFC 9207: every response will carry `iss`.
    pub(crate) promises_iss: bool,
}

impl Metadata {
    /// Where the metadata of an issuer is: appended to its path (OIDC Discovery 4.1).
    pub(crate) fn location(issuer: &str) -> Option<Url> {
        Url::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).ok()
    }

    pub(crate) fn read(
        document: &Map<String, Value>,
        issuer: &str,
        rules: &[MetadataRule],
    ) -> Result<Self, ProviderError> {
        crate::rule::check(rules, document, issuer)
            .map_err(|refusal| ProviderError::Unusable { document: DOCUMENT, why: refusal.reason })?;
        // Which addresses will do was decided by the rules.
        let needed = |name, why| {
            let address = document.get(name).and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
            address.ok_or(ProviderError::Unusable { document: DOCUMENT, why })
        };
        let is_true = |name| document.get(name) == Some(&Value::Bool(true));
        Ok(Self {
            authorization_endpoint: needed("authorization_endpoint", "authorization-endpoint-check")?,
            jwks_uri: needed("jwks_uri", "jwks-uri-check")?,
            token_endpoint: endpoint(document, "token_endpoint", issuer),
            userinfo_endpoint: endpoint(document, "userinfo_endpoint", issuer),
            par_endpoint: endpoint(document, "pushed_authorization_request_endpoint", issuer),
            requires_pushed_requests: is_true("require_pushed_authorization_requests"),
            revocation_endpoint: endpoint(document, "revocation_endpoint", issuer),
            end_session_endpoint: endpoint(document, "end_session_endpoint", issuer),
            promises_iss: is_true("authorization_response_iss_parameter_supported"),
        })
    }
}

/// An endpoint that is https, or plain http on this machine for an issuer that is plain http itself.
fn endpoint(document: &Map<String, Value>, name: &str, issuer: &str) -> Option<Url> {
    let url = Url::parse(document.get(name)?.as_str()?).ok()?;
    let plain = url.scheme() == "http" && is_loopback(&url) && issuer.starts_with("http:");
    (url.scheme() == "https" || plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(issuer: &str, document: &Value) -> Result<Metadata, ProviderError> {
        Metadata::read(document.as_object().unwrap(), issuer, &metadata_rules())
    }

    fn document(issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
            "jwks_uri": format!("{issuer}/jwks"),
            "end_session_endpoint": null,
            "id_token_signing_alg_values_supported": ["none", "RS256"],
        })
    }

    #[test]
    fn the_location_is_appended_to_an_issuer_with_a_path() {
        let location = |issuer| Metadata::location(issuer).unwrap().to_string();

        assert_eq!(
            location("https://a.example/t/x"),
            "https://a.example/t/x/.well-known/openid-configuration"
        );
        assert_eq!(location("https://a.example/"), "https://a.example/.well-known/openid-configuration");
    }

    #[test]
    fn honest_metadata_is_read_and_null_members_are_absent() {
        let metadata = read("https://idp.example", &document("https://idp.example")).unwrap();

        assert_eq!(metadata.authorization_endpoint.query(), Some("tenant=1"));
        assert!(metadata.end_session_endpoint.is_none() && !metadata.promises_iss);
    }

    #[test]
    fn an_issuer_that_differs_by_one_character_is_refused() {
        for other in
            ["https://idp.example/", "https://idp.example1", "https://IDP.example", "http://idp.example"]
        {
            let error = read("https://idp.example", &document(other)).err().unwrap();
            assert!(error.to_string().contains("discovery-issuer-check"), "{other}");
        }
    }

    #[test]
    fn plain_http_endpoints_are_for_plain_http_issuers_on_this_machine() {
        let mut downgraded = document("https://idp.example");
        downgraded["jwks_uri"] = json!("http://localhost/jwks");
        let mut scripted = document("https://idp.example");
        scripted["authorization_endpoint"] = json!("javascript:alert(1)");

        assert!(read("http://localhost:9", &document("http://localhost:9")).is_ok());
        assert!(read("https://idp.example", &downgraded).is_err());
        assert!(read("https://idp.example", &scripted).is_err());
    }
}

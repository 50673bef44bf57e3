//! The headers of answers: what browsers must not do with them.

use url::Url;

use crate::config::Settings;

/// The headers that differ by kind of answer.
pub(crate) struct HeaderPolicy {
    /// On every answer.
    pub(crate) security: Vec<(&'static str, String)>,
    /// In their place on the one answer that providers put into a frame.
    pub(crate) framed: Vec<(&'static str, String)>,
    /// `Cache-Control` of pages and API answers.
    pub(crate) pages: &'static str,
    /// `Cache-Control` of the callback.
    pub(crate) callback: &'static str,
}

impl HeaderPolicy {
    pub(super) fn honest(settings: &Settings) -> Self {
        let images: Vec<String> = settings.issuers.iter().map(|one| origin(&one.issuer)).collect();
        let images = images.join(" ");
        let content = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
             img-src 'self' data: https: {images}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let mut security = vec![
            ("content-security-policy", content),
            ("x-frame-options", "DENY".into()),
            ("x-content-type-options", "nosniff".into()),
            ("referrer-policy", "no-referrer".into()),
            ("cross-origin-opener-policy", "same-origin".into()),
            ("cross-origin-resource-policy", "same-origin".into()),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()".into()),
        ];
        if settings.base_url.is_https() {
            security.push(("strict-transport-security", "max-age=31536000".into()));
        }
        let mut framed = security.clone();
        framed.retain(|(name, _)| !["x-frame-options", "content-security-policy"].contains(name));
        framed.push(("content-security-policy", format!("default-src 'none'; frame-ancestors {images}")));
        Self { security, framed, pages: "no-store", callback: "no-store" }
    }
}

/// The provider serves its people's pictures in development.
fn origin(issuer: &str) -> String {
    Url::parse(issuer).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

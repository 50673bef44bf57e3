//! Navigations made by hand: what an attacker's page, or a tampering test, would send.

use mock_idp::Params;
use url::Url;

use super::site::Initiator;

/// A top-level navigation with every part chosen freely.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Where it goes.
    pub url: Url,
    /// The method.
    pub method: String,
    /// The `Content-Type`, if there is a body.
    pub content_type: Option<String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// Who starts it; the user by default.
    pub initiator: Initiator,
    /// The whole address of the page it comes from; by default that of the initiator. It is cut to what the
    /// usual referrer policy lets through.
    pub referrer: Option<Url>,
}

impl Submission {
    /// A form post as a page of `initiator` would send it; `None` means typed by the user.
    pub fn form_post(url: Url, fields: &Params, initiator: impl Into<Initiator>) -> Self {
        Self {
            url,
            method: "POST".to_owned(),
            content_type: Some("application/x-www-form-urlencoded".to_owned()),
            body: fields.encode().into_bytes(),
            initiator: initiator.into(),
            referrer: None,
        }
    }

    /// A link followed from a page of `initiator`.
    pub fn link(url: Url, initiator: impl Into<Initiator>) -> Self {
        Self {
            url,
            method: "GET".to_owned(),
            content_type: None,
            body: Vec::new(),
            initiator: initiator.into(),
            referrer: None,
        }
    }

    /// The same with another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The same with a body of another type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = Some(content_type.to_owned());
        self.body = body.into();
        self
    }
}

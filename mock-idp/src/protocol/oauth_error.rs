//! Errors of the endpoints that a client asks itself: JSON with a status (RFC 6749 5.2).

use serde_json::json;

use super::error::ErrorCode;
use super::response::Encoded;

/// Why such a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The status code.
    pub status: u16,
    /// The value of `error`.
    pub code: ErrorCode,
    /// The value of `error_description`: what is wrong, and what to send instead.
    pub description: String,
    /// The header `WWW-Authenticate`, if there is one.
    pub challenge: Option<String>,
}

impl OAuthError {
    /// An error with status 400.
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { status: 400, code, description: description.into(), challenge: None }
    }

    /// `invalid_request`.
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_client`: 401, and the challenge that RFC 6749 5.2 asks for.
    pub fn invalid_client(description: impl Into<String>) -> Self {
        Self {
            status: 401,
            challenge: Some("Basic realm=\"mock-idp\", charset=\"UTF-8\"".into()),
            ..Self::new(ErrorCode::InvalidClient, description)
        }
    }

    /// An error about an access token (RFC 6750 3.1).
    pub fn bearer(status: u16, code: ErrorCode, description: &str) -> Self {
        let challenge = format!("Bearer error=\"{code}\", error_description=\"{description}\"");
        Self { status, challenge: Some(challenge), ..Self::new(code, description) }
    }

    /// The error as HTTP.
    pub fn encode(&self) -> Encoded {
        let mut headers =
            vec![("content-type", "application/json".into()), ("cache-control", "no-store".into())];
        if let Some(challenge) = &self.challenge {
            headers.push(("www-authenticate", challenge.clone().into()));
        }
        let body = json!({ "error": self.code.as_str(), "error_description": self.description });
        Encoded { status: self.status, headers, body: body.to_string().into() }
    }
}

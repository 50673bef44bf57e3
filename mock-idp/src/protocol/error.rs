//! Errors of the authorization endpoint, by their registered names.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// A value of `error` (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Something is missing, repeated or malformed.
    InvalidRequest,
    /// The scope lacks `openid`.
    InvalidScope,
    /// The response type is not offered.
    UnsupportedResponseType,
    /// The person, or the policy, said no.
    AccessDenied,
    /// A page would have to be shown, and the request forbids it.
    LoginRequired,
    /// The parameter `request` is not offered.
    RequestNotSupported,
    /// The parameter `request_uri` is not offered.
    RequestUriNotSupported,
    /// The parameter `registration` is not offered.
    RegistrationNotSupported,
}

impl ErrorCode {
    /// The value on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code}: {description}")]
pub struct ProtocolError {
    /// The value of `error`.
    pub code: ErrorCode,
    /// The value of `error_description`: what is wrong, and what to send instead.
    pub description: String,
}

impl ProtocolError {
    /// An error with its description.
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { code, description: description.into() }
    }

    /// `invalid_request`.
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }
}

//! Errors by their registered names.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident => $wire:literal,)*) => {
        /// A value of `error` (RFC 6749 4.1.2.1 and 5.2, OIDC Core 3.1.2.6, and the other registered ones).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
        }

        impl ErrorCode {
            /// The value on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }
        }
    };
}

error_codes! {
    /// Something is missing, repeated or malformed.
    InvalidRequest => "invalid_request",
    /// The scope lacks `openid`, or goes beyond what was granted.
    InvalidScope => "invalid_scope",
    /// The response type is not offered.
    UnsupportedResponseType => "unsupported_response_type",
    /// The client may not do this.
    UnauthorizedClient => "unauthorized_client",
    /// The person, or the policy, said no.
    AccessDenied => "access_denied",
    /// The provider failed.
    ServerError => "server_error",
    /// The provider is overloaded.
    TemporarilyUnavailable => "temporarily_unavailable",
    /// A page would have to be shown, and the request forbids it.
    LoginRequired => "login_required",
    /// The same, for any other page.
    InteractionRequired => "interaction_required",
    /// The same, for the account chooser.
    AccountSelectionRequired => "account_selection_required",
    /// The same, for the consent page.
    ConsentRequired => "consent_required",
    /// The required authentication cannot be had (OIDC Unmet Authentication Requirements).
    UnmetAuthenticationRequirements => "unmet_authentication_requirements",
    /// The parameter `request` is not offered.
    RequestNotSupported => "request_not_supported",
    /// The parameter `request_uri` is not offered.
    RequestUriNotSupported => "request_uri_not_supported",
    /// The parameter `registration` is not offered.
    RegistrationNotSupported => "registration_not_supported",
    /// The `request_uri` leads nowhere.
    InvalidRequestUri => "invalid_request_uri",
    /// The request object is no good.
    InvalidRequestObject => "invalid_request_object",
    /// The client did not prove who it is (RFC 6749 5.2).
    InvalidClient => "invalid_client",
    /// The code or refresh token is no good, or not for this client.
    InvalidGrant => "invalid_grant",
    /// The grant type is not offered.
    UnsupportedGrantType => "unsupported_grant_type",
    /// The type of token cannot be revoked (RFC 7009 2.2.1).
    UnsupportedTokenType => "unsupported_token_type",
    /// The access token is no good (RFC 6750 3.1).
    InvalidToken => "invalid_token",
    /// The access token does not allow this.
    InsufficientScope => "insufficient_scope",
    /// The person has not answered yet (RFC 8628 3.5).
    AuthorizationPending => "authorization_pending",
    /// The device asks too often.
    SlowDown => "slow_down",
    /// The device code is too old.
    ExpiredToken => "expired_token",
    /// A redirect URI cannot be registered (RFC 7591 3.2.2).
    InvalidRedirectUri => "invalid_redirect_uri",
    /// The client metadata cannot be registered.
    InvalidClientMetadata => "invalid_client_metadata",
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

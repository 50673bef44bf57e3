//! The protocol without a network: what requests and responses are, and how they are written down.

pub mod authorization;
pub mod claims_request;
pub mod error;
pub mod metadata;
pub mod oauth_error;
pub mod object;
pub mod params;
pub mod response;
pub mod response_type;

pub use authorization::AuthorizationRequest;
pub use claims_request::{ClaimsRequest, Wishes};
pub use error::{ErrorCode, ProtocolError};
pub use oauth_error::OAuthError;
pub use object::{Document, Object};
pub use params::{Params, ResponseMode};
pub use response::{AuthorizationResponse, Encoded, Header};
pub use response_type::ResponseType;

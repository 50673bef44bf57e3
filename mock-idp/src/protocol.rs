//! The protocol without a network: what requests and responses are, and how they are written down.

pub mod authorization;
pub mod error;
pub mod metadata;
pub mod object;
pub mod params;
pub mod response;

pub use authorization::AuthorizationRequest;
pub use error::{ErrorCode, ProtocolError};
pub use object::{Document, Object};
pub use params::{Params, ResponseMode};
pub use response::{AuthorizationResponse, Encoded};

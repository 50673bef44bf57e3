//! Requests that are carried by a parameter which nobody reads are refused by name (OIDC Core 3.1.2.6, 7.2.1).

use crate::offer::Offer;
use crate::protocol::{ErrorCode, Params, ProtocolError};

/// What is left of such parameters when those that are read have been read.
pub(super) fn request_objects(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let refused = |code, description: &str| Err(ProtocolError::new(code, description));
    if params.given("request").is_some() {
        return refused(
            ErrorCode::RequestNotSupported,
            "request is not offered; send the parameters in the request itself",
        );
    }
    if params.given("request_uri").is_some() && offer.request_parameter {
        return refused(
            ErrorCode::InvalidRequestUri,
            "this request_uri is none of the client's request_uris, and no other is fetched; register it, or push the \
             request to the pushed_authorization_request_endpoint and send the request_uri that comes back",
        );
    }
    if params.given("request_uri").is_some() {
        return refused(
            ErrorCode::RequestUriNotSupported,
            "request_uri is not offered; send the parameters in the request itself",
        );
    }
    if params.given("registration").is_some() {
        return refused(
            ErrorCode::RegistrationNotSupported,
            "registration is not offered; send the parameters in the request itself",
        );
    }
    Ok(())
}

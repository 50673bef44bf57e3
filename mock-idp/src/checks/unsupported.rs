//! Requests that are carried by a parameter which nobody reads are refused by name (OIDC Core 3.1.2.6, 7.2.1).

use crate::offer::Offer;
use crate::protocol::{ErrorCode, Params, ProtocolError};
use crate::trace::Endpoint;

/// What is left of such parameters when those that are read have been read.
pub(super) fn request_objects(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let refused = |code, description: &str| Err(ProtocolError::new(code, description));
    if params.given("request").is_some() {
        return refused(
            ErrorCode::RequestNotSupported,
            "request is not offered; send the parameters in the request itself",
        );
    }
    // Those of registered addresses have been fetched at the authorization endpoint.
    if params.given("request_uri").is_some() {
        let description = if offer.request_parameter {
            "a request_uri is fetched at the authorization endpoint only; begin there"
        } else if offer.serves(Endpoint::PushedAuthorization) {
            "request_uri with an address is not offered; push the request to the \
             pushed_authorization_request_endpoint, and send the request_uri that comes back"
        } else {
            "request_uri is not offered; send the parameters in the request itself"
        };
        return refused(ErrorCode::RequestUriNotSupported, description);
    }
    if params.given("registration").is_some() {
        return refused(
            ErrorCode::RegistrationNotSupported,
            "registration is not offered; send the parameters in the request itself",
        );
    }
    Ok(())
}

//! `claims` is a request for claims (OIDC Core 5.5).

use crate::offer::Offer;
use crate::protocol::{ClaimsRequest, Params, ProtocolError};

pub(super) fn can_be_read(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let Some(text) = params.given("claims") else { return Ok(()) };
    if !offer.claims_parameter {
        return Err(ProtocolError::invalid("claims is not offered; ask for claims by scope"));
    }
    ClaimsRequest::parse(text).map(|_| ()).map_err(ProtocolError::invalid)
}

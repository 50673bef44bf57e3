//! `nonce` is there when a token comes through the browser (OIDC Core 3.2.2.1).

use crate::protocol::{Params, ProtocolError};

pub(super) fn is_there(params: &Params) -> Result<(), ProtocolError> {
    match params.given("nonce") {
        Some(_) => Ok(()),
        None => Err(ProtocolError::invalid(
            "nonce is missing; response_type=id_token needs a fresh random nonce in every request",
        )),
    }
}

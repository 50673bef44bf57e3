//! `nonce` is there when a token comes through the browser (OIDC Core 3.2.2.1).

use crate::protocol::{Params, ProtocolError, ResponseType};

pub(super) fn is_there(params: &Params) -> Result<(), ProtocolError> {
    let kind = params.given("response_type").and_then(ResponseType::parse);
    match params.given("nonce") {
        Some(_) => Ok(()),
        None if kind.is_some_and(|kind| !kind.id_token) => Ok(()),
        None => Err(ProtocolError::invalid(
            "nonce is missing; a response_type with id_token needs a fresh random nonce in every request",
        )),
    }
}

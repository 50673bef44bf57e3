//! `response_type` is offered, whatever the order of its words (OAuth 2.0 Multiple Response Types 2).

use crate::protocol::{ErrorCode, Params, ProtocolError};

pub(super) fn is_offered(params: &Params) -> Result<(), ProtocolError> {
    let Some(kind) = params.given("response_type") else {
        return Err(ProtocolError::invalid("response_type is missing; send response_type=id_token"));
    };
    let mut words: Vec<&str> = kind.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    if words == ["id_token"] {
        return Ok(());
    }
    Err(ProtocolError::new(
        ErrorCode::UnsupportedResponseType,
        "this response_type is not offered; send response_type=id_token",
    ))
}

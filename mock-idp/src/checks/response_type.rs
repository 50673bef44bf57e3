//! `response_type` is offered, whatever the order of its words (OAuth 2.0 Multiple Response Types 2).

use std::collections::HashSet;

use super::words;
use crate::protocol::{ErrorCode, Params, ProtocolError};

pub(super) fn is_offered(params: &Params) -> Result<(), ProtocolError> {
    let Some(kind) = params.given("response_type") else {
        return Err(ProtocolError::invalid("response_type is missing; send response_type=id_token"));
    };
    let words: Vec<&str> = words(kind).collect();
    if words == ["id_token"] {
        return Ok(());
    }
    let distinct: HashSet<&str> = words.iter().copied().collect();
    if words.is_empty() || distinct.len() < words.len() {
        return Err(ProtocolError::invalid(
            "response_type has no word, or one of them twice; send response_type=id_token",
        ));
    }
    Err(ProtocolError::new(
        ErrorCode::UnsupportedResponseType,
        "this response_type is not offered; send response_type=id_token",
    ))
}

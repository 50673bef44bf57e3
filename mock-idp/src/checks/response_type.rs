//! `response_type` is offered, whatever the order of its words (OAuth 2.0 Multiple Response Types 2).

use std::collections::HashSet;

use super::words;
use crate::client::Client;
use crate::protocol::{ErrorCode, Params, ProtocolError, ResponseType};

pub(super) fn is_offered(params: &Params) -> Result<(), ProtocolError> {
    let Some(kind) = params.given("response_type") else {
        return Err(ProtocolError::invalid("response_type is missing; send response_type=id_token"));
    };
    if ResponseType::parse(kind).is_some() {
        return Ok(());
    }
    let distinct: HashSet<&str> = words(kind).collect();
    if distinct.is_empty() || distinct.len() < words(kind).count() {
        return Err(ProtocolError::invalid(
            "response_type has no word, or one of them twice; send response_type=id_token",
        ));
    }
    let known: Vec<String> = ResponseType::ALL.iter().map(ToString::to_string).collect();
    Err(ProtocolError::new(
        ErrorCode::UnsupportedResponseType,
        format!("this response_type is not offered; send one of: {}", known.join(", ")),
    ))
}

/// The client may use it (OIDC Dynamic Client Registration 2).
pub(super) fn is_registered(params: &Params, client: &Client) -> Result<(), ProtocolError> {
    let kind = params.given("response_type").and_then(ResponseType::parse);
    let mut registered = client.response_types.iter().map(|known| ResponseType::parse(known));
    if client.response_types.is_empty() || registered.any(|known| known == kind) {
        return Ok(());
    }
    Err(ProtocolError::new(
        ErrorCode::UnauthorizedClient,
        format!("this client registered other response types: {}", client.response_types.join(", ")),
    ))
}

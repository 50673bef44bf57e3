//! `response_type` is offered, whatever the order of its words (OAuth 2.0 Multiple Response Types 2).

use std::collections::HashSet;

use super::words;
use crate::client::Client;
use crate::offer::Offer;
use crate::protocol::{ErrorCode, Params, ProtocolError, ResponseType};

pub(super) fn is_offered(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let Some(kind) = params.given("response_type") else {
        return Err(ProtocolError::invalid("response_type is missing; send response_type=id_token"));
    };
    if ResponseType::parse(kind).is_some_and(|kind| offer.has_response_type(kind)) {
        return Ok(());
    }
    let distinct: HashSet<&str> = words(kind).collect();
    if distinct.is_empty() || distinct.len() < words(kind).count() {
        return Err(ProtocolError::invalid(
            "response_type has no word, or one of them twice; send response_type=id_token",
        ));
    }
    let known: Vec<String> = offer.response_types().map(|kind| kind.to_string()).collect();
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
        return has_grant_type(kind.unwrap_or_default(), client);
    }
    Err(ProtocolError::new(
        ErrorCode::UnauthorizedClient,
        format!("this client registered other response types: {}", client.response_types.join(", ")),
    ))
}

/// A code goes with the grant type `authorization_code`, a token from the front with `implicit` (OIDC Dynamic Client
/// Registration 2).
fn has_grant_type(kind: ResponseType, client: &Client) -> Result<(), ProtocolError> {
    let lacks =
        |name: &str| !client.grant_types.is_empty() && !client.grant_types.iter().any(|own| own == name);
    let missing = if kind.code && lacks("authorization_code") {
        "authorization_code"
    } else if kind.has_token() && lacks("implicit") {
        "implicit"
    } else {
        return Ok(());
    };
    Err(ProtocolError::new(
        ErrorCode::UnauthorizedClient,
        format!("response_type={kind} needs the grant type {missing}, which this client did not register"),
    ))
}

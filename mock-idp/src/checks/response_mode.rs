//! `response_mode` is offered, and keeps tokens out of queries (OAuth 2.0 Multiple Response Types 3.0, 5).

use crate::protocol::{Params, ProtocolError, ResponseMode, ResponseType};

pub(super) fn is_offered(params: &Params) -> Result<(), ProtocolError> {
    let Some(mode) = params.given("response_mode") else { return Ok(()) };
    match ResponseMode::from_name(mode) {
        Some(ResponseMode::FormPost | ResponseMode::Fragment) => Ok(()),
        Some(ResponseMode::Query) if !carries_token(params) => Ok(()),
        Some(ResponseMode::Query) => Err(ProtocolError::invalid(
            "response_mode=query would put a token into a query; send form_post or fragment",
        )),
        None => Err(ProtocolError::invalid("this response_mode is not offered; send form_post or fragment")),
    }
}

fn carries_token(params: &Params) -> bool {
    params.given("response_type").and_then(ResponseType::parse).is_some_and(ResponseType::has_token)
}

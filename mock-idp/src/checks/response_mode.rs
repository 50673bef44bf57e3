//! `response_mode` is offered, and keeps tokens out of queries (OAuth 2.0 Multiple Response Types 3.0, 5).

use crate::offer::Offer;
use crate::protocol::{Params, ProtocolError, ResponseMode, ResponseType};

pub(super) fn is_offered(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let mode = match params.given("response_mode") {
        Some(mode) => ResponseMode::from_name(mode),
        None if carries_token(params) => Some(ResponseMode::Fragment),
        None => Some(ResponseMode::Query),
    };
    match mode {
        Some(mode) if !offer.has_response_mode(mode) && params.given("response_mode").is_none() => {
            Err(ProtocolError::invalid(format!(
                "response_mode is missing, which means {mode} here, and that is not offered; send one of: {}",
                offer.response_modes.join(", ")
            )))
        }
        Some(mode) if !offer.has_response_mode(mode) => Err(ProtocolError::invalid(format!(
            "response_mode={mode} is not offered; send one of: {}",
            offer.response_modes.join(", ")
        ))),
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

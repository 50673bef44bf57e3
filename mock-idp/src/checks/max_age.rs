//! `max_age` is a number of seconds (OIDC Core 3.1.2.1).

use crate::protocol::{Params, ProtocolError};

pub(super) fn is_a_duration(params: &Params) -> Result<(), ProtocolError> {
    match params.given("max_age") {
        Some(text) if !is_number(text) => Err(ProtocolError::invalid(
            "max_age is not a number of seconds; send one like 3600, or 0 for a fresh login",
        )),
        _ => Ok(()),
    }
}

/// Digits and nothing else: no sign, which Rust would read as well.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

//! `scope` contains `openid` (OIDC Core 3.1.2.1).

use super::words;
use crate::protocol::{ErrorCode, Params, ProtocolError};

pub(super) fn has_openid(params: &Params) -> Result<(), ProtocolError> {
    if params.given("scope").is_some_and(|scope| words(scope).any(|word| word == "openid")) {
        return Ok(());
    }
    Err(ProtocolError::new(ErrorCode::InvalidScope, "scope lacks openid; send scope=openid"))
}

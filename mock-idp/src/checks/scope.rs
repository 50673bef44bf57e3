//! `scope` contains `openid` (OIDC Core 3.1.2.1).

use super::{Rulebook, Rules, words};
use crate::protocol::{ErrorCode, Params, ProtocolError};

pub(super) fn has_openid(params: &Params) -> Result<(), ProtocolError> {
    if params.given("scope").is_some_and(|scope| words(scope).any(|word| word == "openid")) {
        return Ok(());
    }
    Err(ProtocolError::new(ErrorCode::InvalidScope, "scope lacks openid; send scope=openid"))
}

/// Under strict rules only scopes that are offered can be asked for.
pub(crate) fn is_offered(scope: &str, book: &Rulebook<'_>) -> Result<(), ProtocolError> {
    if book.rules == Rules::Lenient {
        return Ok(());
    }
    match words(scope).find(|word| !book.offer.scopes.iter().any(|known| known == word)) {
        None => Ok(()),
        Some(word) => Err(ProtocolError::new(
            ErrorCode::InvalidScope,
            format!("the scope {word} is not offered; ask for some of: {}", book.offer.scopes.join(", ")),
        )),
    }
}

//! `prompt` has known words, and `none` stands alone (OIDC Core 3.1.2.1).

use super::words;
use crate::protocol::{Params, ProtocolError};

const KNOWN: [&str; 4] = ["none", "login", "consent", "select_account"];

pub(super) fn makes_sense(params: &Params) -> Result<(), ProtocolError> {
    let words: Vec<&str> = words(params.given("prompt").unwrap_or_default()).collect();
    if !words.iter().all(|word| KNOWN.contains(word)) {
        return Err(ProtocolError::invalid(
            "prompt has an unknown word; send none, login, consent or select_account",
        ));
    }
    if words.contains(&"none") && words.len() > 1 {
        return Err(ProtocolError::invalid("prompt=none excludes every other word; send it alone"));
    }
    Ok(())
}

//! `prompt` has known words, and `none` stands alone (OIDC Core 3.1.2.1).

use super::words;
use crate::offer::Offer;
use crate::protocol::{Params, ProtocolError};

pub(super) fn makes_sense(params: &Params, offer: &Offer) -> Result<(), ProtocolError> {
    let words: Vec<&str> = words(params.given("prompt").unwrap_or_default()).collect();
    if !words.iter().all(|word| offer.prompts.iter().any(|known| known == word)) {
        return Err(ProtocolError::invalid(format!(
            "prompt has a word that is not offered; send one of: {}",
            offer.prompts.join(", ")
        )));
    }
    if words.contains(&"none") && words.len() > 1 {
        return Err(ProtocolError::invalid("prompt=none excludes every other word; send it alone"));
    }
    Ok(())
}

//! The provider can sign what this client wants (OIDC Dynamic Client Registration 2).

use super::Rulebook;
use crate::client::Client;
use crate::protocol::{ErrorCode, Params, ProtocolError};

/// A client without a secret has nothing to verify an HMAC with.
pub(crate) fn is_possible(_: &Params, client: &Client, book: &Rulebook<'_>) -> Result<(), ProtocolError> {
    let wanted = [
        ("id_token_signed_response_alg", client.id_token_signed_response_alg.as_deref()),
        ("userinfo_signed_response_alg", client.userinfo_signed_response_alg.as_deref()),
    ];
    for (name, alg) in wanted {
        let Some(alg) = alg else { continue };
        let problem = if !book.offer.signs_with(alg) {
            format!("which is not offered; register one of: {}", book.offer.signing_algs.join(", "))
        } else if alg.starts_with("HS") && client.client_secret.is_none() {
            "which signs with the client_secret, and it has none; register one".to_owned()
        } else {
            continue;
        };
        return Err(ProtocolError::new(
            ErrorCode::UnauthorizedClient,
            format!("this client registered {name} = {alg}, {problem}"),
        ));
    }
    Ok(())
}

//! `code_challenge` is there when it must be, and is one (RFC 7636 4.3, RFC 9700 2.1.1).

use super::Rules;
use crate::client::Client;
use crate::protocol::{Params, ProtocolError, ResponseType};

pub(super) fn makes_sense(params: &Params, client: &Client, rules: Rules) -> Result<(), ProtocolError> {
    let wants_code =
        params.given("response_type").and_then(ResponseType::parse).is_some_and(|kind| kind.code);
    match (params.given("code_challenge"), params.given("code_challenge_method")) {
        (None, Some(_)) => {
            Err(ProtocolError::invalid("code_challenge_method comes without code_challenge; send both"))
        }
        (None, None) if wants_code && rules == Rules::Strict && !client.is_confidential() => {
            Err(ProtocolError::invalid(
                "code_challenge is missing; a client without a secret sends it with code_challenge_method=S256",
            ))
        }
        (None, None) => Ok(()),
        (Some(challenge), Some("S256")) if is_sha256(challenge) => Ok(()),
        (Some(_), Some("S256")) => Err(ProtocolError::invalid(
            "code_challenge is not the base64url of a SHA-256 hash, which has 43 characters",
        )),
        (Some(_), _) => Err(ProtocolError::invalid(
            "code_challenge_method must be S256; plain, which is also the default, protects nothing",
        )),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

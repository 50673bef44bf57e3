//! `grant_type=authorization_code` (RFC 6749 4.1.3, RFC 7636 4.6).

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use super::tokens;
use crate::client::Client;
use crate::fault::Pass;
use crate::grant::Code;
use crate::protocol::{ErrorCode, OAuthError, Object, Params};
use crate::server::Call;
use crate::tenant::State;
use crate::token::base64url;

/// A used code is remembered this long, in seconds, so that using it again ends what it gave.
const REMEMBERED: i64 = 3600;

pub(super) fn exchange(call: &Call, client: &Client, pass: &mut Pass) -> Result<Object, OAuthError> {
    let code = redeem(&call.state, client, &call.form)?;
    Ok(tokens(call, client, &code.granted, &code.granted.scope, pass))
}

/// The code, which is used up by this, whether the rest of the request is right or not.
fn redeem(state: &State, client: &Client, form: &Params) -> Result<Code, OAuthError> {
    let Some(key) = form.given("code") else {
        return Err(OAuthError::invalid("code is missing; send the one from the authorization response"));
    };
    let now = state.clock.unix();
    let mut vault = state.grants.open();
    if let Some(granted) = vault.used_codes.get(key, now).cloned() {
        // RFC 6749 4.1.2: whoever has it twice, one of them stole it.
        vault.end_grant(&granted.id, now);
        return Err(invalid("this code was used before; every token that came from it has ended"));
    }
    let Some(code) = vault.codes.take(key, now) else {
        return Err(invalid(
            "this code is unknown or has expired; begin again at the authorization endpoint",
        ));
    };
    let until = now.saturating_add(REMEMBERED);
    vault.used_codes.put(key.to_owned(), now, until, Arc::clone(&code.granted));
    drop(vault);
    fits(&code, client, form)?;
    Ok(code)
}

fn fits(code: &Code, client: &Client, form: &Params) -> Result<(), OAuthError> {
    if code.granted.client_id != client.client_id {
        return Err(invalid("this code was issued to another client"));
    }
    match form.given("redirect_uri") {
        Some(uri) if uri == code.redirect_uri => {}
        Some(uri) => {
            return Err(invalid(format!(
                "redirect_uri is \"{uri}\", and the authorization request had \"{}\"; send the same",
                code.redirect_uri
            )));
        }
        None => return Err(invalid("redirect_uri is missing; send the one of the authorization request")),
    }
    match (&code.challenge, form.given("code_verifier")) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(invalid(
            "code_verifier is missing, and the authorization request had a code_challenge; send both or none",
        )),
        (None, Some(_)) => Err(invalid(
            "code_verifier is there, and the authorization request had no code_challenge; send both or none",
        )),
        (Some(_), Some(verifier)) if !is_verifier(verifier) => Err(invalid(
            "code_verifier must have 43 to 128 characters of A-Z, a-z, 0-9, -, ., _ and ~ (RFC 7636 4.1)",
        )),
        (Some(challenge), Some(verifier)) => {
            let hash = base64url(digest(&SHA256, verifier.as_bytes()));
            if hash == *challenge {
                Ok(())
            } else {
                Err(invalid("code_verifier does not fit the code_challenge of the authorization request"))
            }
        }
    }
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, description)
}

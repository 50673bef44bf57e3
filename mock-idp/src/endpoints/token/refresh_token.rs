//! `grant_type=refresh_token` (RFC 6749 6, OIDC Core 12), with rotation (RFC 9700 4.14.2).

use std::sync::Arc;

use super::{has_word, tokens};
use crate::client::Client;
use crate::fault::Pass;
use crate::grant::Granted;
use crate::protocol::{ErrorCode, OAuthError, Object};
use crate::server::Call;

pub(super) fn exchange(call: &Call, client: &Client, pass: &mut Pass) -> Result<Object, OAuthError> {
    let (granted, scope) = rotate(call, client)?;
    // The new ID Token is about the sign-in, not about the request that had the nonce (OIDC Core 12.2).
    let renewed = Arc::new(Granted { nonce: None, ..(*granted).clone() });
    Ok(tokens(call, client, &renewed, &scope, pass))
}

/// What the token stands for, and the scope that is asked for. It is spent by this, unless the request is refused;
/// a spent one that comes again ends the grant.
fn rotate(call: &Call, client: &Client) -> Result<(Arc<Granted>, String), OAuthError> {
    let Some(key) = call.form.given("refresh_token") else {
        return Err(OAuthError::invalid("refresh_token is missing; send the latest one"));
    };
    let now = call.state.clock.unix();
    let mut vault = call.state.grants.open();
    let Some(token) = vault.refresh.get_mut(key, now) else {
        return Err(invalid("this refresh_token is unknown, has expired or was revoked; sign in again"));
    };
    let granted = Arc::clone(&token.granted);
    if granted.client_id != client.client_id {
        return Err(invalid("this refresh_token was issued to another client"));
    }
    if token.is_spent {
        vault.end_grant(&granted.id, now);
        return Err(invalid(
            "this refresh_token was used before, and each is good once; everything from that sign-in has ended",
        ));
    }
    let scope = narrowed(&granted, call.form.given("scope"))?;
    token.is_spent = true;
    Ok((granted, scope))
}

/// The requested scope, which must not go beyond what was granted.
fn narrowed(granted: &Granted, wanted: Option<&str>) -> Result<String, OAuthError> {
    let Some(wanted) = wanted else { return Ok(granted.scope.clone()) };
    match wanted.split(' ').find(|word| !word.is_empty() && !has_word(&granted.scope, word)) {
        None => Ok(wanted.to_owned()),
        Some(word) => Err(OAuthError::new(
            ErrorCode::InvalidScope,
            format!("scope has {word}, which was not granted; ask for some of: {}", granted.scope),
        )),
    }
}

fn invalid(description: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, description)
}

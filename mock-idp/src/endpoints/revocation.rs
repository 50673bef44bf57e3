//! `POST …/revoke` with a token → it ends, whether there was one or not (RFC 7009 2).

use bytes::Bytes;

use super::token::crossing;
use crate::client::Client;
use crate::client_auth::authenticate;
use crate::protocol::{Encoded, ErrorCode, OAuthError};
use crate::server::{Call, Reply};

pub(crate) async fn answer(call: Call) -> Reply {
    let encoded = match authenticate(&call).and_then(|client| revoke(&call, &client)) {
        Ok(()) => {
            Encoded { status: 200, headers: vec![("cache-control", "no-store".into())], body: Bytes::new() }
        }
        Err(error) => error.encode(),
    };
    crossing(encoded).into()
}

fn revoke(call: &Call, client: &Client) -> Result<(), OAuthError> {
    let Some(token) = call.form.given("token") else {
        return Err(OAuthError::invalid("token is missing; send the one that shall end"));
    };
    let now = call.state.clock.unix();
    let mut vault = call.state.grants.open();
    if let Some(access) = vault.access.get(token, now) {
        belongs(&access.client_id, client)?;
        vault.access.take(token, now);
    }
    if let Some(granted) = vault.refresh.get(token, now).map(|refresh| refresh.granted.clone()) {
        belongs(&granted.client_id, client)?;
        // RFC 7009 2.1: the access tokens of that grant end with it.
        vault.end_grant(&granted.id, now);
    }
    Ok(())
}

/// RFC 7009 2.1: whoever revokes another client's token is told; the error is the one that RFC 6749 5.2 has for it.
fn belongs(owner: &str, client: &Client) -> Result<(), OAuthError> {
    if owner == client.client_id {
        return Ok(());
    }
    Err(OAuthError::new(
        ErrorCode::InvalidGrant,
        "this token was issued to another client, which alone may end it",
    ))
}

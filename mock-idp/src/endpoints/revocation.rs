//! `POST …/revoke` with a token → it ends, whether there was one or not (RFC 7009 2).

use crate::client::Client;
use crate::client_auth::authenticate;
use crate::protocol::{Encoded, OAuthError};
use crate::server::{Call, Reply};

pub(crate) async fn answer(call: Call) -> Reply {
    let encoded = match authenticate(&call).and_then(|client| revoke(&call, &client)) {
        Ok(()) => {
            Encoded { status: 200, headers: vec![("cache-control", "no-store".into())], body: String::new() }
        }
        Err(error) => error.encode(),
    };
    encoded.into()
}

fn revoke(call: &Call, client: &Client) -> Result<(), OAuthError> {
    let Some(token) = call.form.given("token") else {
        return Err(OAuthError::invalid("token is missing; send the one that shall end"));
    };
    let now = call.state.clock.unix();
    let mut vault = call.state.grants.open();
    if vault.access.get(token, now).is_some_and(|access| access.client_id == client.client_id) {
        vault.access.take(token, now);
    }
    let grant = vault.refresh.get(token, now).map(|refresh| refresh.granted.clone());
    if let Some(granted) = grant.filter(|granted| granted.client_id == client.client_id) {
        // RFC 7009 2.1: the access tokens of that grant end with it.
        vault.end_grant(&granted.id);
    }
    Ok(())
}

//! `POST …/introspect` with a token → what it stands for (RFC 7662 2).

use super::token::{crossing, private_json};
use crate::client::Client;
use crate::client_auth::authenticate;
use crate::protocol::{Document, OAuthError, Object};
use crate::server::{Call, Reply};

pub(crate) async fn answer(call: Call) -> Reply {
    let encoded = match authenticate(&call).and_then(|client| introspect(&call, &client)) {
        Ok(object) => private_json(&Document::from(object)),
        Err(error) => error.encode(),
    };
    crossing(encoded).into()
}

fn introspect(call: &Call, client: &Client) -> Result<Object, OAuthError> {
    if !client.is_confidential() {
        return Err(OAuthError::invalid_client(
            "only a client with credentials may look into tokens (RFC 7662 4); register a client_secret",
        ));
    }
    let Some(token) = call.form.given("token") else {
        return Err(OAuthError::invalid("token is missing; send the one to look into"));
    };
    Ok(access(call, token)
        .or_else(|| refresh(call, token))
        .unwrap_or_else(|| Object::default().with("active", false)))
}

fn access(call: &Call, token: &str) -> Option<Object> {
    let vault = call.state.grants.open();
    let access = vault.access.get(token, call.state.clock.unix())?;
    let mut object = Object::default()
        .with("active", true)
        .with("token_type", "Bearer")
        .with("scope", access.scope.as_str())
        .with("client_id", access.client_id.as_str())
        .with("iss", call.state.issuer.as_str())
        .with("iat", access.issued)
        .with("exp", access.expires);
    if let Some(granted) = &access.granted {
        object.push("sub", granted.user.sub.as_str());
        object.push("username", granted.user.username.as_str());
    }
    Some(object)
}

fn refresh(call: &Call, token: &str) -> Option<Object> {
    let vault = call.state.grants.open();
    let refresh = vault.refresh.get(token, call.state.clock.unix()).filter(|refresh| !refresh.is_spent)?;
    Some(
        Object::default()
            .with("active", true)
            .with("scope", refresh.granted.scope.as_str())
            .with("client_id", refresh.granted.client_id.as_str())
            .with("sub", refresh.granted.user.sub.as_str())
            .with("iss", call.state.issuer.as_str())
            .with("iat", refresh.issued)
            .with("exp", refresh.expires),
    )
}

//! `POST …/device_authorization` from a device → the codes it waits with (RFC 8628 3.1).

pub(crate) mod page;

use std::sync::Arc;

use super::path;
use super::token::{crossing, private_json};
use crate::checks::{scope_is_offered, signing_is_possible};
use crate::client::Client;
use crate::client_auth::authenticate;
use crate::device::{INTERVAL, LIFETIME};
use crate::offer::DEVICE_CODE;
use crate::protocol::{Document, ErrorCode, OAuthError, Object, Params};
use crate::server::{Call, Reply};

pub(crate) async fn authorize(call: Call) -> Reply {
    let encoded = match authenticate(&call).and_then(|client| begin(&call, &client)) {
        Ok(object) => private_json(&Document::from(object)),
        Err(error) => error.encode(),
    };
    crossing(encoded).into()
}

fn begin(call: &Call, client: &Client) -> Result<Object, OAuthError> {
    let state = &*call.state;
    if !client.grant_types.is_empty() && !client.grant_types.iter().any(|name| name == DEVICE_CODE) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            format!("this client registered other grant types: {}", client.grant_types.join(", ")),
        ));
    }
    let scope = call.form.given("scope").unwrap_or("openid");
    let desk = Arc::new(state.snapshot());
    scope_is_offered(scope, &desk.book())
        .and_then(|()| signing_is_possible(&call.form, client, &desk.book()))
        .map_err(|error| OAuthError::new(error.code, error.description))?;
    let codes = state.new_device(&client.client_id, scope);
    let page = state.at(path::DEVICE);
    let with_code: Params = [("user_code", codes.user_code.as_str())].into_iter().collect();
    Ok(Object::default()
        .with("device_code", codes.device_code)
        .with("user_code", codes.user_code)
        .with("verification_uri", page.as_str())
        .with("verification_uri_complete", format!("{page}?{}", with_code.encode()))
        .with("expires_in", LIFETIME)
        .with("interval", INTERVAL))
}

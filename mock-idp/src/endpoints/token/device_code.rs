//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 3.4): a device asks whether its person has
//! answered.

use std::sync::Arc;

use super::tokens;
use crate::client::Client;
use crate::device::{Answer, INTERVAL};
use crate::fault::Pass;
use crate::grant::Granted;
use crate::protocol::{ErrorCode, OAuthError, Object};
use crate::server::Call;

pub(super) fn exchange(call: &Call, client: &Client, pass: &mut Pass) -> Result<Object, OAuthError> {
    let granted = answered(call, client)?;
    Ok(tokens(call, client, &granted, &granted.scope, pass))
}

fn answered(call: &Call, client: &Client) -> Result<Arc<Granted>, OAuthError> {
    let Some(code) = call.form.given("device_code") else {
        return Err(OAuthError::invalid(
            "device_code is missing; send the one from the device authorization endpoint",
        ));
    };
    let now = call.state.clock.unix();
    let mut vault = call.state.grants.open();
    let Some(device) = vault.devices.get_mut(code, now) else {
        return Err(refused(ErrorCode::InvalidGrant, "this device_code is unknown, or was used before"));
    };
    if device.client_id != client.client_id {
        return Err(refused(ErrorCode::InvalidGrant, "this device_code was issued to another client"));
    }
    let answer = device.answer.clone();
    if now >= device.until {
        return Err(refused(ErrorCode::ExpiredToken, "this device_code has expired; ask for a new one"));
    }
    match answer {
        Answer::Nothing => {
            let is_early = device.asked.is_some_and(|asked| now < asked.saturating_add(device.interval));
            device.asked = Some(now);
            if is_early {
                device.interval = device.interval.saturating_add(INTERVAL);
                let text = format!("the device asks too often; wait {} seconds from now on", device.interval);
                return Err(OAuthError::new(ErrorCode::SlowDown, text));
            }
            Err(refused(ErrorCode::AuthorizationPending, "nobody has answered yet; ask again later"))
        }
        Answer::No => {
            vault.devices.take(code, now);
            Err(refused(ErrorCode::AccessDenied, "the person said no"))
        }
        Answer::Yes(granted) => {
            vault.devices.take(code, now);
            Ok(granted)
        }
    }
}

fn refused(code: ErrorCode, description: &str) -> OAuthError {
    OAuthError::new(code, description)
}

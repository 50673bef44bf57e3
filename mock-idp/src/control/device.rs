//! Devices that wait for a person, answered over HTTP.

use axum::http::StatusCode;
use serde::Deserialize;

use super::answer::{Json, Named, Refused};

/// Who answers, and what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    user_code: String,
    /// Who lets the device in; nobody to refuse it.
    user: Option<String>,
}

pub(super) async fn answer(Named(tenant): Named, body: Json) -> Result<StatusCode, Refused> {
    let Answer { user_code, user } = body.read()?;
    let done = match &user {
        Some(user) => tenant.approve_device(&user_code, user),
        None => tenant.deny_device(&user_code),
    };
    done.map(|()| StatusCode::NO_CONTENT).map_err(|error| Refused::conflict(error.to_string()))
}

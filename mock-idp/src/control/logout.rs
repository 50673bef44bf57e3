//! Back-channel logout on demand over HTTP.

use super::answer::{Json, Named, Refused};
use crate::logout::{Delivery, Logout, LogoutError};

/// Ends sessions, tells the applications, and says what they answered.
pub(super) async fn send(Named(tenant): Named, body: Json) -> Result<axum::Json<Vec<Delivery>>, Refused> {
    let logout: Logout = body.read()?;
    tenant.back_channel_logout(&logout).await.map(axum::Json).map_err(|error| match error {
        LogoutError::Nobody => Refused::bad(error.to_string()),
        error => Refused::conflict(error.to_string()),
    })
}

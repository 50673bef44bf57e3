//! Tokens on demand over HTTP.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Json, Named, Refused};
use super::faults::faults_of;
use crate::tenant::{MintError, MintOrder, Tenant};

/// What is minted.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
enum Kind {
    #[default]
    #[serde(rename = "id-token")]
    Id,
    #[serde(rename = "access-token")]
    Access,
    #[serde(rename = "logout-token")]
    Logout,
}

pub(super) async fn mint(Named(tenant): Named, Json(mut body): Json) -> Result<axum::Json<Value>, Refused> {
    let mut take = |name: &str| body.as_object_mut().and_then(|members| members.shift_remove(name));
    let kind: Kind = Json(take("kind").unwrap_or_else(|| "id-token".into())).read()?;
    let faults = take("faults").map(faults_of).transpose()?.unwrap_or_default();
    let order = MintOrder { faults, ..Json(body).read()? };
    for (name, value) in [("user", &order.user), ("client_id", &order.client_id)] {
        if value.is_empty() {
            return Err(Refused::bad(format!("missing field \"{name}\": say for whom the token is")));
        }
    }
    match kind {
        Kind::Id => {
            let token = tenant.mint_id_token(&order).map_err(refused)?;
            Ok(axum::Json(json!({ "id_token": token })))
        }
        Kind::Access => access_token(&tenant, &order),
        Kind::Logout if order.nonce.is_some() || order.scope.is_some() => Err(Refused::bad(
            "a logout token has neither \"nonce\" nor \"scope\"; to lie, put them into \"claims\"",
        )),
        Kind::Logout => {
            let token = tenant.mint_logout_token(&order).map_err(refused)?;
            Ok(axum::Json(json!({ "logout_token": token })))
        }
    }
}

fn access_token(tenant: &Tenant, order: &MintOrder) -> Result<axum::Json<Value>, Refused> {
    if !order.claims.is_empty() || !order.faults.is_empty() {
        return Err(Refused::bad(
            "an access token is opaque: it has neither claims nor seams; leave \"claims\" and \"faults\" out, or \
             arm a fault at the seam userinfo",
        ));
    }
    let (token, expires_in) = tenant.mint_access_token(order).map_err(refused)?;
    Ok(axum::Json(json!({ "access_token": token, "expires_in": expires_in })))
}

fn refused(error: MintError) -> Refused {
    match error {
        MintError::UnknownUser { .. } => Refused::conflict(error.to_string()),
        error => Refused::bad(error.to_string()),
    }
}

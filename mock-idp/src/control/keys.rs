//! The keys of an issuer over HTTP.

use serde::Deserialize;

use super::answer::{Json, Named, Query, Refused};
use crate::tenant::{Grace, Keys};

pub(super) async fn show(Named(tenant): Named, query: Query) -> Result<axum::Json<Keys>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(tenant.keys()))
}

pub(super) async fn choose(Named(tenant): Named, body: Json) -> Result<axum::Json<Keys>, Refused> {
    tenant.set_keys(body.read::<Keys>()?).map_err(Refused::bad)?;
    Ok(axum::Json(tenant.keys()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    grace: Grace,
}

pub(super) async fn rotate(Named(tenant): Named, body: Json) -> Result<axum::Json<Keys>, Refused> {
    tenant.rotate_keys(body.read::<Rotation>()?.grace);
    Ok(axum::Json(tenant.keys()))
}

//! Faults over HTTP, and tokens made with them.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Json, Named, Refused};
use crate::fault::{Fault, FaultReport};

pub(super) async fn list(Named(tenant): Named) -> axum::Json<Vec<FaultReport>> {
    axum::Json(tenant.armed())
}

/// Faults armed over HTTP stay until they are disarmed over HTTP.
pub(super) async fn arm(
    Named(tenant): Named,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Refused> {
    let faults = faults_of(body)?;
    let clauses: Vec<String> = faults.iter().map(ToString::to_string).collect();
    tenant.arm(faults).map_err(|error| Refused::bad(error.to_string()))?.keep();
    Ok((StatusCode::CREATED, axum::Json(json!({ "armed": clauses }))))
}

pub(super) async fn disarm(Named(tenant): Named) -> StatusCode {
    tenant.disarm_all();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    user: String,
    client_id: String,
    nonce: Option<String>,
    #[serde(default)]
    faults: Value,
}

pub(super) async fn mint(Named(tenant): Named, body: Json) -> Result<axum::Json<Value>, Refused> {
    let order: Order = body.read()?;
    let faults = if order.faults.is_null() { Vec::new() } else { faults_of(order.faults)? };
    let token = tenant
        .mint(&order.user, &order.client_id, order.nonce.as_deref(), &faults)
        .map_err(|error| Refused::bad(error.to_string()))?;
    Ok(axum::Json(json!({ "id_token": token })))
}

/// One fault or a list of them; the error says which one is wrong.
fn faults_of(body: Value) -> Result<Vec<Fault>, Refused> {
    let Value::Array(list) = body else {
        return Ok(vec![Fault::from_json(body).map_err(|error| Refused::bad(error.to_string()))?]);
    };
    list.into_iter()
        .enumerate()
        .map(|(index, value)| {
            Fault::from_json(value).map_err(|error| Refused::bad(format!("fault {}: {error}", index + 1)))
        })
        .collect()
}

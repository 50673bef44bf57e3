//! Faults over HTTP.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Item, Json, Named, Query, Refused};
use crate::fault::{Fault, FaultError, LIES, Seam};
use crate::trace::Endpoint;

pub(super) async fn list(Named(tenant): Named, query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    let face = |(id, report): (u64, crate::fault::FaultReport)| {
        let clause = report.fault.to_string();
        json!({
            "id": id, "fault": report.fault, "clause": clause, "fired": report.fired, "changed": report.changed
        })
    };
    Ok(axum::Json(tenant.armed_by_id().into_iter().map(face).collect()))
}

/// Faults armed over HTTP stay until they are disarmed over HTTP.
pub(super) async fn arm(
    Named(tenant): Named,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Refused> {
    let faults = faults_of(body)?;
    if faults.is_empty() {
        return Err(Refused::bad(
            "the list is empty; write at least one fault, or disarm with DELETE …/faults",
        ));
    }
    let clauses: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let guard = tenant.arm(faults).map_err(|error| match error {
        FaultError::TooMany => Refused::conflict(error.to_string()),
        _ => Refused::bad(error.to_string()),
    })?;
    let ids = guard.ids();
    guard.keep();
    Ok((StatusCode::CREATED, axum::Json(json!({ "armed": clauses, "ids": ids }))))
}

pub(super) async fn disarm(Named(tenant): Named, query: Query) -> Result<StatusCode, Refused> {
    query.only(&[])?;
    tenant.disarm_all();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn disarm_one(Named(tenant): Named, id: Item) -> Result<StatusCode, Refused> {
    if tenant.disarm(id.number()?) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refused::not_found(format!("no fault {} is armed; GET …/faults lists those that are", id.0)))
}

/// The well-known lies, each as it is armed by its name.
pub(super) async fn named(query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(LIES.iter().map(|lie| lie.to_json()).collect()))
}

/// What can be told where.
pub(super) async fn seams(query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    let mut seams: Vec<Value> =
        Seam::without_endpoint().map(|seam| json!({ "seam": seam.name(), "verbs": seam.verbs() })).collect();
    let endpoints: Vec<&str> = Endpoint::ALL
        .iter()
        .filter(|endpoint| endpoint.is_ours())
        .map(|endpoint| endpoint.as_str())
        .collect();
    let verbs = Seam::Wire(Endpoint::Jwks).verbs();
    seams.push(json!({ "seam": "wire", "verbs": verbs, "endpoints": endpoints }));
    Ok(axum::Json(seams.into()))
}

/// One fault or well-known lie, or a list of them; the error says which one is wrong.
pub(super) fn faults_of(body: Value) -> Result<Vec<Fault>, Refused> {
    Fault::list_from_json(body).map_err(|error| Refused::bad(error.to_string()))
}

//! The applications of an issuer over HTTP.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::{Item, Json, Named, Query, Refused};
use crate::client::Client;
use crate::tenant::Tenant;

pub(super) async fn list(Named(tenant): Named, query: Query) -> Result<axum::Json<Vec<Client>>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(tenant.clients()))
}

pub(super) async fn add(
    Named(tenant): Named,
    body: Json,
) -> Result<(StatusCode, axum::Json<Client>), Refused> {
    let client = read(body.0)?;
    tenant.add_client(client.clone());
    Ok((StatusCode::CREATED, axum::Json(client)))
}

pub(super) async fn show(Named(tenant): Named, id: Item) -> Result<axum::Json<Client>, Refused> {
    find(&tenant, &id.0).map(axum::Json)
}

/// Takes the place of what was registered under that id, or is new.
pub(super) async fn replace(
    Named(tenant): Named,
    id: Item,
    Json(mut body): Json,
) -> Result<axum::Json<Client>, Refused> {
    if let Value::Object(members) = &mut body {
        members.entry("client_id").or_insert_with(|| id.0.clone().into());
    }
    let client = read(body)?;
    if client.client_id != id.0 {
        return Err(Refused::conflict(format!(
            "the path names the client \"{}\", the body \"{}\"; leave client_id out of the body",
            id.0, client.client_id
        )));
    }
    tenant.add_client(client.clone());
    Ok(axum::Json(client))
}

pub(super) async fn remove(Named(tenant): Named, id: Item) -> Result<StatusCode, Refused> {
    if tenant.remove_client(&id.0) { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&tenant, &id.0)) }
}

/// Reads a client, and refuses what would only be noticed much later.
pub(super) fn read(body: Value) -> Result<Client, Refused> {
    let client: Client = Json(body).read()?;
    client.check().map_err(Refused::bad)?;
    Ok(client)
}

pub(super) fn find(tenant: &Tenant, id: &str) -> Result<Client, Refused> {
    let found = tenant.clients().into_iter().find(|client| client.client_id == id);
    found.ok_or_else(|| unknown(tenant, id))
}

fn unknown(tenant: &Tenant, id: &str) -> Refused {
    let clients = tenant.clients();
    let known: Vec<&str> = clients.iter().map(|client| client.client_id.as_str()).collect();
    Refused::not_found(format!(
        "no client \"{id}\" is registered; use one of: {}, or register it with POST …/clients",
        known.join(", ")
    ))
}

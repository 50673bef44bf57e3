//! The people of an issuer over HTTP.

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::{Item, Json, Named, Query, Refused};
use crate::login::User;
use crate::tenant::Tenant;

pub(super) async fn list(Named(tenant): Named, query: Query) -> Result<axum::Json<Vec<User>>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(tenant.users()))
}

pub(super) async fn add(Named(tenant): Named, body: Json) -> Result<(StatusCode, axum::Json<User>), Refused> {
    let user = read(body.0)?;
    tenant.add_user(user.clone());
    Ok((StatusCode::CREATED, axum::Json(user)))
}

pub(super) async fn show(Named(tenant): Named, name: Item) -> Result<axum::Json<User>, Refused> {
    let found = tenant.users().into_iter().find(|user| user.username == name.0);
    found.map(axum::Json).ok_or_else(|| Refused::not_found(unknown(&tenant, &name.0)))
}

/// Takes the place of whoever has that username, or is new.
pub(super) async fn replace(
    Named(tenant): Named,
    name: Item,
    Json(mut body): Json,
) -> Result<axum::Json<User>, Refused> {
    if let Value::Object(members) = &mut body {
        members.entry("username").or_insert_with(|| name.0.clone().into());
    }
    let user = read(body)?;
    if user.username != name.0 {
        return Err(Refused::conflict(format!(
            "the path names \"{}\", the body \"{}\"; leave username out of the body",
            name.0, user.username
        )));
    }
    tenant.add_user(user.clone());
    Ok(axum::Json(user))
}

pub(super) async fn remove(Named(tenant): Named, name: Item) -> Result<StatusCode, Refused> {
    if tenant.remove_user(&name.0) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refused::not_found(unknown(&tenant, &name.0)))
    }
}

/// Reads a person, and refuses one that nobody could sign in as.
pub(super) fn read(body: Value) -> Result<User, Refused> {
    let user: User = Json(body).read()?;
    user.check().map_err(Refused::bad)?;
    Ok(user)
}

/// Who is unknown, and who is known.
pub(super) fn unknown(tenant: &Tenant, name: &str) -> String {
    let users = tenant.users();
    let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
    format!("\"{name}\" is nobody's username; use one of: {}", known.join(", "))
}

//! Issuers over HTTP: making, resetting and removing them, who logs in, and what happened.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::http::Uri;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Json, Named, Refused};
use crate::ambient::{Clock, Ids};
use crate::client::Client;
use crate::login::{LoginPolicy, User};
use crate::protocol::Params;
use crate::server::is_slug;
use crate::tenant::{Grace, Registry};
use crate::trace::Exchange;

pub(super) async fn list(Shared(registry): Shared<Arc<Registry>>) -> axum::Json<Value> {
    let mut tenants = vec![json!({ "tenant": "_default", "issuer": registry.base_url })];
    tenants.extend(
        registry
            .slugs()
            .into_iter()
            .map(|slug| json!({ "issuer": format!("{}/t/{slug}", registry.base_url), "tenant": slug })),
    );
    axum::Json(Value::from(tenants))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    slug: String,
    seed: Option<u64>,
    now: Option<i64>,
}

pub(super) async fn make(
    Shared(registry): Shared<Arc<Registry>>,
    body: Json,
) -> Result<(StatusCode, axum::Json<Value>), Refused> {
    let wanted: Wanted = body.read()?;
    if !is_slug(&wanted.slug) || wanted.slug == "_default" {
        return Err(Refused::bad(format!(
            "the slug \"{}\" must be made of letters, digits, - and _, and must not be _default",
            wanted.slug
        )));
    }
    let clock = wanted.now.map_or_else(Clock::system, Clock::frozen);
    let ids = wanted.seed.map_or_else(Ids::random, Ids::seeded);
    let state = registry.add(&wanted.slug, clock, ids);
    Ok((StatusCode::CREATED, axum::Json(json!({ "tenant": wanted.slug, "issuer": state.issuer }))))
}

pub(super) async fn remove(Named(tenant): Named) -> StatusCode {
    tenant.remove();
    StatusCode::NO_CONTENT
}

pub(super) async fn reset(Named(tenant): Named) -> StatusCode {
    tenant.reset();
    StatusCode::NO_CONTENT
}

pub(super) async fn policy(Named(tenant): Named) -> axum::Json<LoginPolicy> {
    axum::Json(tenant.policy())
}

pub(super) async fn set_policy(Named(tenant): Named, body: Json) -> Result<axum::Json<LoginPolicy>, Refused> {
    let policy: LoginPolicy = body.read()?;
    let users = tenant.users();
    if let Some(user) = policy.user()
        && !users.iter().any(|known| known.username == user)
    {
        let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
        return Err(Refused::bad(format!(
            "\"{user}\" is nobody's username; use one of: {}",
            known.join(", ")
        )));
    }
    tenant.set_policy(policy.clone());
    Ok(axum::Json(policy))
}

pub(super) async fn trace(Named(tenant): Named, uri: Uri) -> Result<axum::Json<Vec<Exchange>>, Refused> {
    let query = Params::parse(uri.query().unwrap_or_default());
    let since = query.first("since").unwrap_or("0");
    let since = since.parse().map_err(|_| {
        Refused::bad(format!("since={since} is no number; use the seq of an exchange, like since=12"))
    })?;
    Ok(axum::Json(tenant.trace().since(since)))
}

pub(super) async fn clear_trace(Named(tenant): Named) -> StatusCode {
    tenant.trace().clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn add_client(Named(tenant): Named, body: Json) -> Result<StatusCode, Refused> {
    tenant.add_client(body.read::<Client>()?);
    Ok(StatusCode::CREATED)
}

pub(super) async fn add_user(Named(tenant): Named, body: Json) -> Result<StatusCode, Refused> {
    tenant.add_user(body.read::<User>()?);
    Ok(StatusCode::CREATED)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    grace: Grace,
}

pub(super) async fn rotate(Named(tenant): Named, body: Json) -> Result<StatusCode, Refused> {
    tenant.rotate_keys(body.read::<Rotation>()?.grace);
    Ok(StatusCode::NO_CONTENT)
}

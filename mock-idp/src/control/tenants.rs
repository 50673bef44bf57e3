//! Issuers over HTTP: making, resetting and removing them, and who logs in.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{DEFAULT, Json, Named, Query, Refused};
use super::{clients, users};
use crate::checks::Rules;
use crate::login::LoginPolicy;
use crate::server::is_slug;
use crate::tenant::{Registry, Tenant};

pub(super) async fn list(
    Shared(registry): Shared<Arc<Registry>>,
    query: Query,
) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    let mut tenants = vec![json!({ "tenant": DEFAULT, "issuer": registry.default_state().issuer })];
    for slug in registry.slugs() {
        if let Some(state) = registry.get(&slug) {
            tenants.push(json!({ "tenant": slug, "issuer": state.issuer }));
        }
    }
    Ok(axum::Json(Value::from(tenants)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    slug: String,
    seed: Option<u64>,
    now: Option<i64>,
    clients: Option<Vec<Value>>,
    users: Option<Vec<Value>>,
    rules: Option<Rules>,
    policy: Option<Value>,
}

pub(super) async fn make(
    Shared(registry): Shared<Arc<Registry>>,
    body: Json,
) -> Result<(StatusCode, axum::Json<Value>), Refused> {
    let wanted: Wanted = body.read()?;
    if !is_slug(&wanted.slug) || wanted.slug == DEFAULT {
        return Err(Refused::bad(format!(
            "the slug \"{}\" must be made of letters, digits, - and _, 64 at most, and must not be {DEFAULT}",
            wanted.slug
        )));
    }
    let read_clients = |list: Vec<Value>| list.into_iter().map(clients::read).collect::<Result<Vec<_>, _>>();
    let read_users = |list: Vec<Value>| list.into_iter().map(users::read).collect::<Result<Vec<_>, _>>();
    let mut desk = registry.new_desk();
    desk.furnish(
        wanted.clients.map(read_clients).transpose()?,
        wanted.users.map(read_users).transpose()?,
        wanted.rules,
    );
    if let Some(policy) = wanted.policy.map(read_policy).transpose()? {
        let users = desk.users();
        if let Some(name) = policy.user().filter(|name| !users.iter().any(|user| user.username == *name)) {
            return Err(Refused::conflict(format!(
                "the policy names \"{name}\", who is not among the issuer's users; add the person to \"users\""
            )));
        }
        desk.set_policy(None, policy);
    }
    let (clock, ids) = registry.new_ambient(wanted.now, wanted.seed);
    let state = registry.add_with(&wanted.slug, desk, clock, ids);
    Ok((StatusCode::CREATED, axum::Json(json!({ "tenant": wanted.slug, "issuer": state.issuer }))))
}

pub(super) async fn show(Named(tenant): Named, query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    let name = tenant.slug().unwrap_or_else(|| DEFAULT.to_owned());
    Ok(axum::Json(json!({ "tenant": name, "issuer": tenant.issuer() })))
}

pub(super) async fn remove(Named(tenant): Named, query: Query) -> Result<StatusCode, Refused> {
    query.only(&[])?;
    if tenant.slug().is_none() {
        return Err(Refused::conflict(
            "the default issuer stays; POST /tenants/_default/reset puts it back to how it was made",
        ));
    }
    tenant.remove();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn reset(Named(tenant): Named, query: Query) -> Result<StatusCode, Refused> {
    query.only(&[])?;
    tenant.reset();
    Ok(StatusCode::NO_CONTENT)
}

/// The default issuer, and those that the settings name, are as they were made; all others go.
pub(super) async fn reset_all(
    Shared(registry): Shared<Arc<Registry>>,
    query: Query,
) -> Result<StatusCode, Refused> {
    query.only(&[])?;
    registry.start_over();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn policy(Named(tenant): Named, query: Query) -> Result<axum::Json<LoginPolicy>, Refused> {
    Ok(axum::Json(seen(tenant, query)?.policy()))
}

pub(super) async fn set_policy(
    Named(tenant): Named,
    query: Query,
    body: Json,
) -> Result<axum::Json<LoginPolicy>, Refused> {
    let tenant = seen(tenant, query)?;
    let policy = read_policy(body.0)?;
    if let Some(name) = policy.user()
        && !tenant.users().iter().any(|known| known.username == name)
    {
        return Err(Refused::conflict(users::unknown(&tenant, name)));
    }
    tenant.set_policy(policy.clone());
    Ok(axum::Json(policy))
}

/// The issuer as seen through the marker of the query, if it has one.
fn seen(tenant: Tenant, query: Query) -> Result<Tenant, Refused> {
    let query = query.only(&["marker"])?;
    Ok(match query.given("marker") {
        Some(marker) => tenant.marked(marker),
        None => tenant,
    })
}

/// Reads a policy. Of those without arguments, serde does not notice superfluous members.
fn read_policy(body: Value) -> Result<LoginPolicy, Refused> {
    let extra = body.as_object().and_then(|members| members.keys().find(|name| *name != "policy").cloned());
    let policy: LoginPolicy = Json(body).read()?;
    if let LoginPolicy::Deny { error, description } = &policy {
        for (name, text) in [("error", Some(error)), ("description", description.as_ref())] {
            if text.is_some_and(|text| text.is_empty() || !is_error_text(text)) {
                return Err(Refused::bad(format!(
                    "\"{name}\" is made of printable ASCII without quotes and backslashes (RFC 6749 4.1.2.1), like \
                     \"access_denied\""
                )));
            }
        }
    }
    match (&policy, extra) {
        (LoginPolicy::Ask | LoginPolicy::LoginHint, Some(extra)) => {
            Err(Refused::bad(format!("unknown member \"{extra}\": this policy takes no arguments")))
        }
        _ => Ok(policy),
    }
}

/// The characters that `error` and `error_description` may have.
fn is_error_text(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, 0x20..=0x7e) && octet != b'"' && octet != b'\\')
}

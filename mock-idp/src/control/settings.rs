//! How an issuer behaves, over HTTP: the settings that can change while it runs.

use serde::Deserialize;

use super::answer::{Json, Named, Query, Refused};
use crate::checks::Rules;
use crate::tenant::{Manner, Tenant};

/// Only what is named changes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Change {
    rules: Option<Rules>,
    issuer_parameter: Option<bool>,
    pause: Option<bool>,
    consent: Option<bool>,
    code_lifetime: Option<i64>,
    id_token_lifetime: Option<i64>,
    access_token_lifetime: Option<i64>,
    refresh_token_lifetime: Option<i64>,
}

pub(super) async fn show(Named(tenant): Named, query: Query) -> Result<axum::Json<Manner>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(tenant.manner()))
}

pub(super) async fn change(Named(tenant): Named, body: Json) -> Result<axum::Json<Manner>, Refused> {
    apply(&tenant, &body.read()?)?;
    Ok(axum::Json(tenant.manner()))
}

fn apply(tenant: &Tenant, change: &Change) -> Result<(), Refused> {
    let now = tenant.manner();
    let manner = Manner {
        rules: change.rules.unwrap_or(now.rules),
        issuer_parameter: change.issuer_parameter.unwrap_or(now.issuer_parameter),
        pause: change.pause.unwrap_or(now.pause),
        consent: change.consent.unwrap_or(now.consent),
        code_lifetime: change.code_lifetime.unwrap_or(now.code_lifetime),
        id_token_lifetime: change.id_token_lifetime.unwrap_or(now.id_token_lifetime),
        access_token_lifetime: change.access_token_lifetime.unwrap_or(now.access_token_lifetime),
        refresh_token_lifetime: change.refresh_token_lifetime.unwrap_or(now.refresh_token_lifetime),
    };
    for (name, seconds) in [
        ("code_lifetime", manner.code_lifetime),
        ("id_token_lifetime", manner.id_token_lifetime),
        ("access_token_lifetime", manner.access_token_lifetime),
        ("refresh_token_lifetime", manner.refresh_token_lifetime),
    ] {
        if seconds < 1 {
            return Err(Refused::bad(format!("\"{name}\" is {seconds}; it must be at least 1 (seconds)")));
        }
    }
    tenant.set_manner(&manner);
    Ok(())
}

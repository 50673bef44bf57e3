//! An issuer's clock over HTTP.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Json, Named, Query, Refused};
use super::clients;
use crate::client::Client;
use crate::tenant::Tenant;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Change {
    Freeze(i64),
    Set(i64),
    Advance(i64),
    Resume(bool),
    Skew(Value),
}

const SKEW: &str = "\"skew\": {\"client\": ID, \"seconds\": SECONDS}";

/// By how much the clock is wrong for one client alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skew {
    client: String,
    seconds: i64,
}

pub(super) async fn show(Named(tenant): Named, query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(face(&tenant)))
}

pub(super) async fn change(Named(tenant): Named, body: Json) -> Result<axum::Json<Value>, Refused> {
    let clock = tenant.clock();
    match body.read::<Change>() {
        Ok(Change::Freeze(unix)) => clock.freeze(unix),
        Ok(Change::Set(unix)) => clock.set(unix),
        Ok(Change::Advance(seconds)) => clock.advance(seconds),
        Ok(Change::Resume(true)) => clock.resume(),
        Ok(Change::Skew(skew)) => {
            let Skew { client, seconds } =
                Json(skew).read().map_err(|refused| refused.advising(&format!("write {{{SKEW}}}")))?;
            let known = clients::find(&tenant, &client)?;
            tenant.add_client(Client { clock_skew: seconds, ..known });
        }
        _ => {
            return Err(Refused::bad(format!(
                "write exactly one of {{\"freeze\": SECONDS_SINCE_1970}}, {{\"set\": SECONDS_SINCE_1970}}, \
                 {{\"advance\": SECONDS}}, {{\"resume\": true}} or {{{SKEW}}}"
            )));
        }
    }
    Ok(axum::Json(face(&tenant)))
}

fn face(tenant: &Tenant) -> Value {
    let clock = tenant.clock();
    let skew: Map<String, Value> = tenant
        .clients()
        .into_iter()
        .filter(|client| client.clock_skew != 0)
        .map(|client| (client.client_id, client.clock_skew.into()))
        .collect();
    json!({ "now": clock.unix(), "frozen": clock.is_frozen(), "skew": skew })
}

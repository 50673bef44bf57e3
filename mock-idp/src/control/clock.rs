//! An issuer's clock over HTTP.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Json, Named, Refused};
use crate::ambient::Clock;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Change {
    Freeze(i64),
    Advance(i64),
    Resume(bool),
}

pub(super) async fn show(Named(tenant): Named) -> axum::Json<Value> {
    axum::Json(face(&tenant.clock()))
}

pub(super) async fn change(Named(tenant): Named, body: Json) -> Result<axum::Json<Value>, Refused> {
    let clock = tenant.clock();
    match body.read::<Change>() {
        Ok(Change::Freeze(unix)) => clock.freeze(unix),
        Ok(Change::Advance(seconds)) => clock.advance(seconds),
        Ok(Change::Resume(true)) => clock.resume(),
        _ => {
            return Err(Refused::bad(
                "write exactly one of {\"freeze\": SECONDS_SINCE_1970}, {\"advance\": SECONDS} or \
                 {\"resume\": true}",
            ));
        }
    }
    Ok(axum::Json(face(&clock)))
}

fn face(clock: &Clock) -> Value {
    json!({ "now": clock.unix(), "frozen": clock.is_frozen() })
}

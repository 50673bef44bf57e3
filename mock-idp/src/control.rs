//! The control API: what [`crate::Tenant`] offers in process, over HTTP, on a loopback port of its own.
//!
//! `GET /` lists the routes, `GET /openapi.json` describes them. Bodies are JSON in both directions; a refused
//! request is answered with `{"error": "what is wrong, and what to write instead"}`.

mod answer;
mod clients;
mod clock;
mod device;
mod faults;
mod guard;
mod keys;
mod logout;
mod mint;
mod openapi;
mod settings;
mod stream;
mod table;
mod tenants;
mod trace;
mod users;
mod viewer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::middleware;
use axum::{Extension, Router};
use serde_json::{Map, Value, json};

use crate::tenant::Registry;
use answer::{Patience, Query, Refused};
use table::routes;

/// The control API's routes behind its guard.
pub(crate) fn service(
    registry: &Arc<Registry>,
    address: SocketAddr,
    hosts: &[String],
    patience: Duration,
) -> Router {
    routes()
        .iter()
        .fold(Router::new(), |router, route| router.route(route.path, (route.mount)()))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(registry))
        .layer(Extension(Patience(patience)))
        .layer(middleware::from_fn_with_state(guard::Names::new(address, hosts), guard::admit))
}

async fn index(Shared(registry): Shared<Arc<Registry>>, query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    let line =
        |route: &table::Route| (format!("{} {}", route.method, route.path), Value::from(route.purpose));
    let list: Map<String, Value> = routes().iter().map(line).collect();
    Ok(axum::Json(json!({ "provider": registry.base_url, "routes": list })))
}

async fn nothing_here() -> Refused {
    Refused::not_found("there is no such route; GET / lists them")
}

async fn wrong_method() -> Refused {
    Refused::wrong_method("this route does not know that method; GET / lists what each route knows")
}

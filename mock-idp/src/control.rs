//! The control API: what [`crate::Tenant`] offers in process, over HTTP, on a loopback port of its own.
//!
//! `GET /` lists the routes. Bodies are JSON in both directions; a refused request is answered with
//! `{"error": "what is wrong, and what to write instead"}`.

mod answer;
mod clock;
mod faults;
mod guard;
mod tenants;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};

use crate::tenant::Registry;
use answer::{Patience, Refused};

/// Everything the control API offers, as `GET /` tells it. `{tenant}` is a slug, or `_default`.
const ROUTES: &[(&str, &str)] = &[
    ("GET /", "this list"),
    ("GET /tenants", "the issuers"),
    (
        "POST /tenants",
        "make an issuer: {\"slug\": \"a\"}, optional \"seed\" (ids) and \"now\" (frozen clock)",
    ),
    ("DELETE /tenants/{tenant}", "remove an issuer"),
    ("POST /tenants/{tenant}/reset", "faults, policy, keys, trace, clients and people as they were made"),
    ("GET /tenants/{tenant}/faults", "the armed faults, with how often each fired and changed anything"),
    ("POST /tenants/{tenant}/faults", "arm a fault or a list of faults"),
    ("DELETE /tenants/{tenant}/faults", "disarm all"),
    ("GET /tenants/{tenant}/policy", "who logs in"),
    ("PUT /tenants/{tenant}/policy", "{\"policy\": \"ask\"}, or auto, once, login-hint, deny"),
    ("GET /tenants/{tenant}/clock", "the time"),
    ("PUT /tenants/{tenant}/clock", "{\"freeze\": 1767225600}, {\"advance\": 60} or {\"resume\": true}"),
    ("GET /tenants/{tenant}/trace", "the exchanges; ?since=SEQ for those after one"),
    ("DELETE /tenants/{tenant}/trace", "forget them"),
    ("POST /tenants/{tenant}/clients", "register a client"),
    ("POST /tenants/{tenant}/users", "add a person"),
    ("POST /tenants/{tenant}/keys/rotate", "{\"grace\": \"keep-old\"} or drop-old"),
    (
        "POST /tenants/{tenant}/mint",
        "{\"user\", \"client_id\", \"nonce\", \"faults\"}: an ID Token; faults at its own seams",
    ),
];

/// The control API's routes behind its guard.
pub(crate) fn service(registry: &Arc<Registry>, address: SocketAddr, patience: Duration) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/tenants", get(tenants::list).post(tenants::make))
        .route("/tenants/{tenant}", axum::routing::delete(tenants::remove))
        .route("/tenants/{tenant}/reset", post(tenants::reset))
        .route("/tenants/{tenant}/faults", get(faults::list).post(faults::arm).delete(faults::disarm))
        .route("/tenants/{tenant}/policy", get(tenants::policy).put(tenants::set_policy))
        .route("/tenants/{tenant}/clock", get(clock::show).put(clock::change))
        .route("/tenants/{tenant}/trace", get(tenants::trace).delete(tenants::clear_trace))
        .route("/tenants/{tenant}/clients", post(tenants::add_client))
        .route("/tenants/{tenant}/users", post(tenants::add_user))
        .route("/tenants/{tenant}/keys/rotate", post(tenants::rotate))
        .route("/tenants/{tenant}/mint", post(faults::mint))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(registry))
        .layer(Extension(Patience(patience)))
        .layer(middleware::from_fn_with_state(address, guard::admit))
}

async fn index(Shared(registry): Shared<Arc<Registry>>) -> axum::Json<Value> {
    let routes: serde_json::Map<String, Value> =
        ROUTES.iter().map(|(route, purpose)| ((*route).to_owned(), Value::from(*purpose))).collect();
    axum::Json(json!({ "provider": registry.base_url, "routes": routes }))
}

async fn nothing_here() -> Refused {
    Refused::not_found("there is no such route; GET / lists them")
}

async fn wrong_method() -> Refused {
    Refused::wrong_method("this route does not know that method; GET / lists what each route knows")
}

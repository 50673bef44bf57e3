//! The guarded API: JSON for the script in the page, never a token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::json;

use super::visitor::Visitor;
use crate::app::App;

/// `GET /api/ping` → `{"msg":"Hello, world"}`.
pub(crate) async fn ping() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"msg":"Hello, world"}"#).into_response()
}

/// `GET /api/parts` → the same, in parts, as from somebody who does not know yet how it ends.
pub(crate) async fn parts() -> Response {
    let parts = [r#"{"msg":"#, r#""Hello, "#, r#"world"}"#].map(Ok::<_, Infallible>);
    let body = Body::from_stream(stream::iter(parts));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// `GET /api/user` → the claims about the person, `sub` always among them.
pub(crate) async fn user(State(app): State<Arc<App>>, Extension(visitor): Extension<Visitor>) -> Response {
    match visitor.session() {
        Some(session) => Json((app.policy.user)(session)).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "no_user"}))).into_response(),
    }
}

//! The guarded API: JSON for the script in the page, never a token.

use std::array;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{self as http_body, Frame};
use serde_json::json;

use super::visitor::Visitor;
use crate::app::App;

/// `GET /api/ping` → `{"msg":"Hello, world"}`.
pub(crate) async fn ping() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"msg":"Hello, world"}"#).into_response()
}

/// `GET /api/parts` → the same, in parts, as from somebody who does not know yet how it ends.
pub(crate) async fn parts() -> Response {
    let parts = Parts([r#"{"msg":"#, r#""Hello, "#, r#"world"}"#].into_iter());
    ([(header::CONTENT_TYPE, "application/json")], Body::new(parts)).into_response()
}

/// The parts of a body whose length nobody knows.
struct Parts(array::IntoIter<&'static str, 3>);

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))))
    }
}

/// `GET /api/user` → the claims about the person, `sub` always among them.
pub(crate) async fn user(State(app): State<Arc<App>>, Extension(visitor): Extension<Visitor>) -> Response {
    match visitor.session() {
        Some(session) => Json((app.policy.user)(session)).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "no_user"}))).into_response(),
    }
}

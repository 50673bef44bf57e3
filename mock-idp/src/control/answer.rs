//! Answers and refusals of the control API, and how its bodies are read.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::tenant::{Registry, Tenant};

/// Bodies of the control API are small.
const LIMIT: usize = 1024 * 1024;

/// Why a request is refused; the text says what to write instead.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    error: String,
}

impl Refused {
    pub(super) fn bad(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }

    pub(super) fn forbidden(error: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, error: error.into() }
    }

    pub(super) fn not_found(error: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.into() }
    }

    pub(super) fn wrong_method(error: impl Into<String>) -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, error: error.into() }
    }

    fn late(patience: Duration) -> Self {
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            error: format!("the body took longer than {patience:?}; send it at once"),
        }
    }

    fn media_type() -> Self {
        Self {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            error: "the body must be JSON; send the header content-type: application/json".into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(json!({ "error": self.error }))).into_response();
        if self.status == StatusCode::REQUEST_TIMEOUT {
            // The rest of the body belongs to nothing.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// How long a body may take to arrive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience(pub(super) Duration);

/// A JSON body.
pub(super) struct Json(pub(super) Value);

impl Json {
    /// The body as a value of some type; the error names what is expected.
    pub(super) fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Refused> {
        serde_json::from_value(self.0).map_err(|error| Refused::bad(error.to_string()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, Refused> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        // Pages of other origins cannot send this type without asking first.
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Refused::media_type());
        }
        let Patience(patience) =
            *request.extensions().get::<Patience>().expect("the service tells every request its patience");
        let body = tokio::time::timeout(patience, to_bytes(request.into_body(), LIMIT));
        let bytes = body.await.map_err(|_| Refused::late(patience))?.map_err(|_| {
            Refused::bad(format!("the body broke off or is larger than {LIMIT} bytes; send less"))
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Refused::bad(format!("not JSON: {error}")))
    }
}

/// The issuer that the path names.
pub(super) struct Named(pub(super) Tenant);

impl FromRequestParts<Arc<Registry>> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Result<Self, Refused> {
        let Path(name) = Path::<String>::from_request_parts(parts, registry)
            .await
            .map_err(|error| Refused::bad(error.to_string()))?;
        let state = match name.as_str() {
            "_default" => Some(registry.default_state()),
            slug => registry.get(slug),
        };
        let state = state.ok_or_else(|| {
            Refused::not_found(format!(
                "there is no issuer \"{name}\"; make it with POST /tenants and {{\"slug\": \"{name}\"}}, or use \
                 _default"
            ))
        })?;
        Ok(Self(Tenant::new(state, registry)))
    }
}

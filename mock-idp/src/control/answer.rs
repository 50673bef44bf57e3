//! Answers and refusals of the control API, and how its bodies are read.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::protocol::Params;
use crate::settings::names_of;
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

    /// The same, and what to write instead.
    pub(super) fn advising(self, advice: &str) -> Self {
        Self { error: format!("{}; {advice}", self.error), ..self }
    }

    pub(super) fn forbidden(error: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, error: error.into() }
    }

    pub(super) fn not_found(error: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.into() }
    }

    /// It would fit another time, or another issuer.
    pub(super) fn conflict(error: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, error: error.into() }
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
        // A list of values in the order of the members would be read as well, and mean who knows what.
        if self.0.is_array() {
            return Err(Refused::bad("the body is a list; write a JSON object with named members"));
        }
        let names = names_of::<T>();
        if !self.0.is_object() && !names.is_empty() {
            return Err(Refused::bad(format!("write a JSON object with {}", names.join(", "))));
        }
        serde_json::from_value(self.0).map_err(|error| Refused::bad(plain(&error.to_string())))
    }
}

/// What serde says, without the names that things have in Rust.
fn plain(error: &str) -> String {
    let mut words = Vec::new();
    let mut rest = error.split(' ').peekable();
    while let Some(word) = rest.next() {
        match word.trim_end_matches(',') {
            "internally" | "tagged" => {}
            "struct" | "enum" | "variant" => {
                let name = rest.next().unwrap_or_default();
                words.push(if name.ends_with(',') { "a JSON object," } else { "a JSON object" });
            }
            "u64" | "u32" | "u16" => words.push("a whole number from 0 on"),
            "i64" | "i32" => words.push("a whole number"),
            _ => words.push(word),
        }
    }
    words.join(" ").replace('`', "\"").replace("a map", "an object").replace("a sequence", "a list")
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
        let name = in_path(parts, registry, "tenant").await?;
        let state = match name.as_str() {
            DEFAULT => Some(registry.default_state()),
            slug => registry.get(slug),
        };
        let state = state.ok_or_else(|| {
            Refused::not_found(format!(
                "there is no issuer \"{name}\"; make it with POST /tenants and {{\"slug\": \"{name}\"}}, or use \
                 {DEFAULT}"
            ))
        })?;
        Ok(Self(Tenant::new(state, registry)))
    }
}

/// What the path calls the default issuer.
pub(super) const DEFAULT: &str = "_default";

/// The last part of the path: the client, person, fault or exchange.
pub(super) struct Item(pub(super) String);

impl FromRequestParts<Arc<Registry>> for Item {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, registry: &Arc<Registry>) -> Result<Self, Refused> {
        in_path(parts, registry, "item").await.map(Self)
    }
}

impl Item {
    /// The number that it is.
    pub(super) fn number(&self) -> Result<u64, Refused> {
        self.0
            .parse()
            .map_err(|_| Refused::bad(format!("\"{}\" is no number; use one from the list", self.0)))
    }
}

async fn in_path(parts: &mut Parts, registry: &Arc<Registry>, name: &str) -> Result<String, Refused> {
    let Path(mut path) = Path::<HashMap<String, String>>::from_request_parts(parts, registry)
        .await
        .map_err(|error| Refused::bad(format!("the path cannot be read: {error}")))?;
    path.remove(name).ok_or_else(|| Refused::bad("the path is incomplete; GET / lists the routes"))
}

/// The query of the URL.
pub(super) struct Query(Params);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Params::parse(parts.uri.query().unwrap_or_default())))
    }
}

impl Query {
    /// The parameters, if they are of these names and none comes twice or is empty.
    pub(super) fn only(self, names: &[&str]) -> Result<Params, Refused> {
        if let Some((unknown, _)) = self.0.iter().find(|(name, _)| !names.contains(name)) {
            let allowed = match names {
                [] => "this route takes none".to_owned(),
                names => format!("use {}", names.join(", ")),
            };
            return Err(Refused::bad(format!("unknown parameter \"{unknown}\" in the URL; {allowed}")));
        }
        if let Some(name) = self.0.repeated().first() {
            return Err(Refused::bad(format!("the parameter \"{name}\" comes twice; write it once")));
        }
        // The position in an empty trace may be none; a filter without a value was hardly meant.
        let empty = self.0.iter().find(|(name, value)| value.is_empty() && *name != "since");
        if let Some((name, _)) = empty {
            return Err(Refused::bad(format!(
                "the parameter \"{name}\" is empty; give it a value, or leave it out"
            )));
        }
        Ok(self.0)
    }
}

//! Reading a request: in time, no larger than an honest one, and into what a handler gets.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;

use super::call::Call;
use crate::protocol::Params;
use crate::tenant::State;
use crate::trace::Endpoint;

/// No honest request to a provider is larger; some are kept for a while.
const REQUEST_LIMIT: usize = 64 * 1024;
/// No honest request to a provider has more parameters, in its URL or in its body.
const PARAMS_LIMIT: usize = 200;

/// A request, and what to answer if it cannot be had as it was meant.
pub(super) struct Understood {
    pub(super) body: Bytes,
    pub(super) call: Call,
    pub(super) refused: Option<Response>,
}

/// How a request came.
pub(super) struct Asked {
    /// Under which scheme, host and port.
    pub(super) at: String,
    /// How long its body may take.
    pub(super) patience: Duration,
}

/// Reads a request.
pub(super) async fn understood(
    state: &Arc<State>,
    endpoint: Endpoint,
    parts: &Parts,
    body: Body,
    asked: Asked,
) -> Understood {
    let (body, mut refused) = received(body, asked.patience).await;
    let mut params = |text: &str, place| {
        Params::parse_at_most(text, PARAMS_LIMIT).unwrap_or_else(|| {
            refused = Some(too_many(place));
            Params::default()
        })
    };
    let query = params(parts.uri.query().unwrap_or(""), "URL");
    let form = if is(&parts.headers, "application/x-www-form-urlencoded") {
        params(&String::from_utf8_lossy(&body), "body")
    } else {
        Params::default()
    };
    let call = Call {
        state: Arc::clone(state),
        query,
        form,
        json: if is(&parts.headers, "application/json") { body.clone() } else { Bytes::new() },
        is_post: parts.method == Method::POST,
        endpoint,
        bystander: refused.is_some() || !matches!(parts.method, Method::GET | Method::POST),
        asked_at: asked.at,
        authorization: text(&parts.headers, &header::AUTHORIZATION),
        cookies: cookies_of(&parts.headers),
        is_from_elsewhere: text(&parts.headers, &HeaderName::from_static("sec-fetch-site")).as_deref()
            == Some("cross-site"),
        marker: marker_of(&parts.headers),
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
    };
    Understood { body, call, refused }
}

/// The request's body, or what to answer because it cannot be had.
async fn received(body: Body, patience: Duration) -> (Bytes, Option<Response>) {
    if body.is_end_stream() {
        return (Bytes::new(), None);
    }
    match tokio::time::timeout(patience, Limited::new(body, REQUEST_LIMIT).collect()).await {
        Ok(Ok(body)) => (body.to_bytes(), None),
        Ok(Err(error)) => (Bytes::new(), Some(broken(error.as_ref()))),
        Err(_) => (Bytes::new(), Some(late(patience))),
    }
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Response {
    if error.is::<LengthLimitError>() {
        let text = format!("the request body is larger than {REQUEST_LIMIT} bytes; send less\n");
        return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
    }
    (StatusCode::BAD_REQUEST, "the request body broke off\n").into_response()
}

/// What is still to come on the connection belongs to nothing, so it ends here (RFC 9110 15.5.9).
fn late(patience: Duration) -> Response {
    let text = format!("the request body took longer than {patience:?}; send it at once\n");
    (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], text).into_response()
}

fn too_many(place: &str) -> Response {
    let text = format!("the {place} has more than {PARAMS_LIMIT} parameters; send fewer\n");
    (StatusCode::BAD_REQUEST, text).into_response()
}

fn is(headers: &HeaderMap, expected: &str) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = content_type.split(';').next().unwrap_or("").trim();
    media_type.eq_ignore_ascii_case(expected)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The cookies of a request, as one list.
fn cookies_of(headers: &HeaderMap) -> String {
    let lines = headers.get_all(header::COOKIE).iter();
    lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect::<Vec<_>>().join("; ")
}

/// The marker of a request: header `mock-idp-marker`, or cookie `mock_idp_marker`. Octets that are no text make
/// no marker, and those of other cookies hide none.
fn marker_of(headers: &HeaderMap) -> Option<String> {
    let header = headers.get_all("mock-idp-marker").iter().map(HeaderValue::as_bytes);
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = cookies.flat_map(|line| line.as_bytes().split(|octet| *octet == b';'));
    let cookies = cookies.filter_map(|pair| pair.trim_ascii().strip_prefix(b"mock_idp_marker="));
    let texts = header.chain(cookies).filter_map(|marker| std::str::from_utf8(marker).ok());
    texts.filter(|marker| !marker.is_empty()).map(str::to_owned).next()
}

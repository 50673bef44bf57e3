//! The one middleware: it finds the issuer, reads the request, lets it be answered, lies on the wire if told
//! to, and writes the exchange down.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Router, extract::Request};
use http_body_util::BodyExt as _;
use tower::{Service, ServiceExt as _, service_fn};

use super::call::{Call, Reply};
use super::connection::{HangUp, pause};
use super::forwarded::asked_at;
use super::request::{Asked, Understood, understood};
use super::slow::SlowBody;
use crate::endpoints::{nothing_here, place_of, stop_at_page, unknown_tenant};
use crate::fault::{Header, Lies, Seam, Wire};
use crate::routes::shortcut;
use crate::tenant::{Registry, State};
use crate::trace::{self, Endpoint, Kept, Leg, Recorder, Transcript};

/// What the trace keeps of a body.
const TRACED_BODY: usize = 64 * 1024;

/// The routes with the recorder around them.
pub(super) fn recording(
    registry: Arc<Registry>,
    patience: Duration,
    router: Router,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Unpin {
    // Around the router as a whole, so that unknown paths and methods are recorded as well.
    service_fn(move |request| {
        let (registry, router) = (Arc::clone(&registry), router.clone());
        async move { Ok(record(&registry, patience, request, router).await) }
    })
}

async fn record(registry: &Registry, patience: Duration, request: Request, router: Router) -> Response {
    let Located { state, endpoint, ours } = match located(registry, request.uri().path()) {
        Ok(located) => located,
        Err(nowhere) => return unrecorded(nowhere).await,
    };
    let (mut parts, body) = request.into_parts();
    let lies = parts.extensions.remove::<Lies>();
    let arrived = state.clock.unix_millis();
    let asked = Asked { at: asked_at(&parts, &registry.bases), patience };
    let Understood { body, call, refused } = understood(&state, endpoint, &parts, body, asked).await;
    let marker = call.marker.clone();
    let mut transcript = traced_request(&call.asked_at, &parts, &body);
    if let Some(ours) = ours {
        parts.uri = moved(&parts.uri, &ours);
    }
    let (is_head, is_preflight) = (parts.method == Method::HEAD, parts.method == Method::OPTIONS);
    // What the body says is in the call.
    let mut request = Request::from_parts(parts, Body::empty());
    if is_head {
        // Answered like the GET it stands for, so that the headers are the same; the body stays here.
        *request.method_mut() = Method::GET;
    }
    let mut pass = call.pass();
    let (wire, mut faults) = match refused {
        Some(refused) => wire_of(refused).await,
        None => answer(&state, call, request, router).await,
    };
    let mut wire = wire.for_head(is_head);
    if !is_preflight {
        // A browser's question whether it may ask must not eat the lie meant for what it asks.
        pass.wire(Seam::Wire(endpoint), &mut wire);
    }
    faults.extend(pass.into_fired());
    // Browsers warn of a certificate: only an application that asks all the same has believed it.
    let believed = lies.as_ref().filter(|_| endpoint.leg() == Leg::Back);
    faults.extend(believed.into_iter().flat_map(Lies::heard));
    wire.announce();
    write_answer(&mut transcript, &wire);
    let delay = wire.delay;
    // Written down before it is sent: a client that gives up waiting must not erase what happened.
    state.trace.record(Kept {
        seq: 0,
        at_millis: arrived,
        leg: endpoint.leg(),
        recorder: Recorder::Provider,
        endpoint,
        marker,
        transcript,
        faults,
    });
    if delay > 0 {
        pause(Duration::from_millis(delay)).await;
    }
    ready(wire)
}

/// Who hangs up has not answered.
fn write_answer(transcript: &mut Transcript, wire: &Wire) {
    if !wire.hang_up {
        let headers = wire.headers.iter().map(|(name, value)| (&**name, value.as_bytes()));
        match wire.shared() {
            Some(body) => transcript.answered_with(wire.status, headers, excerpt_of(body)),
            None => transcript.answered(wire.status, headers, excerpt(wire.sent())),
        }
    }
}

/// The answer where there is no issuer, and so no trace.
async fn unrecorded(reply: Reply) -> Response {
    let mut wire = wire_of(reply.into_response()).await.0;
    wire.announce();
    ready(wire)
}

async fn answer(
    state: &State,
    call: Call,
    mut request: Request,
    router: Router,
) -> (Wire, Vec<trace::Fired>) {
    if !state.desk().offer.serves(call.endpoint) {
        return wire_of_reply(nothing_here(call).await, std::iter::empty());
    }
    let call = match shortcut(call, request.method()).await {
        Ok(reply) if reply.is_paused() => return wire_of(stop_at_page(state, reply.into_response())).await,
        Ok(reply) => return wire_of_reply(reply, std::iter::empty()),
        Err(call) => call,
    };
    request.extensions_mut().insert(call);
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    wire_of(stop_at_page(state, response)).await
}

/// What a path means.
struct Located {
    state: Arc<State>,
    endpoint: Endpoint,
    /// Our path, if this one is a vendor's.
    ours: Option<String>,
}

fn located(registry: &Registry, path: &str) -> Result<Located, Reply> {
    let (slug, endpoint) = place_of(path);
    let state = match slug {
        None => registry.at_root(path).unwrap_or_else(|| registry.default_state()),
        Some(slug) => registry.get(slug).ok_or_else(|| Reply::from(unknown_tenant(registry, slug)))?,
    };
    let ours = state.place.our_path(path);
    let endpoint = ours.as_deref().map_or(endpoint, |ours| place_of(ours).1);
    Ok(Located { state, endpoint, ours })
}

/// The same URI with another path.
fn moved(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{path}{query}").parse().unwrap_or_else(|_| uri.clone())
}

/// What the trace keeps of a body.
fn excerpt(body: &[u8]) -> &[u8] {
    &body[..body.len().min(TRACED_BODY)]
}

fn excerpt_of(mut body: Bytes) -> Bytes {
    body.truncate(TRACED_BODY);
    body
}

async fn wire_of(response: Response) -> (Wire, Vec<trace::Fired>) {
    let (mut parts, body) = response.into_parts();
    let reply = parts.extensions.remove::<Reply>();
    let listed = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (Cow::Owned(name.as_str().to_owned()), Cow::Owned(value))
    });
    if let Some(reply) = reply {
        return wire_of_reply(reply, listed);
    }
    let headers = listed.collect();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    (Wire::new(parts.status.as_u16(), headers, body), Vec::new())
}

/// A handler's answer, with the headers that were added to it.
fn wire_of_reply(reply: Reply, listed: impl Iterator<Item = Header>) -> (Wire, Vec<trace::Fired>) {
    let Reply { encoded, fired, .. } = reply;
    // A lie may hold what no header can; then the header is left out.
    let own = encoded.headers.into_iter().filter(|(_, value)| is_sendable(value));
    let headers = own.map(|(name, value)| (Cow::Borrowed(name), value)).chain(listed).collect();
    (Wire::new(encoded.status, headers, encoded.body), fired)
}

/// Whether a header can have this value (RFC 9110 5.5).
fn is_sendable(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

fn traced_request(asked_at: &str, parts: &Parts, body: &[u8]) -> Transcript {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers: Vec<_> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    Transcript::of(parts.method.as_str(), (asked_at, target), headers.iter().copied(), excerpt(body))
}

/// The response, about to be sent.
fn ready(mut wire: Wire) -> Response {
    let mut response = Response::new(Body::empty());
    if wire.hang_up {
        response.extensions_mut().insert(HangUp);
        return response;
    }
    *response.status_mut() = StatusCode::from_u16(wire.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().reserve(wire.headers.len());
    for (name, value) in std::mem::take(&mut wire.headers) {
        let value = match value {
            Cow::Borrowed(value) => HeaderValue::from_maybe_shared(Bytes::from_static(value.as_bytes())),
            Cow::Owned(value) => HeaderValue::try_from(value),
        };
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value) {
            response.headers_mut().append(name, value);
        }
    }
    *response.body_mut() = if wire.breaks_off() || wire.bytes_per_second.is_some() {
        Body::new(SlowBody::new(&wire))
    } else {
        Body::from(wire.into_sent())
    };
    response
}

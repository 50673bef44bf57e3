//! The one request that the provider sends: a form, posted to an application's server.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use crate::trace;

/// Longer than this no application may keep a logout waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER_LIMIT: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// What the trace keeps of the request.
pub(super) fn request(uri: &str, body: &str) -> trace::Request {
    let headers = vec![("content-type".to_owned(), FORM.to_owned())];
    trace::Request { method: "POST".to_owned(), url: uri.to_owned(), headers, body: body.to_owned() }
}

/// Whether this provider can post to an address at all.
pub(crate) fn is_deliverable(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| speaks(&url))
}

fn speaks(url: &Url) -> bool {
    url.scheme() == "http"
}

/// Posts a form, in bounded time, and follows nothing. An error is a sentence.
pub(super) async fn post(url: &Url, body: String) -> Result<trace::Response, String> {
    match tokio::time::timeout(PATIENCE, exchange(url, body)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("{url} did not answer within {PATIENCE:?}")),
    }
}

async fn exchange(url: &Url, body: String) -> Result<trace::Response, String> {
    if !speaks(url) {
        return Err(format!(
            "logout tokens are posted over plain http only, and {url} is not; register a backchannel_logout_uri \
             that starts with http://"
        ));
    }
    let host = url.host_str().ok_or_else(|| format!("{url} has no host"))?;
    let port = url.port_or_known_default().unwrap_or(80);
    let unreachable = |cause: &dyn std::fmt::Display| format!("{url} cannot be reached: {cause}");
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .map_err(|error| unreachable(&error))?;
    let (mut sender, connection) =
        handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
    // It ends with the sender, or with the peer.
    tokio::spawn(connection);
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::post(target)
        .header("host", &url[url::Position::BeforeHost..url::Position::AfterPort])
        .header("content-type", FORM)
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| unreachable(&error))?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| format!("{url} broke the connection off: {error}"))?;
    read(response).await.ok_or_else(|| format!("{url} sent an answer that is too long or breaks off"))
}

async fn read(response: Response<hyper::body::Incoming>) -> Option<trace::Response> {
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT).collect().await.ok()?.to_bytes();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Some(trace::Response {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

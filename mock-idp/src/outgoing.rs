//! The requests that the provider sends: a logout token to an application's server, and a look at a request object that
//! a client registered the address of.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::{Position, Url};

use crate::trace::{self, Endpoint, Exchange, Leg, Recorder};

/// Longer than this nobody may keep a logout or a login waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER_LIMIT: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// A request to somebody else's server.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    request: trace::Request,
}

impl Outgoing {
    /// Posts a form.
    pub(crate) fn post(uri: &str, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), FORM.to_owned())];
        let (url, body) = (uri.to_owned(), body.to_owned());
        Self { request: trace::Request { method: "POST".to_owned(), url, headers, body } }
    }

    /// Asks for a document.
    pub(crate) fn get(uri: &str) -> Self {
        let (method, url) = ("GET".to_owned(), uri.to_owned());
        Self { request: trace::Request { method, url, headers: Vec::new(), body: String::new() } }
    }

    /// Sends it, in bounded time, and follows nothing. An error is a sentence.
    pub(crate) async fn send(&self) -> Result<trace::Response, String> {
        let url = &self.request.url;
        match tokio::time::timeout(PATIENCE, exchange(&self.request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("{url} did not answer within {PATIENCE:?}")),
        }
    }

    /// What the trace keeps of it.
    pub(crate) fn exchange(
        self,
        endpoint: Endpoint,
        at_millis: i64,
        response: Option<trace::Response>,
    ) -> Exchange {
        Exchange {
            seq: 0,
            at_millis,
            leg: Leg::Back,
            recorder: Recorder::Provider,
            endpoint,
            marker: None,
            request: self.request,
            response,
            faults: Vec::new(),
        }
    }
}

/// Whether this provider can reach an address at all.
pub(crate) fn is_reachable(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| speaks(&url))
}

fn speaks(url: &Url) -> bool {
    url.scheme() == "http"
}

async fn exchange(request: &trace::Request) -> Result<trace::Response, String> {
    let url = Url::parse(&request.url).map_err(|error| format!("{} is not a URL: {error}", request.url))?;
    if !speaks(&url) {
        return Err(format!(
            "this provider speaks plain http only, and {url} is not; register an address that starts with http://"
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
    let mut written = Request::builder()
        .method(request.method.as_str())
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header("host", &url[Position::BeforeHost..Position::AfterPort]);
    for (name, value) in &request.headers {
        written = written.header(name, value);
    }
    let body = Full::new(Bytes::from(request.body.clone()));
    let written = written.body(body).map_err(|error| unreachable(&error))?;
    let response = sender
        .send_request(written)
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

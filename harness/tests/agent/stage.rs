//! A small stage: two servers that do what the query tells them and remember who asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use harness::agent::AgentOptions;
use mock_idp::{Clock, Params};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use url::Url;

/// One request as a server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The names of the cookies that came along, in order.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let header = self.header("cookie").unwrap_or_default();
        header.split("; ").filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned()).collect()
    }
}

/// What is answered at one path, whatever the query says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) html: String,
}

#[derive(Default)]
struct Memory {
    log: Mutex<Vec<Seen>>,
    answers: Mutex<HashMap<String, Answer>>,
    asked: Notify,
}

/// A server on a port of its own; it stops with the test's runtime.
#[derive(Clone)]
pub(crate) struct Server {
    address: SocketAddr,
    memory: Arc<Memory>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let (address, listeners) = listen().await;
        let memory = Arc::new(Memory::default());
        let router = Router::new().fallback(act).with_state(Arc::clone(&memory));
        for listener in listeners {
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        Self { address, memory }
    }

    /// From now on, answers like this at a path.
    pub(crate) fn serve(&self, path: &str, answer: Answer) {
        self.memory.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// The last request for a path, waited for if nobody has asked yet.
    pub(crate) async fn arrival(&self, path: &str) -> Option<Seen> {
        let arrived = async {
            loop {
                let asked = self.memory.asked.notified();
                if self.count(path) > 0 {
                    return self.last(path);
                }
                asked.await;
            }
        };
        tokio::time::timeout(SHORT * 30, arrived).await.ok()
    }

    /// The address of a path on this server under a host name of choice.
    pub(crate) fn at(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("http://{host}:{}{path}", self.address.port())).unwrap()
    }

    /// The last request for a path.
    #[track_caller]
    pub(crate) fn last(&self, path: &str) -> Seen {
        let log = self.memory.log.lock().unwrap();
        log.iter()
            .rev()
            .find(|seen| seen.path == path)
            .cloned()
            .unwrap_or_else(|| panic!("nobody asked for {path}"))
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.memory.log.lock().unwrap().iter().filter(|seen| seen.path == path).count()
    }
}

/// A port that is free on both addresses of this machine.
async fn listen() -> (SocketAddr, [TcpListener; 2]) {
    loop {
        let four = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = four.local_addr().unwrap();
        match TcpListener::bind(("::1", address.port())).await {
            Ok(six) => return (address, [four, six]),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => panic!("the tables tell of [::1], which this machine does not have: {error}"),
        }
    }
}

/// The provider on one host, the application on another.
pub(crate) struct Stage {
    pub(crate) idp: Server,
    pub(crate) app: Server,
    pub(crate) clock: Clock,
}

impl Stage {
    pub(crate) async fn start(clock: Clock) -> Self {
        Self { idp: Server::start().await, app: Server::start().await, clock }
    }

    pub(crate) fn options(&self) -> AgentOptions {
        AgentOptions::new(self.idp.at("127.0.0.1", "/"), self.clock.clone())
    }

    pub(crate) fn idp(&self, path: &str) -> Url {
        self.idp.at("127.0.0.1", path)
    }

    pub(crate) fn app(&self, path: &str) -> Url {
        self.app.at("localhost", path)
    }
}

/// `path?name=value&…`, written so that addresses can be values.
pub(crate) fn with(path: &str, query: &[(&str, &str)]) -> String {
    let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    format!("{path}?{}", Params(pairs).encode())
}

async fn act(
    State(memory): State<Arc<Memory>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = uri.path().to_owned();
    let seen = Seen { method: method.to_string(), path: path.clone(), headers, body };
    let answer = memory.answers.lock().unwrap().get(&path).map(|answer| answer.to(&seen));
    memory.log.lock().unwrap().push(seen);
    memory.asked.notify_waiters();
    if let Some(answer) = answer {
        return answer;
    }
    let query = Params::parse(uri.query().unwrap_or_default());
    if path == "/silent" {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(given(&query, "status").unwrap_or("200"));
    for (name, value) in &query.0 {
        response = match name.as_str() {
            "cookie" => response.header("set-cookie", value),
            "location" => response.header("location", value),
            "allow" => response.header("access-control-allow-origin", value),
            "allow-credentials" => response.header("access-control-allow-credentials", value),
            "allow-headers" => response.header("access-control-allow-headers", value),
            "referrer-policy" => response.header("referrer-policy", value),
            "header" => match value.split_once(": ") {
                Some((name, value)) => response.header(name, value),
                None => response,
            },
            _ => response,
        };
    }
    if path == "/broken" {
        return response.header("content-length", "1000").body(broken_body()).unwrap();
    }
    response.header("content-type", "text/html; charset=utf-8").body(Body::from(page(&path, &query))).unwrap()
}

impl Answer {
    /// Every origin that asks is let in.
    fn to(&self, seen: &Seen) -> Response {
        let mut response = Response::builder()
            .status(self.status)
            .header("content-type", "text/html; charset=utf-8")
            .header("access-control-allow-origin", seen.header("origin").unwrap_or("*"))
            .header("access-control-allow-credentials", "true");
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        response.body(Body::from(self.html.clone())).unwrap()
    }
}

fn given<'a>(query: &'a Params, name: &str) -> Option<&'a str> {
    query.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Promises a thousand bytes, sends a few and hangs up.
fn broken_body() -> Body {
    let parts = [Ok("<html>"), Err(std::io::Error::other("hung up on purpose"))];
    Body::from_stream(futures::stream::iter(parts))
}

fn page(path: &str, query: &Params) -> String {
    if let Some(document) = given(query, "html") {
        return document.to_owned();
    }
    let to = given(query, "to").unwrap_or_default().replace('&', "&amp;");
    let enctype = given(query, "enctype").unwrap_or_default();
    let title = path.trim_start_matches('/');
    let body = match path {
        "/form" => format!(
            "<form method=post action='{to}' enctype='{enctype}'><input type=hidden name=state value=s1>\
             <input type=hidden name=id_token value='a b&amp;c'><noscript><button>Continue</button></noscript></form>\
             <script>document.forms[0].submit()</script>"
        ),
        "/login" => format!(
            "<h1>Sign in</h1><form method=post action='{to}'><input type=hidden name=csrf value=x>\
             <label>Name<input name=username></label><label>Password<input name=password type=password></label>\
             <button name=as value=sign-in>Sign in</button><button name=as value=deny>Deny</button></form>\
             <a href='/elsewhere'>Help me</a>"
        ),
        "/refresh" => format!("<meta http-equiv=refresh content='0;url={to}'>Wait"),
        _ => format!("<h1>This is {title}</h1>"),
    };
    format!("<!doctype html><title>{title}</title><body>{body}</body>")
}

/// Short enough to wait for in a test, long enough for a loaded machine.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

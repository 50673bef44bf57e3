//! Keeping web pages out. The control API listens on loopback, where every page in a browser can reach it: by
//! a name that was rebound to 127.0.0.1, or by a plain cross-site request.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::answer::Refused;

/// Lets only programs and the control API's own pages in.
pub(super) async fn admit(Shared(names): Shared<Names>, request: Request, next: Next) -> Response {
    let refused = refusal(request.headers(), &names.0, is_page(request.method(), request.uri().path()));
    match refused {
        Some(refused) => refused.into_response(),
        None => next.run(request).await,
    }
}

/// Whether somebody may come here by a link on another page, such as the provider's own: the page changes
/// nothing, cannot be framed, and another origin cannot read it.
fn is_page(method: &Method, path: &str) -> bool {
    method == Method::GET && (path.ends_with("/viewer") || path == "/openapi.json")
}

/// The names under which the control API answers.
#[derive(Clone)]
pub(super) struct Names(Arc<[String]>);

impl Names {
    /// Where it listens; the names that lead there from a host file or a tunnel; those of the settings, which come
    /// first where others than this machine are meant.
    pub(super) fn new(address: SocketAddr, hosts: &[String]) -> Self {
        let port = address.port();
        let mut own = vec![
            address.to_string(),
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
        ];
        let place = if address.ip().is_loopback() { own.len() } else { 0 };
        own.splice(place..place, hosts.iter().cloned());
        Self(own.into())
    }
}

fn refusal(headers: &HeaderMap, own: &[String], is_page: bool) -> Option<Refused> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    if !own.iter().any(|name| name == host) {
        return Some(Refused::forbidden(format!(
            "the control API answers only under its own name; ask {} instead of \"{host}\", or name that in the \
             setting control_hosts",
            own[0]
        )));
    }
    if let Some(origin) = text(header::ORIGIN)
        && !own.iter().any(|name| origin == format!("http://{name}"))
    {
        return Some(Refused::forbidden(format!(
            "pages of another origin ({origin}) may not use the control API; call it from a program"
        )));
    }
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => None,
        Some(_) if is_page && is_navigation(headers) => None,
        Some(site) => Some(Refused::forbidden(format!(
            "a {site} request from a page may not use the control API; call it from a program"
        ))),
    }
}

/// Whether a browser opens this in a window of its own.
fn is_navigation(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

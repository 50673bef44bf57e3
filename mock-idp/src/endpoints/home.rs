//! `GET /` → the landing page. `GET /healthz` → `ok`. Anything unknown → a page that says where to go.

mod snippets;

use askama::Template;
use axum::Extension;
use serde_json::Value;

use super::page::page;
use super::path;
use crate::checks::Rules;
use crate::client::Client;
use crate::login::User;
use crate::pages::{ProblemPage, Styled};
use crate::protocol::Encoded;
use crate::server::{Call, ControlUrl, Reply};
use crate::tenant::{Registry, State};
use snippets::{Facts, Snippet, snippets};

/// The landing page.
#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'p> {
    issuer: &'p str,
    endpoints: &'p [(String, String)],
    clients: &'p [String],
    people: &'p [User],
    is_lenient: bool,
    snippets: &'p [Snippet],
    /// The trace viewer of this issuer, if there is a control API.
    viewer: Option<String>,
    control: Option<&'p str>,
}

impl Styled for HomePage<'_> {}

pub(crate) async fn show(call: Call, Extension(ControlUrl(control)): Extension<ControlUrl>) -> Reply {
    let state = &*call.state;
    let (clients, users, rules) = {
        let desk = state.desk();
        (desk.clients(), desk.users(), desk.rules)
    };
    let endpoints = endpoints(state);
    let (client_id, client_secret) = credentials(&clients, rules);
    let facts = Facts {
        issuer: &state.issuer,
        discovery: &state.at(path::DISCOVERY),
        endpoint: &|name| value_of(&endpoints, name),
        client_id: &client_id,
        client_secret: &client_secret,
    };
    let ids: Vec<String> = clients.iter().map(|client| client.client_id.clone()).collect();
    let tenant = state.slug.as_deref().unwrap_or("_default");
    let template = HomePage {
        issuer: &state.issuer,
        endpoints: &endpoints,
        clients: &ids,
        people: &users,
        is_lenient: rules == Rules::Lenient,
        snippets: &snippets(&facts),
        viewer: control.as_ref().map(|control| format!("{control}/tenants/{tenant}/viewer")),
        control: control.as_deref(),
    };
    page(200, &template).into()
}

/// Every address in the metadata, under its name there.
fn endpoints(state: &State) -> Vec<(String, String)> {
    let metadata: Value = serde_json::from_slice(&state.metadata(false)).unwrap_or_default();
    let mut endpoints = vec![("discovery".to_owned(), state.at(path::DISCOVERY))];
    for (name, value) in metadata.as_object().into_iter().flatten() {
        if let Some(url) = value.as_str().filter(|url| name != "issuer" && url.contains("://")) {
            endpoints.push((name.clone(), url.to_owned()));
        }
    }
    endpoints.push(("health".to_owned(), state.at(path::HEALTH)));
    endpoints
}

fn value_of(endpoints: &[(String, String)], name: &str) -> String {
    endpoints.iter().find(|(known, _)| known == name).map(|(_, url)| url.clone()).unwrap_or_default()
}

/// The client that the examples name: a registered one, or under lenient rules anybody.
fn credentials(clients: &[Client], rules: Rules) -> (String, String) {
    let client = clients.iter().find(|client| !client.redirect_uris.is_empty() || rules == Rules::Strict);
    let id = client.map_or("my-app", |client| &client.client_id);
    let secret = client.and_then(|client| client.client_secret.as_deref()).unwrap_or("any-secret-will-do");
    (id.to_owned(), secret.to_owned())
}

pub(crate) async fn health() -> Reply {
    let headers = vec![("content-type", "text/plain; charset=utf-8".into())];
    Encoded { status: 200, headers, body: "ok\n".into() }.into()
}

pub(crate) async fn nothing_here(call: Call) -> Reply {
    let template = ProblemPage {
        title: "Nothing here",
        problem: &format!("This provider has nothing at {}.", call.target),
        remedy: "Its endpoints are in its metadata and on its landing page.",
        difference: None,
        home: &call.state.base,
    };
    page(404, &template).into()
}

/// The router adds which methods there are.
pub(crate) async fn wrong_method() -> Reply {
    let headers = vec![("content-type", "text/plain; charset=utf-8".into())];
    let body = "this method is not answered here; use one of those that the header Allow names\n".into();
    Encoded { status: 405, headers, body }.into()
}

/// The answer for an issuer that nobody made.
pub(crate) fn unknown_tenant(registry: &Registry, slug: &str) -> Encoded {
    let template = ProblemPage {
        title: "No such issuer",
        problem: &format!("Nobody has made the issuer {}/t/{slug}.", registry.base_url),
        remedy: &format!(
            "Make it with POST /tenants and {{\"slug\": \"{slug}\"}} at the control API, or in a test with \
             MockIdp::new_tenant(\"{slug}\", …)."
        ),
        difference: None,
        home: &registry.base_url,
    };
    page(404, &template)
}

//! `GET /` → the landing page. `GET /healthz` → `ok`. Anything unknown → a page that says where to go.

use super::page::page;
use super::path;
use crate::checks::Rules;
use crate::pages::{HomePage, ProblemPage};
use crate::protocol::Encoded;
use crate::server::{Call, Reply};
use crate::tenant::Registry;

pub(crate) async fn show(call: Call) -> Reply {
    let state = &*call.state;
    let (clients, users, rules) = {
        let desk = state.desk();
        (desk.clients(), desk.users(), desk.rules)
    };
    let at = |path: &str| state.at(path);
    let endpoints = [
        ("discovery", at(path::DISCOVERY)),
        ("keys", at(path::JWKS)),
        ("authorization", at(path::AUTHORIZE)),
        ("end of session", at(path::END_SESSION)),
        ("health", at(path::HEALTH)),
    ];
    let clients: Vec<String> = clients.iter().map(|client| client.client_id.clone()).collect();
    let template = HomePage {
        issuer: &state.issuer,
        endpoints: &endpoints,
        clients: &clients,
        people: &users,
        rules: match rules {
            Rules::Lenient => "lenient",
            Rules::Strict => "strict",
        },
    };
    page(200, &template).into()
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

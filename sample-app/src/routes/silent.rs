//! Silent login: whoever opens a page without a session is asked about at the provider first, who shows them nothing
//! (`prompt=none`, OpenID Connect Core 3.1.2.1). Tried once in the life of a browser window, so that nobody goes round
//! in circles.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};

use super::around::{Page, admit};
use super::login;
use super::visitor::{Visitor, is_navigation, set_cookies};
use crate::app::App;
use crate::error::Refusal;
use crate::oidc::authorize::Wanted;
use crate::oidc::callback::Decision;
use crate::rule::{Rule, check};

/// A request that may be worth a silent login.
pub(crate) struct Visit {
    method: Method,
    path: String,
    headers: HeaderMap,
}

/// One row about such a request.
pub(crate) type SilentRule = Rule<Visit, ()>;

/// What a request is that starts a silent login: a person who opens a page. Pictures, scripts and calls of the API start
/// none.
pub(crate) fn silent_rules() -> Vec<SilentRule> {
    let row = |name, holds| SilentRule::new(name, "OIDC Core 3.1.2.1", holds);
    vec![
        row("silent-get", |visit, ()| visit.method == Method::GET),
        row("silent-navigation", |visit, ()| is_navigation(&visit.headers)),
        row("silent-html", |visit, ()| {
            let accept = visit.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            accept.is_some_and(|accept| accept.to_ascii_lowercase().contains("text/html"))
        }),
        row("silent-page", |visit, ()| !visit.path.starts_with("/api/") && visit.path != "/favicon.ico"),
    ]
}

/// Tries a silent login for those without a session. A provider that cannot be asked keeps nobody from the page.
pub(super) async fn attempt(app: Arc<App>, request: Request, page: impl Page) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let visit = Visit {
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        headers: request.headers().clone(),
    };
    let mark = &app.policy.cookies.silent;
    let is_due = visitor.session().is_none()
        && !visitor.has_cookie(&mark.name)
        && check(&app.policy.silent, &visit, &()).is_ok();
    let Some(provider) = app.providers.first().filter(|_| is_due) else {
        return admit(app, request, page).await;
    };
    let place = request.uri().path_and_query().map_or("/", |place| place.as_str()).to_owned();
    let wanted = Wanted { return_to: &place, said: None, silent: true };
    let mut response = match login::start(&app, provider, &visitor, &visit.headers, wanted).await {
        Ok(response) => response,
        Err(_) => admit(app.clone(), request, page).await,
    };
    set_cookies(&mut response, vec![mark.set_for_window("true")]);
    response
}

/// Did the provider say no, rather than something that is wrong?
pub(crate) fn is_an_answer(refusal: &Refusal) -> bool {
    refusal.reason == "error-response-precedence"
}

/// Where a silent login ends that the provider could not grant without asking: where it was begun, as if nothing had
/// been. Nobody asked to log in, so nobody is told that it failed.
pub(crate) fn give_up(app: &App, decision: &Decision) -> Option<Response> {
    let refusal = decision.outcome.as_ref().err()?;
    let silent = decision.ends.iter().find(|transaction| transaction.silent)?;
    if !(app.policy.gives_up)(refusal) {
        return None;
    }
    let place = (app.policy.return_at_end)(&silent.return_to, app.settings.base_url.url());
    let location = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    Some((app.policy.callback.redirect, [(header::LOCATION, location)]).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_that_a_person_opens_is_worth_it() {
        let verdict = |method: Method, path: &str, headers: &[(&'static str, &str)]| {
            let pairs = headers.iter().map(|(name, value)| {
                (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
            });
            let visit = Visit { method, path: path.into(), headers: pairs.collect() };
            check(&silent_rules(), &visit, &()).err().map(|refusal| refusal.reason)
        };
        let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        assert_eq!(verdict(Method::GET, "/", &[html]), None);
        assert_eq!(verdict(Method::GET, "/a", &[html, ("sec-fetch-dest", "document")]), None);
        for (method, path, headers, row) in [
            (Method::POST, "/", vec![html], "silent-get"),
            (Method::HEAD, "/", vec![html], "silent-get"),
            (Method::GET, "/", vec![html, ("sec-fetch-mode", "cors")], "silent-navigation"),
            (Method::GET, "/", vec![html, ("sec-fetch-dest", "iframe")], "silent-navigation"),
            (Method::GET, "/", vec![html, ("sec-purpose", "prefetch")], "silent-navigation"),
            (Method::GET, "/x.png", vec![("accept", "image/avif,*/*")], "silent-html"),
            (Method::GET, "/", vec![], "silent-html"),
            (Method::GET, "/api/ping", vec![html], "silent-page"),
            (Method::GET, "/favicon.ico", vec![html], "silent-page"),
        ] {
            assert_eq!(verdict(method, path, &headers), Some(row), "{path} {headers:?}");
        }
    }
}

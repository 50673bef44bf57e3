//! Requests that change something come from the app's own pages (BCP for browser-based apps 6.1.3.3): whatever cookies
//! another site's form or script carries along, it cannot say that it is this site.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::visitor::{Visitor, is_navigation};
use crate::app::App;
use crate::error::Refusal;
use crate::pages::{Message, message};
use crate::rule::{Rule, check};

/// A request that would change something.
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

/// One row about such a request, given the origin of the app.
pub(crate) type ChangeRule = Rule<Change, String>;

/// What browsers add and pages of other sites cannot: where the request was made. A call of the API also has a header of
/// its own, for which a browser asks first wherever it comes from another origin.
pub(crate) fn change_rules() -> Vec<ChangeRule> {
    let row = |name, holds| ChangeRule::new(name, "RFC 9700 4.7.1", holds).status(StatusCode::FORBIDDEN);
    vec![
        row("change-site", |change, _| is_absent_or(change, "sec-fetch-site", |site| site == "same-origin")),
        row("change-origin", |change, own| is_absent_or(change, "origin", |origin| origin == own)),
        row("change-proof", |change, _| {
            ["sec-fetch-site", "origin", "x-requested-with"]
                .iter()
                .any(|name| change.headers.contains_key(*name))
        }),
        row("change-api-header", |change, _| {
            !change.path.starts_with("/api/") || change.headers.contains_key("x-requested-with")
        }),
    ]
}

fn is_absent_or(change: &Change, name: &str, holds: impl Fn(&str) -> bool) -> bool {
    change.headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&holds))
}

/// The same for an answer of the login's own.
pub(super) async fn own_changes(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match stopped(&app, &request) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// Refuses what would change something and was not asked for by a page of the app. Reading is free.
pub(super) fn stopped(app: &App, request: &Request) -> Option<Response> {
    if request.method().is_safe() {
        return None;
    }
    let change = Change { path: request.uri().path().to_owned(), headers: request.headers().clone() };
    let own = app.settings.base_url.url().origin().ascii_serialization();
    let refusal = check(&app.policy.changes, &change, &own).err()?;
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    Some(refuse(app, &visitor, request.headers(), &refusal))
}

fn refuse(app: &App, visitor: &Visitor, headers: &HeaderMap, refusal: &Refusal) -> Response {
    tracing::warn!(reason = refusal.reason, clause = refusal.clause, "change refused");
    let wants_page =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    if is_navigation(headers) && wants_page {
        return message(app, visitor, &Message { code: Some(refusal.reason), ..Message::NOT_OWN });
    }
    (refusal.status, Json(json!({"error": "forbidden", "reason": refusal.reason}))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_change_is_asked_for_by_a_page_of_the_app_and_by_nobody_else() {
        let verdict = |path: &str, headers: &[(&'static str, &str)]| {
            let pair = |(name, value): &(&'static str, &str)| {
                (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
            };
            let change = Change { path: path.into(), headers: headers.iter().map(pair).collect() };
            let own = "https://app.example".to_owned();
            check(&change_rules(), &change, &own).err().map(|refusal| refusal.reason)
        };
        let (own, here) = (("origin", "https://app.example"), ("sec-fetch-site", "same-origin"));
        let script = ("x-requested-with", "fetch");

        for headers in [vec![own, here], vec![own], vec![here], vec![script]] {
            assert_eq!(verdict("/logout", &headers), None, "{headers:?}");
        }
        assert_eq!(verdict("/api/note", &[own, here, script]), None);
        for (path, headers, row) in [
            ("/logout", vec![own, ("sec-fetch-site", "cross-site")], "change-site"),
            ("/logout", vec![own, ("sec-fetch-site", "same-site")], "change-site"),
            ("/logout", vec![("sec-fetch-site", "none")], "change-site"),
            ("/logout", vec![here, ("origin", "https://evil.example")], "change-origin"),
            ("/logout", vec![("origin", "null")], "change-origin"),
            ("/logout", vec![("origin", "https://app.example.evil")], "change-origin"),
            ("/logout", vec![], "change-proof"),
            ("/api/note", vec![own, here], "change-api-header"),
        ] {
            assert_eq!(verdict(path, &headers), Some(row), "{path} {headers:?}");
        }
    }
}

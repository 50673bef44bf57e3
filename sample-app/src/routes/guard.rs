//! What is behind the login, and what whoever may not see it is answered.

use axum::Json;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::login;
use super::visitor::{Visitor, is_navigation};
use crate::app::App;
use crate::config::{ApiUnauthenticated, Settings};
use crate::oidc::authorize::Wanted;
use crate::oidc::keys::BoxFuture;
use crate::pages::login_from;

/// What the log says of those who may not see it.
const NO_SESSION: &str = "no-session";

/// One guarded address.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    pub(crate) path: &'static str,
    /// Who gets through: people with a session.
    pub(crate) admits: fn(&Visitor) -> bool,
    /// Answers everybody else.
    pub(crate) refuse: Refuse,
}

type Refuse = for<'a> fn(&'a App, &'a Asked) -> BoxFuture<'a, Response>;

/// What a browser that is not let through asked for.
pub(crate) struct Asked {
    pub(crate) visitor: Visitor,
    pub(crate) headers: HeaderMap,
    /// Path and query, or the home page for anything that cannot be asked for again.
    pub(crate) place: String,
    /// Somebody opened it, and can open it again.
    is_opened: bool,
}

/// Everything behind the login; nothing where there is no login.
pub(crate) fn guards(settings: &Settings) -> Vec<Guard> {
    if !settings.has_login() {
        return Vec::new();
    }
    let api = to_scripts(settings);
    let row = |path, refuse| Guard { path, admits: |visitor| visitor.session().is_some(), refuse };
    vec![row("/profile", send_to_login), row("/api/ping", api), row("/api/parts", api), row("/api/user", api)]
}

/// Who needs no session or has one gets through; the first row that does not admit a request stops it.
pub(super) fn stopped<'a>(app: &'a App, request: &Request) -> Option<(&'a Guard, Asked)> {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let stops = |guard: &&Guard| guard.path == request.uri().path() && !(guard.admits)(&visitor);
    let guard = app.policy.guards.iter().find(stops)?;
    Some((guard, Asked::new(visitor, request.method(), request.uri(), request.headers())))
}

/// Answers somebody without a session at an address of which only the handler knows that it needs one: people are sent
/// to the login, scripts get what the settings say.
pub(crate) async fn turn_away(app: &App, parts: &Parts) -> Response {
    let visitor = parts.extensions.get::<Visitor>().cloned().unwrap_or_default();
    let refuse = if is_navigation(&parts.headers) { send_to_login } else { to_scripts(&app.settings) };
    refuse(app, &Asked::new(visitor, &parts.method, &parts.uri, &parts.headers)).await
}

impl Asked {
    fn new(visitor: Visitor, method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let is_opened = *method == Method::GET && is_navigation(headers);
        let asked = uri.path_and_query().filter(|_| is_opened);
        let place = asked.map_or("/", |place| place.as_str()).to_owned();
        Self { visitor, headers: headers.clone(), place, is_opened }
    }
}

fn to_scripts(settings: &Settings) -> Refuse {
    match settings.api_unauthenticated {
        ApiUnauthenticated::Redirect => send_to_login,
        ApiUnauthenticated::Status401 => answer_401,
    }
}

fn send_to_login<'a>(app: &'a App, asked: &'a Asked) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        tracing::info!(reason = NO_SESSION, "sent to the login");
        let Some(provider) = app.providers.first() else { return StatusCode::NOT_FOUND.into_response() };
        // A form of somebody whose session is over leads to a login that begins with a page of its own.
        let begins_there = app.providers.len() > 1 || !asked.is_opened;
        if begins_there && is_navigation(&asked.headers) {
            return Redirect::to(&login_from(&asked.place)).into_response();
        }
        login::begin(
            app,
            provider,
            &asked.visitor,
            &asked.headers,
            Wanted { return_to: &asked.place, said: None, silent: false },
        )
        .await
    })
}

fn answer_401<'a>(_: &'a App, _: &'a Asked) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        tracing::info!(reason = NO_SESSION, "answered 401");
        let body = Json(json!({"error": "login_required", "login": "/login"}));
        let mut response = (StatusCode::UNAUTHORIZED, body).into_response();
        let challenge = HeaderValue::from_static("Session realm=\"sample-app\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        response
    })
}

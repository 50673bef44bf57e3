//! Which address leads where, and what every answer carries.

mod api;
mod assets;
mod back_channel;
pub(crate) mod callback;
pub(crate) mod form;
pub(crate) mod front_channel;
pub(crate) mod guard;
mod home;
mod login;
pub(crate) mod logout;
mod note;
pub(crate) mod own_site;
mod renewal;
pub(crate) mod silent;
pub(crate) mod visitor;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, on, post};
use axum::{Extension, Router};

use crate::app::App;
use crate::config::IssuerSettings;

/// All addresses of the app.
pub(crate) fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route("/", on(app.policy.page_methods, home::home))
        .route("/profile", on(app.policy.page_methods, home::profile))
        .route("/api/ping", get(api::ping))
        .route("/api/user", get(api::user))
        .route("/api/note", get(note::read).post(note::write))
        .layer(Extension(note::Notes::default()))
        .fallback(home::not_found)
        .layer(from_fn_with_state(app.clone(), guard::guard));
    with_login(&app, pages)
        .route("/healthz", get(|| async { "ok" }))
        .layer(from_fn_with_state(app.clone(), secured))
        .with_state(app)
}

/// The login around `pages`, which may be anybody's: its own addresses, who asks, and cookies kept in order.
pub(crate) fn with_login(app: &Arc<App>, pages: Router<Arc<App>>) -> Router<Arc<App>> {
    let own_changes = || from_fn_with_state(app.clone(), own_site::own_changes);
    let confirmed = post(logout::logout_by_form).layer(own_changes());
    let own = Router::new()
        .route("/login", get(login::login).post(login::login_by_form))
        .route("/callback", any(callback::callback))
        .route("/logout", get(logout::logout).merge(confirmed))
        .route("/frontchannel-logout", get(front_channel::logout))
        .route("/backchannel-logout", any(back_channel::logout))
        .layer(from_fn_with_state(app.clone(), secured));
    let pages = pages.layer(own_changes());
    let goes_on = app.settings.issuers.iter().any(IssuerSettings::goes_on_offline);
    let is_silent = app.settings.silent_login;
    let pages = if is_silent { pages.layer(from_fn_with_state(app.clone(), silent::attempt)) } else { pages };
    let pages = if goes_on { pages.layer(from_fn_with_state(app.clone(), renewal::renew)) } else { pages };
    let pages = pages
        .merge(own)
        .layer(from_fn_with_state(app.clone(), visitor::recognise))
        .layer(from_fn_with_state(app.clone(), not_stored));
    assets::router().layer(from_fn_with_state(app.clone(), secured)).merge(pages)
}

/// Pages and API answers depend on who asks: nobody keeps a copy, not even the browser's Back button.
async fn not_stored(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static(app.policy.headers.pages);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(value);
    response
}

/// The headers that tell a browser what not to do with any answer.
async fn secured(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = &app.policy.headers;
    let is_framed = response.extensions().get::<front_channel::Framed>().is_some();
    for (name, value) in if is_framed { &headers.framed } else { &headers.security } {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

//! Which address leads where, and what every answer carries.

mod api;
mod assets;
mod back_channel;
pub(crate) mod callback;
pub(crate) mod form;
pub(crate) mod front_channel;
pub(crate) mod guard;
mod home;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod note;
pub(crate) mod own_site;
mod renewal;
pub(crate) mod silent;
pub(crate) mod visitor;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, on, post};
use axum::{Extension, Router};

use crate::app::App;
use crate::config::IssuerSettings;
use crate::policy::HeaderPolicy;

/// All addresses of the app.
pub(crate) fn router(app: Arc<App>) -> Router {
    // Every layer costs all that is inside of it.
    let with_notes = Router::new()
        .route("/", on(app.policy.page_methods, home::home))
        .route("/api/note", get(note::read).post(note::write))
        .layer(Extension(note::Notes::default()));
    let pages = with_notes
        .route("/profile", on(app.policy.page_methods, home::profile))
        .route("/api/ping", get(api::ping))
        .route("/api/user", get(api::user))
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
    let paths = app.policy.callback.paths.iter();
    let callback = paths.fold(Router::new(), |own, path| own.route(path, any(callback::callback)));
    let own = callback
        .route("/login", get(login::login).post(login::login_by_form))
        .route("/logout", get(logout::logout).merge(confirmed))
        .route("/frontchannel-logout", get(front_channel::logout))
        .route("/backchannel-logout", any(back_channel::logout))
        .layer(from_fn_with_state(app.clone(), secured));
    let pages = pages.layer(own_changes());
    let goes_on = app.settings.issuers.iter().any(IssuerSettings::goes_on_offline);
    let is_silent = app.settings.silent_login;
    let pages = if is_silent { pages.layer(from_fn_with_state(app.clone(), silent::attempt)) } else { pages };
    let pages = if goes_on { pages.layer(from_fn_with_state(app.clone(), renewal::renew)) } else { pages };
    let pages = pages.merge(own).layer(from_fn_with_state(app.clone(), visitor::recognise));
    assets::router().layer(from_fn_with_state(app.clone(), secured)).merge(pages)
}

/// The headers that tell a browser what not to do with any answer.
async fn secured(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_framed = response.extensions().get::<front_channel::Framed>().is_some();
    let fixed = if is_framed { &app.fixed.framed } else { &app.fixed.security };
    for (name, value) in fixed {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// The headers of the policy as they are sent.
pub(crate) struct FixedHeaders {
    security: Vec<(HeaderName, HeaderValue)>,
    framed: Vec<(HeaderName, HeaderValue)>,
}

impl FixedHeaders {
    /// Those that can be sent; the policy has no others.
    pub(crate) fn new(policy: &HeaderPolicy) -> Self {
        let ready = |headers: &[(&'static str, String)]| {
            let pair = |(name, value): &(&'static str, String)| {
                Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
            };
            headers.iter().filter_map(pair).collect()
        };
        Self { security: ready(&policy.security), framed: ready(&policy.framed) }
    }
}

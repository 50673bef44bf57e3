//! Which address leads where, and what every answer carries.

pub(crate) mod again;
mod api;
mod around;
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

use axum::http::{HeaderName, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{any, get, on, post};
use axum::{Extension, Router};
use tower::util::MapResponseLayer;

use crate::app::App;
use crate::policy::HeaderPolicy;
use around::{Whose, around};

/// All addresses of the app.
pub(crate) fn router(app: Arc<App>) -> Router {
    // Every layer costs all that is inside of it, so this one is put only where it is needed.
    let with_notes = Router::new()
        .route("/", on(app.policy.page_methods, home::home))
        .route("/api/note", get(note::read).post(note::write))
        .layer(Extension(note::Notes::default()));
    let pages = with_notes
        .route("/profile", on(app.policy.page_methods, home::profile))
        .route("/api/ping", get(api::ping))
        .route("/api/parts", get(api::parts))
        .route("/api/user", get(api::user))
        .fallback(home::not_found);
    with_login(&app, pages).route("/healthz", get(|| async { "ok" })).layer(secured(&app)).with_state(app)
}

/// The login around `pages`, which may be anybody's: its own addresses, who asks, and cookies kept in order.
pub(crate) fn with_login(app: &Arc<App>, pages: Router<Arc<App>>) -> Router<Arc<App>> {
    let confirmed =
        post(logout::logout_by_form).layer(from_fn_with_state(app.clone(), own_site::own_changes));
    let paths = app.policy.callback.paths.iter();
    let callback = paths.fold(Router::new(), |own, path| own.route(path, any(callback::callback)));
    let own = callback
        .route("/callback/again", get(again::again))
        .route("/login", get(login::login).post(login::login_by_form))
        .route("/logout", get(logout::logout).merge(confirmed))
        .route("/frontchannel-logout", get(front_channel::logout))
        .route("/backchannel-logout", any(back_channel::logout))
        .layer(secured(app))
        .layer(around(app, Whose::Logins));
    let pages = pages.layer(around(app, Whose::Pages));
    assets::router().layer(secured(app)).merge(pages).merge(own)
}

/// The headers that tell a browser what not to do with any answer.
fn secured(app: &Arc<App>) -> MapResponseLayer<impl FnOnce(Response) -> Response + Clone + use<>> {
    let app = app.clone();
    MapResponseLayer::new(move |mut response: Response| {
        let is_framed = response.extensions().get::<front_channel::Framed>().is_some();
        let fixed = if is_framed { &app.fixed.framed } else { &app.fixed.security };
        response.headers_mut().reserve(fixed.len());
        for (name, value) in fixed {
            response.headers_mut().insert(name, value.clone());
        }
        response
    })
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

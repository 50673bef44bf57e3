//! Which handler answers at which path: the same for the default issuer and for every tenant.

use std::convert::Infallible;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};

use crate::endpoints::{
    account, authorize, check_session, claims, consent, device, discovery, end_session, home, introspection,
    jwks, login, par, path, pause, registration, revocation, social, token, userinfo, webfinger,
};
use crate::server::{Call, ControlUrl, Reply};
use crate::trace::Endpoint;

/// The provider's routes.
pub(crate) fn router(control: &ControlUrl) -> Router {
    Router::new()
        .merge(issuer(control))
        .nest("/t/{slug}", issuer(control))
        // RFC 8414 3.1 inserts the well-known part before the issuer's path; OIDC Discovery 4 appends it.
        .route("/.well-known/oauth-authorization-server/t/{slug}", public(discovery::show))
        .fallback(home::nothing_here)
        .method_not_allowed_fallback(home::wrong_method)
}

fn issuer(control: &ControlUrl) -> Router {
    Router::new()
        .route(path::HOME, get(home::show).layer(Extension(control.clone())))
        .route(path::HEALTH, get(home::health))
        .route(path::DISCOVERY, public(discovery::show))
        .route(path::OAUTH_METADATA, public(discovery::show))
        .route(path::JWKS, public(jwks::show))
        .route(path::AUTHORIZE, get(authorize::answer).post(authorize::answer))
        .route(path::LOGIN, get(login::show).post(login::sign_in))
        .route(path::SOCIAL, get(social::show).post(social::sign_in))
        .route(path::ACCOUNT, post(account::choose))
        .route(path::CONSENT, post(consent::answer))
        .route(path::TOKEN, post(token::answer).options(discovery::preflight))
        .route(path::INTROSPECTION, post(introspection::answer).options(discovery::preflight))
        .route(path::PUSHED_AUTHORIZATION, post(par::answer).options(discovery::preflight))
        .route(path::DEVICE_AUTHORIZATION, post(device::authorize).options(discovery::preflight))
        .route(path::DEVICE, get(device::page::show).post(device::page::answer))
        .route(
            path::REGISTRATION,
            post(registration::create)
                .get(registration::read)
                .put(registration::update)
                .delete(registration::delete),
        )
        .route(path::WEBFINGER, public(webfinger::answer))
        .route(path::CLAIMS, public(claims::answer))
        .route(path::REVOCATION, post(revocation::answer).options(discovery::preflight))
        .route(path::USERINFO, get(userinfo::answer).post(userinfo::answer).options(discovery::preflight))
        .route(path::PAUSE, get(pause::show).post(pause::answer))
        .route(path::END_SESSION, get(end_session::answer).post(end_session::answer))
        .route(path::V2_LOGOUT, get(end_session::answer_as_auth0))
        .route(path::CHECK_SESSION, get(check_session::show))
        .method_not_allowed_fallback(home::wrong_method)
}

/// What the router has for what applications ask for again and again, without asking the router: for a document that
/// would cost as much as the rest of the answer. A call about something else comes back.
pub(crate) async fn shortcut(call: Call, method: &Method) -> Result<Reply, Call> {
    let (is_get, is_post) = (method == Method::GET, method == Method::POST);
    match call.endpoint {
        Endpoint::Discovery if is_get => Ok(discovery::show(call).await),
        Endpoint::Jwks if is_get => Ok(jwks::show(call).await),
        Endpoint::Authorize if is_get || is_post => Ok(authorize::answer(call).await),
        Endpoint::Token if is_post => Ok(token::answer(call).await),
        _ => Err(call),
    }
}

/// A public document, which scripts of any origin may ask for.
fn public<T: 'static>(show: impl Handler<T, ()>) -> MethodRouter<(), Infallible> {
    get(show).options(discovery::preflight)
}

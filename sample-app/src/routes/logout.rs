//! `GET /logout`, or `POST` from a page of the app → the session ends here, whatever the provider does → 302 to its end-session endpoint or home.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::visitor::{SessionSettled, Visitor, is_navigation, set_cookies, unavailable};
use crate::app::App;
use crate::error::Refusal;
use crate::oidc::logout;
use crate::oidc::revocation::revoke;
use crate::pages::{Message, message, turned_away};
use crate::params::Params;
use crate::store::Unavailable;

/// Ends the session, if the person opened this address.
pub(crate) async fn logout(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    if !(app.policy.logout.is_meant)(request.headers()) {
        return turned_away(&app, &visitor, &Message::CONFIRM_LOGOUT);
    }
    log_out(&app, &visitor, request.headers(), &asked(request.uri())).await
}

/// The same by a form of the app's own pages, which the layer around this has seen to.
pub(crate) async fn logout_by_form(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    log_out(&app, &visitor, request.headers(), &asked(request.uri())).await
}

/// What stands in the address.
fn asked(uri: &Uri) -> Params {
    Params::parse(uri.query().unwrap_or_default().as_bytes()).unwrap_or_default()
}

async fn log_out(app: &Arc<App>, visitor: &Visitor, headers: &HeaderMap, asked: &Params) -> Response {
    let policy = &app.policy.logout;
    if let Some(status) = policy.nobody.filter(|_| visitor.session().is_none()) {
        return status.into_response();
    }
    let ends_at_once = policy.ends_the_session && !policy.needs_the_provider;
    if ends_at_once && end(app, visitor).await.is_err() {
        return unavailable(app, headers);
    }
    let provider = visitor
        .session()
        .and_then(|session| session.text("iss"))
        .and_then(|issuer| app.provider(issuer))
        .or(app.providers.first().filter(|_| policy.tells_without_a_session));
    let hint = visitor.session().and_then(policy.hint);
    let place = match provider {
        Some(provider) => logout::location(app, provider, hint, &(policy.back)(&app.settings, asked)).await,
        None => None,
    };
    if place.is_none() && policy.needs_the_provider {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let outage = Refusal { reason: "provider-unreachable", clause: "provider", status };
        return message(app, visitor, &Message::outage(&outage));
    }
    let place = place.map_or_else(|| "/".to_owned(), Into::into);
    let location = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    set_cookies(&mut response, forget_logins(app, visitor));
    if app.settings.silent_login {
        // Who logged out does not want to be logged in again by the next page.
        set_cookies(&mut response, vec![app.policy.cookies.silent.set_for_window("true")]);
    }
    if policy.ends_the_session {
        visitor.session().into_iter().for_each(|session| revoke(app, session));
        if policy.needs_the_provider && end(app, visitor).await.is_err() {
            return unavailable(app, headers);
        }
        set_cookies(&mut response, visitor.forget(app));
        response.extensions_mut().insert(SessionSettled);
    }
    response
}

/// Only the person ends a session: not an image on a foreign page, and a foreign link has to be confirmed.
pub(crate) fn is_meant(headers: &HeaderMap) -> bool {
    let foreign =
        headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    is_navigation(headers) && !foreign
}

async fn end(app: &App, visitor: &Visitor) -> Result<(), Unavailable> {
    let Some(place) = visitor.place(app) else { return Ok(()) };
    let now = app.ambient.clock.unix();
    if app.store.ask(move |records| records.end(&place, now)).await? {
        tracing::info!("logged out");
    }
    Ok(())
}

fn forget_logins(app: &App, visitor: &Visitor) -> Vec<String> {
    let kind = &app.policy.cookies.transaction;
    let pending = visitor.pending(app);
    let names = pending.transactions.iter().map(|transaction| format!("{}.{}", kind.name, transaction.id));
    names.chain(pending.dead.iter().cloned()).map(|name| kind.clear(&name)).collect()
}

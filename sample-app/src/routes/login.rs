//! `GET /login[?returnTo=/path][&iss=issuer][&login_hint=who]`, or a form that says the same → 302 to the provider's
//! authorization endpoint; where there are several and none is named, a page to choose one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::form;
use super::visitor::{Visitor, set_cookies};
use crate::app::App;
use crate::config::ResponseMode;
use crate::error::ProviderError;
use crate::oidc::authorize::{self, Wanted};
use crate::oidc::provider::Provider;
use crate::oidc::return_to::within;
use crate::pages::{Message, chooser, message, turned_away};
use crate::params::Params;

/// Starts a login, if the person opened this address: images, frames and scripts of other pages would push the
/// logins under way out of the browser.
pub(crate) async fn login(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let params = (app.policy.login_query)(request.uri().query().unwrap_or_default().as_bytes());
    let mut headers = request.headers().clone();
    if request.method() != Method::GET {
        headers.insert("sec-fetch-mode", HeaderValue::from_static("no-cors"));
    }
    answer(&app, &visitor, &headers, &params).await
}

/// The same by a form: how somebody else, such as the provider's list of applications, starts a login here
/// (OpenID Connect Core 4).
pub(crate) async fn login_by_form(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let (parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    match form::receive(&app.policy.callback, (&app.settings, ResponseMode::FormPost), parts, body).await {
        Ok(params) => answer(&app, &visitor, &headers, &unambiguous(params)).await,
        Err(refusal) => {
            let text = "The request to log in cannot be read. You can start the login here.";
            message(&app, &visitor, &Message::refused(&refusal, text.to_owned()))
        }
    }
}

/// What the query of a login says: nothing, if it cannot be read or is ambiguous.
pub(crate) fn query(text: &[u8]) -> Params {
    Params::parse(text).map(unambiguous).unwrap_or_default()
}

fn unambiguous(params: Params) -> Params {
    if params.has_duplicates() { Params::default() } else { params }
}

async fn answer(app: &App, visitor: &Visitor, headers: &HeaderMap, params: &Params) -> Response {
    let named = params.first("iss");
    let provider = named.map_or(app.providers.first(), |issuer| app.provider(issuer));
    let Some(provider) = provider else {
        return (app.policy.stranger)(app, visitor, named.unwrap_or_default());
    };
    if !(app.policy.transactions.remembers)(headers) {
        return turned_away(app, visitor, &Message::NOT_A_NAVIGATION);
    }
    let target = params.first("target_link_uri").map(|uri| within(uri, app.settings.base_url.url()));
    let return_to = params.first("returnTo").or(target).unwrap_or("/");
    let wanted = Wanted { return_to, said: Some(params), silent: false };
    if named.is_none() && app.providers.len() > 1 {
        let return_to = (app.policy.return_to)(return_to, app.settings.base_url.url());
        return chooser(app, visitor, Wanted { return_to: &return_to, ..wanted });
    }
    begin(app, provider, visitor, headers, wanted).await
}

/// An issuer that the app does not know is asked for nothing, and nobody is sent there.
pub(crate) fn unknown_issuer(app: &App, visitor: &Visitor, _: &str) -> Response {
    let text = if app.settings.has_login() { Message::UNKNOWN_ISSUER } else { Message::NO_LOGIN };
    turned_away(app, visitor, &text)
}

/// Sends the browser to the provider, or says why that is not possible.
pub(crate) async fn begin(
    app: &App,
    provider: &Provider,
    visitor: &Visitor,
    headers: &HeaderMap,
    wanted: Wanted<'_>,
) -> Response {
    start(app, provider, visitor, headers, wanted)
        .await
        .unwrap_or_else(|error| message(app, visitor, &Message::outage(&app.policy.outage(&error))))
}

/// Sends the browser to the provider. Only a navigation is remembered as a login under way: a script cannot
/// finish one, and must not disturb the one in another tab.
pub(crate) async fn start(
    app: &App,
    provider: &Provider,
    visitor: &Visitor,
    headers: &HeaderMap,
    wanted: Wanted<'_>,
) -> Result<Response, ProviderError> {
    let return_to = (app.policy.return_to)(wanted.return_to, app.settings.base_url.url());
    let wanted = Wanted { return_to: &return_to, ..wanted };
    let base_url = (app.policy.base_url)(&app.settings, headers);
    let is_remembered = (app.policy.transactions.remembers)(headers);
    let start = authorize::start(app, provider, wanted, (&base_url, is_remembered)).await;
    let start = start.inspect_err(|error| {
        tracing::warn!(reason = error.reason(), %error, "no login can be started");
    })?;
    let Ok(location) = HeaderValue::try_from(start.location.as_str()) else {
        return Ok(message(app, visitor, &Message::NO_LOGIN));
    };
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    if is_remembered {
        app.policy.transactions.binding.begin(&start.transaction);
        let kind = &app.policy.cookies.transaction;
        let transactions = &app.policy.transactions;
        let room = (transactions.makes_room)(&visitor.pending(app), kind, transactions.pending);
        let mut lines: Vec<String> = room.iter().map(|name| kind.clear(name)).collect();
        lines.extend(start.transaction.cookie(kind, &app.vault, app.policy.transactions.max_age));
        let mark = &app.policy.cookies.silent;
        lines.extend((!wanted.silent && visitor.has_cookie(&mark.name)).then(|| mark.clear(&mark.name)));
        set_cookies(&mut response, lines);
    }
    Ok(response)
}

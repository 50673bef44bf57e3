//! `POST /callback` with the provider's form, or `GET` with its query → 303 to where the person was, signed in; or a page that says why
//! not.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::visitor::{NotKept, SessionSettled, Visitor, set_cookies};
use super::{again, form, silent};
use crate::app::App;
use crate::config::ResponseMode;
use crate::error::Refusal;
use crate::oidc::callback::{Decision, Granted, decide, not_first};
use crate::oidc::transaction::cookie_name;
use crate::pages::{Message, message};
use crate::params::Params;
use crate::session::{Data, Session};
use crate::store::{Beginning, Claimed, Entry};

const TOO_LARGE: Refusal = Refusal::new("session-too-large", "RFC 6265 6.1");
/// The provider signed the person in and out again before the login was finished here.
const ENDED: Refusal = Refusal::new("ended-by-provider", "Back-Channel Logout 2.7");
const UNSEALED: Refusal = Refusal::new("session-not-sealed", "RFC 7516 5.1");

/// Understand, decide, answer.
pub(crate) async fn callback(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let (parts, body) = request.into_parts();
    let how = (&app.settings, app.settings.response_mode);
    let mut response = match form::receive(&app.policy.callback, how, parts, body).await {
        Err(refusal) => refuse(&app, &visitor, &refusal, &Params::default()),
        Ok(params) => {
            let pending = visitor.pending(&app);
            let decision = decide(&app, &params, &pending.transactions).await;
            answer(&app, &visitor, &params, decision).await
        }
    };
    let cache = HeaderValue::from_static(app.policy.headers.callback);
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    response
}

async fn answer(app: &App, visitor: &Visitor, params: &Params, decision: Decision<'_>) -> Response {
    let given_up = silent::give_up(app, &decision);
    let outcome = match decision.outcome {
        Ok(granted) => sign_in(app, visitor, granted, params).await,
        Err(refusal) => Err(refusal),
    };
    let is_open = outcome.as_ref().is_err_and(Refusal::is_outage);
    let ends = decision.ends.iter().filter(|_| !is_open);
    let kind = &app.policy.cookies.transaction;
    let over = ends.map(|transaction| kind.clear(&cookie_name(kind, transaction))).collect();
    let mut response = match outcome {
        Err(_) if let Some(response) = given_up => response,
        Ok(response) => response,
        Err(refusal) => (app.policy.callback.again)(app, visitor, params, &refusal)
            .unwrap_or_else(|| refuse(app, visitor, &refusal, params)),
    };
    set_cookies(&mut response, over);
    response
}

pub(super) fn refuse(app: &App, visitor: &Visitor, refusal: &Refusal, params: &Params) -> Response {
    tracing::warn!(reason = refusal.reason, clause = refusal.clause, "login refused");
    let mut response = (app.policy.callback.refused)(app, visitor, refusal, params);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        let method = if app.settings.response_mode == ResponseMode::Query { "GET" } else { "POST" };
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(method));
    }
    if app.policy.session.ends_on_refusal {
        let name = &app.policy.cookies.session.name;
        let names = std::iter::once(name.clone()).chain((0..10).map(|number| format!("{name}.{number}")));
        let lines = names.map(|name| app.policy.cookies.session.clear(&name)).collect();
        set_cookies(&mut response, lines);
        response.extensions_mut().insert(SessionSettled);
    }
    response
}

/// The page that says why not. Nothing is started over unasked: a provider that says no would say it for ever.
pub(crate) fn explain(app: &App, visitor: &Visitor, refusal: &Refusal, params: &Params) -> Response {
    if !app.settings.has_login() {
        return message(app, visitor, &Message::NO_LOGIN);
    }
    let text = (app.policy.callback.advice)(refusal, params);
    let is_signed_in = visitor.session().is_some() && !refusal.is_outage();
    let words = if is_signed_in { Message::signed_in_all_the_same } else { Message::refused };
    message(app, visitor, &words(refusal, text))
}

/// A fresh session takes the place of whatever session there was.
async fn sign_in(
    app: &App,
    visitor: &Visitor,
    granted: Granted<'_>,
    params: &Params,
) -> Result<Response, Refusal> {
    let Granted { accepted, login, hold } = granted;
    let now = app.ambient.clock.unix();
    let data = Data {
        id_token: accepted.id_token,
        sid: Some(app.ambient.random.token()),
        made_for: Some(accepted.made_for),
        signed_in: None,
        userinfo: accepted.userinfo,
        kept: accepted.kept,
        rest: serde_json::Map::default(),
    };
    let place = (app.policy.return_at_end)(&accepted.return_to, app.settings.base_url.url());
    let unusable = Refusal::new("token-claims", "RFC 7519 7.2");
    let mut session = Session::new(data, now, now).ok_or(unusable.clone())?;
    session.data.signed_in = Some(session.signed_in());
    let place = (app.policy.callback.onward)(place, params);
    let location = HeaderValue::try_from(place).map_err(|_| unusable)?;
    if app.has_ended(&session, now).await? {
        return Err(ENDED);
    }
    let lines = begin(app, visitor, &session, login).await?;
    again::remember(app, params, &session, &accepted.return_to);
    drop(hold);
    tracing::info!("signed in");
    let mut response = (app.policy.callback.redirect, [(header::LOCATION, location)]).into_response();
    set_cookies(&mut response, lines);
    response.extensions_mut().insert(SessionSettled);
    Ok(response)
}

/// Finishes the login and keeps the session; the lines that give it to the browser.
async fn begin(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    login: Entry,
) -> Result<Vec<String>, Refusal> {
    let now = app.ambient.clock.unix();
    let record = visitor.record(app, session)?;
    let cookie = app.store.cookie(&record.sealed, None).ok_or(UNSEALED)?;
    let lines = visitor.lines(app, &cookie, record.ends)?;
    let beginning = Beginning { login, cookie, session: record, earlier: visitor.place(app) };
    match app.store.ask(move |records| records.begin(&beginning, now)).await? {
        Claimed::First => Ok(lines),
        other => Err(not_first(other)),
    }
}

impl From<NotKept> for Refusal {
    fn from(not_kept: NotKept) -> Self {
        match not_kept {
            NotKept::TooLarge => TOO_LARGE,
            NotKept::Unsealed => UNSEALED,
        }
    }
}

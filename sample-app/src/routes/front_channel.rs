//! `GET /frontchannel-logout?iss=…&sid=…`, opened by the provider in a frame of its own page → the session that it calls
//! so is over (OpenID Connect Front-Channel Logout 1.0).
//!
//! Browsers rarely send cookies into the frame of another site. With a store the session is found by its name; without
//! one it ends only where the cookie came along. Whoever asks learns nothing: the answer is the same either way.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::visitor::{SessionSettled, Visitor, set_cookies};
use crate::app::App;
use crate::config::Settings;
use crate::error::Refusal;
use crate::oidc::back_channel;
use crate::params::Params;
use crate::rule::{Rule, check};
use crate::store::{UNAVAILABLE, Unavailable};

/// One row about the address, given who the providers are.
pub(crate) type FrontChannelRule = Rule<Params, Settings>;

/// Marks an answer that the provider may put into a frame.
#[derive(Clone, Copy)]
pub(crate) struct Framed;

/// Both parameters, each once, of a provider of this app: less could end the session of somebody else.
pub(crate) fn front_channel_rules() -> Vec<FrontChannelRule> {
    let row = |name, holds| FrontChannelRule::new(name, "Front-Channel Logout 2", holds);
    vec![
        row("front-duplicate-check", |params, _| !params.has_duplicates()),
        row("front-iss-required", |params, _| params.first("iss").is_some()),
        row("front-iss-check", |params, settings| {
            settings.issuers.iter().any(|issuer| params.first("iss") == Some(&issuer.issuer))
        }),
        row("front-sid-required", |params, _| params.first("sid").is_some_and(|sid| !sid.is_empty())),
    ]
}

/// Understand, decide, answer.
pub(crate) async fn logout(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let params = Params::parse(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let mut response = match check(&app.policy.front_channel, &params, &app.settings) {
        Err(refusal) => refuse(&refusal),
        Ok(()) => match end(&app, &visitor, &params).await {
            Err(Unavailable) => refuse(&UNAVAILABLE),
            Ok(lines) => {
                let mut response = StatusCode::OK.into_response();
                set_cookies(&mut response, lines);
                response.extensions_mut().insert(SessionSettled);
                response
            }
        },
    };
    response.extensions_mut().insert(Framed);
    response
}

/// Ends the sessions of this name; the lines for the browser.
async fn end(app: &App, visitor: &Visitor, params: &Params) -> Result<Vec<String>, Unavailable> {
    let (iss, sid) = (params.first("iss").unwrap_or_default(), params.first("sid"));
    let named = back_channel::name(iss, None, sid);
    let own = visitor
        .session()
        .and_then(back_channel::sid)
        .is_some_and(|own| (app.policy.front_channel_own)(&own, &named));
    let place = visitor.place(app).filter(|_| own);
    let now = app.ambient.clock.unix();
    let ended = move |records: &dyn crate::store::Records| {
        let own = place.is_some_and(|place| records.end(&place, now) == Ok(true));
        Ok(records.end_named(&named)? > 0 || own)
    };
    if app.store.ask(ended).await? {
        tracing::info!("the provider ended a session in the browser");
    }
    Ok(if own { visitor.forget(app) } else { Vec::new() })
}

fn refuse(refusal: &Refusal) -> Response {
    tracing::warn!(reason = refusal.reason, clause = refusal.clause, "front-channel logout refused");
    (refusal.status, refusal.to_string()).into_response()
}

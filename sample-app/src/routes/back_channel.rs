//! `POST /backchannel-logout` from the provider itself, with neither browser nor cookie → 200 when the sessions that
//! the logout token names are over; 400 with the reason as JSON otherwise (OpenID Connect Back-Channel Logout 2.5, 2.8).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::form;
use crate::app::App;
use crate::config::ResponseMode;
use crate::error::Refusal;
use crate::oidc::back_channel;
use crate::rule::check;

/// Understand, decide, answer.
pub(crate) async fn logout(State(app): State<Arc<App>>, request: Request) -> Response {
    let mut response = match receive(&app, request).await {
        Ok(()) => app.policy.back_channel.obeyed.into_response(),
        Err(refusal) => refuse(&refusal, (app.policy.back_channel.refused)(&refusal)),
    };
    let cache = HeaderValue::from_static(app.policy.back_channel.cache);
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    response
}

async fn receive(app: &App, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    let params =
        form::receive(&app.policy.callback, (&app.settings, ResponseMode::FormPost), parts, body).await?;
    check(&app.policy.callback.form, &params, &())?;
    let missing = Refusal::new("logout-token-required", "Back-Channel Logout 2.5");
    back_channel::end(app, params.first("logout_token").ok_or(missing)?).await
}

fn refuse(refusal: &Refusal, status: StatusCode) -> Response {
    tracing::warn!(reason = refusal.reason, clause = refusal.clause, "logout token refused");
    let error = if refusal.is_outage() { "temporarily_unavailable" } else { "invalid_request" };
    let body = json!({"error": error, "error_description": refusal.to_string()});
    let mut response = (status, Json(body)).into_response();
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

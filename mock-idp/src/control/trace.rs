//! What happened, over HTTP: as a list, one by one, as it happens, and for other tools.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::{Item, Named, Query, Refused};
use super::stream::{Line, events};
use crate::lint::{Remark, lint_with};
use crate::protocol::Params;
use crate::tenant::Tenant;
use crate::trace::{Exchange, Filter, SeenToken, har, position};

/// How long `wait` waits unless told, and at most.
const PATIENCE: u64 = 10_000;
const MOST_PATIENCE: u64 = 60_000;

/// The header that says how far the answer reaches, for `since` in the next question.
const SINCE: HeaderName = HeaderName::from_static("mock-idp-since");

pub(super) async fn list(Named(tenant): Named, query: Query) -> Result<Response, Refused> {
    // Asked first: what comes in between is told twice rather than never.
    let position = tenant.trace().position(tenant.trace().last_seq());
    Ok(([(SINCE, position)], axum::Json(wanted(&tenant, query)?)).into_response())
}

pub(super) async fn clear(Named(tenant): Named, query: Query) -> Result<StatusCode, Refused> {
    query.only(&[])?;
    tenant.trace().clear();
    Ok(StatusCode::NO_CONTENT)
}

/// One exchange, with what people want to know about it.
pub(super) async fn show(Named(tenant): Named, seq: Item) -> Result<axum::Json<Value>, Refused> {
    let exchange = tenant.trace().get(seq.number()?).ok_or_else(|| {
        Refused::not_found(format!("there is no exchange {}, or no longer; GET …/trace lists them", seq.0))
    })?;
    let tokens: Vec<SeenToken> = exchange.tokens();
    Ok(axum::Json(json!({ "curl": exchange.request.curl(), "tokens": tokens, "exchange": exchange })))
}

/// The first exchange that the filter wants: one that was there already, or the next one.
pub(super) async fn wait(Named(tenant): Named, query: Query) -> Result<Response, Refused> {
    let query = query.only(&["since", "endpoint", "leg", "marker", "timeout_millis"])?;
    let filter = filter(&query)?;
    let patience = match query.given("timeout_millis") {
        None => PATIENCE,
        Some(text) => text.parse().ok().filter(|millis| *millis <= MOST_PATIENCE).ok_or_else(|| {
            Refused::bad(format!("timeout_millis={text} must be a number from 0 to {MOST_PATIENCE}"))
        })?,
    };
    let mut follow = tenant.trace().follow(filter);
    match tokio::time::timeout(Duration::from_millis(patience), follow.next_if_any()).await {
        Ok(Some(exchange)) => {
            let position = follow.position(exchange.seq);
            Ok(([(SINCE, position)], axum::Json(exchange)).into_response())
        }
        Ok(None) => {
            Err(Refused::not_found("the issuer was removed; GET /tenants lists those that are there"))
        }
        Err(_) => Err(Refused::not_found(format!(
            "no such exchange within {patience} ms; ask with another filter, or wait longer with timeout_millis"
        ))),
    }
}

/// Server-sent events: an exchange each, with its position as id, so that a reader that comes back goes on where
/// it was.
pub(super) async fn stream(
    Named(tenant): Named,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let filter = going_on(filter(&query.only(Filter::NAMES)?)?, &headers)?;
    let line: Line = |exchange| serde_json::to_string(exchange).unwrap_or_default();
    Ok(events(tenant.trace().follow(filter), line))
}

/// The filter of a reader that comes back: the header says how far it came since it first asked.
pub(super) fn going_on(filter: Filter, headers: &HeaderMap) -> Result<Filter, Refused> {
    let Some(value) = headers.get("last-event-id") else { return Ok(filter) };
    let (since, epoch) = value.to_str().ok().and_then(position).ok_or_else(|| {
        Refused::bad(
            "the header last-event-id must be the id of an event, or the seq of an exchange; leave it out",
        )
    })?;
    Ok(Filter { since, epoch, ..filter })
}

pub(super) async fn archive(Named(tenant): Named, query: Query) -> Result<Response, Refused> {
    let archive = har(&wanted(&tenant, query)?);
    let disposition = [(header::CONTENT_DISPOSITION, "attachment; filename=\"mock-idp.har\"")];
    Ok((disposition, axum::Json(archive)).into_response())
}

/// What the application should send differently.
pub(super) async fn lint(Named(tenant): Named, query: Query) -> Result<axum::Json<Vec<Remark>>, Refused> {
    Ok(axum::Json(lint_with(&wanted(&tenant, query)?, &tenant.clients())))
}

fn wanted(tenant: &Tenant, query: Query) -> Result<Vec<Exchange>, Refused> {
    Ok(tenant.trace().matching(&filter(&query.only(Filter::NAMES)?)?))
}

pub(super) fn filter(query: &Params) -> Result<Filter, Refused> {
    Filter::read(query).map_err(Refused::bad)
}

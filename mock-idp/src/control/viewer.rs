//! The trace as a page: works without a script, follows live with one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use super::answer::{DEFAULT, Named, Query, Refused};
use super::stream::{Line, events};
use super::trace::{filter, going_on};
use crate::pages::{Policy, Referrer, STYLE};
use crate::tenant::Registry;
use crate::trace::{Exchange, timestamp};

/// What only the viewer looks like.
const LOOK: &str = include_str!("../../templates/trace.css");
/// How the page follows.
const SCRIPT: &str = include_str!("../../templates/trace.js");

#[derive(Template)]
#[template(path = "trace.html")]
struct ViewerPage {
    style: &'static str,
    look: &'static str,
    script: &'static str,
    issuer: String,
    tenant: String,
    tenants: Vec<String>,
    /// Newest first.
    rows: Vec<String>,
    /// How far they reach.
    last: String,
}

/// One exchange, folded.
#[derive(Template)]
#[template(path = "trace_row.html")]
struct Row<'e> {
    exchange: &'e Exchange,
    time: String,
    path: &'e str,
    tokens: Vec<(String, String, String)>,
    curl: String,
}

pub(super) async fn show(
    Shared(registry): Shared<Arc<Registry>>,
    Named(tenant): Named,
    query: Query,
) -> Result<Response, Refused> {
    query.only(&[])?;
    let trace = tenant.trace();
    let exchanges = trace.snapshot();
    let page = ViewerPage {
        style: STYLE,
        look: LOOK,
        script: SCRIPT,
        issuer: tenant.issuer(),
        tenant: tenant.slug().unwrap_or_else(|| DEFAULT.to_owned()),
        tenants: std::iter::once(DEFAULT.to_owned()).chain(registry.slugs()).collect(),
        last: trace.position(exchanges.last().map_or(0, |exchange| exchange.seq)),
        rows: exchanges.iter().rev().map(row).collect(),
    };
    let mut response = Html(page.render().expect("writing to a string cannot fail")).into_response();
    let mut headers = Policy::new(&[STYLE, LOOK], &[SCRIPT]).headers(Referrer::Nothing);
    for (name, value) in &mut headers {
        if *name == "content-security-policy" {
            // The page asks its own origin for rows, and nobody may frame it.
            value.to_mut().push_str("; connect-src 'self'; form-action 'self'; frame-ancestors 'none'");
        }
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(response)
}

/// The rows as they happen, as HTML that has been escaped already.
pub(super) async fn rows(
    Named(tenant): Named,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let wanted = filter(&query.only(&["since"])?)?;
    Ok(events(tenant.trace().follow(going_on(wanted, &headers)?), row as Line))
}

fn row(exchange: &Exchange) -> String {
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let tokens = exchange.tokens();
    let url = exchange.request.url.as_str();
    let origin = url.find("://").map_or(0, |at| at + 3);
    let start = url[origin..].find('/').map_or(url.len(), |at| origin + at);
    let page = Row {
        exchange,
        time: clock_time(exchange.at_millis),
        path: url[start..].split('?').next().unwrap_or_default(),
        tokens: tokens.iter().map(|t| (t.place.clone(), pretty(&t.header), pretty(&t.claims))).collect(),
        curl: exchange.request.curl(),
    };
    page.render().expect("writing to a string cannot fail")
}

/// The time of day.
fn clock_time(millis: i64) -> String {
    let text = timestamp(millis);
    text.split_once('T').map_or_else(String::new, |(_, time)| time.trim_end_matches('Z').to_owned())
}

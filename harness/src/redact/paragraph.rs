//! One exchange: who asked whom for what, with which cookies and parameters, and what came back.

use super::decoded;
use crate::cut::kept;
use crate::scenario::Facts;
use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange, Leg, Response};
use std::fmt::Write;

const REQUEST_HEADERS: [&str; 4] = ["origin", "sec-fetch-site", "sec-fetch-mode", "content-type"];
const RESPONSE_HEADERS: [&str; 4] = ["content-type", "cache-control", "www-authenticate", "allow"];

/// The exchange, as it was. The parameters of an address to which the answer before has just `sent` the browser are
/// not repeated.
pub(super) fn paragraph(exchange: &Exchange, facts: &Facts, sent_to: Option<&str>) -> String {
    let who = match (exchange.leg, exchange.endpoint) {
        (_, Endpoint::BackChannelLogout | Endpoint::RequestObject) => "provider → app",
        (Leg::Back, _) => "app → provider",
        (Leg::Front, Endpoint::App) => "browser → app",
        (Leg::Front, _) => "browser → provider",
    };
    let url = exchange.request.url.as_str();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut text = format!("{who}  {} {address}\n", exchange.request.method);
    if !query.is_empty() && sent_to == Some(url) {
        text.push_str("     ? as it was told\n");
    } else {
        params(&mut text, "?", &Params::parse(query), facts);
    }
    let front = exchange.leg == Leg::Front;
    for name in REQUEST_HEADERS {
        if let (true, Some(value)) = (front, exchange.request.header(name)) {
            let _ = writeln!(text, "     {name}: {value}");
        }
    }
    for cookie in exchange.request.header("cookie").into_iter().flat_map(|line| line.split("; ")) {
        let _ = writeln!(text, "     cookie: {cookie}");
    }
    params(&mut text, "&", &Params::parse(kept(&exchange.request.body)), facts);
    for fault in &exchange.faults {
        let _ = writeln!(text, "     ! {}", fault.clause);
    }
    match &exchange.response {
        Some(response) => answer(&mut text, response, facts),
        None => text.push_str("   ← nothing: the connection was dropped\n"),
    }
    text
}

/// Of a request with more parameters than this only some are told.
const MOST: usize = 24;

fn params(text: &mut String, sign: &str, params: &Params, facts: &Facts) {
    let told = if params.0.len() > MOST { MOST / 4 } else { MOST };
    for (name, value) in params.iter().take(told) {
        let _ = match decoded(value, facts.now) {
            Some((header, claims)) => {
                writeln!(text, "     {sign} {name}\n         header {header}\n         claims {claims}")
            }
            None => writeln!(text, "     {sign} {name}={}", on_a_line(value)),
        };
    }
    if let Some(more @ 1..) = params.0.len().checked_sub(told) {
        let _ = writeln!(text, "     {sign} and {more} others");
    }
}

/// Control characters as escapes.
fn on_a_line(value: &str) -> String {
    let letter = |letter: char| {
        if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() }
    };
    value.chars().map(letter).collect()
}

fn answer(text: &mut String, response: &Response, facts: &Facts) {
    let _ = writeln!(text, "   ← {}", response.status);
    if let Some(location) = response.header("location") {
        let (address, query) = location.split_once('?').unwrap_or((location, ""));
        let _ = writeln!(text, "     location: {address}");
        params(text, "?", &Params::parse(query), facts);
    }
    for name in RESPONSE_HEADERS {
        if let Some(value) = response.header(name) {
            let _ = writeln!(text, "     {name}: {value}");
        }
    }
    for cookie in response.headers_named("set-cookie") {
        let _ = writeln!(text, "     set-cookie: {cookie}");
    }
    let is_json = response.header("content-type").is_some_and(|kind| kind.contains("json"));
    if is_json && response.body.len() < 400 {
        let _ = writeln!(text, "     {}", on_a_line(&response.body));
    }
}

//! A conversation as protocol documentation: every exchange with what matters of it, under stable labels.

use super::{Labels, decoded};
use crate::scenario::Facts;
use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange, Leg, Response};
use std::fmt::Write;
use url::Url;

/// Parameters whose values differ from run to run.
const SECRETS: [&str; 6] = ["state", "nonce", "sid", "code", "jti", "session_state"];
const REQUEST_HEADERS: [&str; 4] = ["origin", "sec-fetch-site", "sec-fetch-mode", "content-type"];
const RESPONSE_HEADERS: [&str; 4] = ["content-type", "cache-control", "www-authenticate", "allow"];

/// The conversation, one paragraph per exchange.
pub fn transcript(conversation: &[Exchange], facts: &Facts) -> String {
    let labels = labels(conversation, facts);
    let mut text = String::new();
    for (index, exchange) in conversation.iter().enumerate() {
        let paragraph = paragraph(exchange, facts);
        let _ = write!(text, "{}. {}", index + 1, labels.apply(&paragraph));
    }
    text
}

fn paragraph(exchange: &Exchange, facts: &Facts) -> String {
    let who = match (exchange.leg, exchange.endpoint) {
        (Leg::Back, _) => "app → provider",
        (Leg::Front, Endpoint::App) => "browser → app",
        (Leg::Front, _) => "browser → provider",
    };
    let (address, query) = exchange.request.url.split_once('?').unwrap_or((&exchange.request.url, ""));
    let mut text = format!("{who}  {} {}\n", exchange.request.method, place(address, facts));
    params(&mut text, "?", &Params::parse(query), facts);
    let front = exchange.leg == Leg::Front;
    for name in REQUEST_HEADERS {
        if let (true, Some(value)) = (front, exchange.request.header(name)) {
            let _ = writeln!(text, "     {name}: {}", place(value, facts));
        }
    }
    for cookie in exchange.request.header("cookie").into_iter().flat_map(|line| line.split("; ")) {
        let _ = writeln!(text, "     cookie: {cookie}");
    }
    params(&mut text, "&", &Params::parse(&exchange.request.body), facts);
    for fault in &exchange.faults {
        let _ = writeln!(text, "     ! {}", fault.clause);
    }
    match &exchange.response {
        Some(response) => answer(&mut text, response, facts),
        None => text.push_str("   ← nothing: the connection was dropped\n"),
    }
    text
}

fn params(text: &mut String, sign: &str, params: &Params, facts: &Facts) {
    for (name, value) in &params.0 {
        match decoded(value, facts.now) {
            Some((header, claims)) => {
                let claims = place(&claims, facts);
                let _ =
                    writeln!(text, "     {sign} {name}\n         header {header}\n         claims {claims}");
            }
            None => {
                let _ = writeln!(text, "     {sign} {name}={}", place(value, facts));
            }
        }
    }
}

fn answer(text: &mut String, response: &Response, facts: &Facts) {
    let _ = writeln!(text, "   ← {}", response.status);
    if let Some(location) = response.header("location") {
        let (address, query) = location.split_once('?').unwrap_or((location, ""));
        let _ = writeln!(text, "     location: {}", place(address, facts));
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
        let _ = writeln!(text, "     {}", response.body);
    }
}

fn place(text: &str, facts: &Facts) -> String {
    let app = facts.base_url.as_str().trim_end_matches('/');
    let text = text.replace(&facts.issuer, "idp:").replace(app, "app:");
    // Where the issuer has a path, its origin alone still differs from run to run.
    match Url::parse(&facts.issuer) {
        Ok(issuer) => text.replace(&issuer.origin().ascii_serialization(), "idp-origin:"),
        Err(_) => text,
    }
}

/// Names every value that differs from run to run, in the order of the conversation.
fn labels(conversation: &[Exchange], facts: &Facts) -> Labels {
    let mut labels = Labels::default();
    for exchange in conversation {
        learn(&mut labels, &exchange.request.url, facts);
        learn(&mut labels, &exchange.request.body, facts);
        let Some(response) = &exchange.response else { continue };
        if let Some(location) = response.header("location") {
            learn(&mut labels, location, facts);
        }
        for line in response.headers_named("set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (family, id) = name.split_once('.').unwrap_or((name, ""));
            labels.learn("attempt", id);
            labels.learn(family.trim_start_matches("__Host-"), value);
            if let Some((_, date)) = line.split_once("Expires=") {
                labels.learn("date", date.split(';').next().unwrap_or_default());
            }
        }
        if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(&response.body) {
            learn_claims(&mut labels, &members);
        }
    }
    labels
}

fn learn(labels: &mut Labels, text: &str, facts: &Facts) {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    for (name, value) in Params::parse(query).0 {
        if SECRETS.contains(&name.as_str()) {
            labels.learn(&name, &value);
        }
        if let Some((_, claims)) = decoded(&value, facts.now)
            && let Ok(serde_json::Value::Object(members)) = serde_json::from_str(&claims)
        {
            learn_claims(labels, &members);
        }
    }
}

fn learn_claims(labels: &mut Labels, members: &serde_json::Map<String, serde_json::Value>) {
    for name in SECRETS {
        if let Some(value) = members.get(name).and_then(serde_json::Value::as_str) {
            labels.learn(name, value);
        }
    }
}

//! What a conversation calls its values: names for everything that differs from run to run, in the order of appearance.

use super::shorten::WORD;
use super::{Labels, decoded};
use crate::cut::kept;
use crate::scenario::Facts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::Params;
use mock_idp::trace::Exchange;
use serde_json::{Map, Value};

/// Parameters and claims whose values differ from run to run.
const SECRETS: [&str; 14] = [
    "state",
    "nonce",
    "sid",
    "code",
    "jti",
    "session_state",
    "code_challenge",
    "code_verifier",
    "access_token",
    "refresh_token",
    "at_hash",
    "c_hash",
    "request_uri",
    "client_assertion",
];

/// Names every value that differs from run to run, in the order of the conversation.
pub(super) fn labels(conversation: &[Exchange], facts: &Facts) -> Labels {
    let mut labels = Labels::default();
    for exchange in conversation {
        learn(&mut labels, &exchange.request.url, facts);
        learn(&mut labels, kept(&exchange.request.body), facts);
        let Some(response) = &exchange.response else { continue };
        if let Some(location) = response.header("location") {
            learn(&mut labels, location, facts);
        }
        for line in response.headers_named("set-cookie") {
            learn_cookie(&mut labels, line);
        }
        if let Ok(Value::Object(members)) = serde_json::from_str(&response.body) {
            learn_claims(&mut labels, &members);
        }
    }
    labels
}

fn learn_cookie(labels: &mut Labels, line: &str) {
    let pair = line.split(';').next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let (family, id) = name.split_once('.').unwrap_or((name, ""));
    labels.learn("attempt", id);
    labels.learn(family.trim_start_matches("__Host-"), value);
    if let Some((_, date)) = line.split_once("Expires=") {
        labels.learn("date", date.split(';').next().unwrap_or_default());
    }
}

fn learn(labels: &mut Labels, text: &str, facts: &Facts) {
    learn_hidden(labels, text, DEPTH);
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    for (name, value) in Params::parse(query).0 {
        if let Some((_, claims)) = decoded(&value, facts.now) {
            if let Ok(Value::Object(members)) = serde_json::from_str(&claims) {
                learn_claims(labels, &members);
            }
        } else if SECRETS.contains(&name.as_str()) {
            labels.learn(&name, &value);
        } else {
            learn_hidden(labels, &value, DEPTH);
        }
    }
}

/// Tokens in tokens are followed so far.
const DEPTH: usize = 3;

/// What stands in base64url that is no readable token: one that was damaged, or has another in it.
fn learn_hidden(labels: &mut Labels, text: &str, depth: usize) {
    let of_base64 = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    for run in text.split(|letter| !of_base64(letter)).filter(|run| run.len() > WORD) {
        let Ok(Ok(text)) = URL_SAFE_NO_PAD.decode(run).map(String::from_utf8) else { continue };
        for name in SECRETS {
            let member = format!("\"{name}\":\"");
            let values = text.split(&member).skip(1).filter_map(|rest| rest.split('"').next());
            values.for_each(|value| labels.learn(name, value));
        }
        if depth > 0 {
            learn_hidden(labels, &text, depth - 1);
        }
    }
}

fn learn_claims(labels: &mut Labels, members: &Map<String, Value>) {
    for name in SECRETS {
        if let Some(value) = members.get(name).and_then(Value::as_str) {
            labels.learn(name, value);
        }
    }
}

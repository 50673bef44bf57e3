//! The authorization requests in a trace, wherever their parameters travelled.

use serde_json::Value;

use crate::protocol::{Params, ResponseType};
use crate::token::decode;
use crate::trace::{Endpoint, Exchange};

/// One authorization request as the application meant it.
pub(super) struct Asked {
    pub(super) seq: u64,
    pub(super) at_millis: i64,
    pub(super) params: Params,
}

/// The request of an exchange, if it is one. A request that names a pushed one is judged where it was pushed, and one
/// that names an address by what the provider found there.
pub(super) fn asked(exchange: &Exchange, exchanges: &[Exchange]) -> Option<Asked> {
    let sent = match (exchange.endpoint, exchange.request.method.as_str()) {
        (Endpoint::Authorize, "GET") => Params::parse(query_of(&exchange.request.url)),
        (Endpoint::Authorize | Endpoint::PushedAuthorization, "POST") => {
            Params::parse(&exchange.request.body)
        }
        _ => return None,
    };
    if !sent.has("client_id") && !sent.has("request") {
        return None;
    }
    let params = match (sent.given("request"), sent.given("request_uri")) {
        (Some(object), _) => with_object(&sent, object),
        (None, Some(uri)) => with_object(&sent, found_at(uri, exchange.seq, exchanges)?),
        (None, None) => sent,
    };
    Some(Asked { seq: exchange.seq, at_millis: exchange.at_millis, params })
}

/// The request object that was fetched last before an exchange.
fn found_at<'e>(uri: &str, seq: u64, exchanges: &'e [Exchange]) -> Option<&'e str> {
    let of_it = |other: &&Exchange| other.endpoint == Endpoint::RequestObject && other.request.url == uri;
    let found =
        exchanges.iter().filter(|other| other.seq < seq).filter(of_it).max_by_key(|other| other.seq)?;
    found.response.as_ref().map(|response| response.body.trim())
}

/// The part of a URL between `?` and `#`.
pub(super) fn query_of(url: &str) -> &str {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split_once('#').map_or(query, |(query, _)| query)
}

/// What a request object says replaces what stands beside it (RFC 9101 6.3). An encrypted one is not judged.
fn with_object(sent: &Params, object: &str) -> Params {
    let claims = object.split('.').nth(1).and_then(decode);
    let Some(Value::Object(claims)) = claims.and_then(|claims| serde_json::from_slice(&claims).ok()) else {
        return sent.clone();
    };
    let mut params = sent.clone();
    for (name, value) in claims {
        match value {
            Value::String(text) => params.set(&name, text),
            other => params.set(&name, other.to_string()),
        }
    }
    params
}

impl Asked {
    pub(super) fn kind(&self) -> ResponseType {
        self.params.given("response_type").and_then(ResponseType::parse).unwrap_or_default()
    }

    /// Whether an ID Token comes of it, sooner or later.
    pub(super) fn is_about_a_login(&self) -> bool {
        let scope = self.params.given("scope").unwrap_or_default();
        self.kind().id_token || scope.split(' ').any(|word| word == "openid")
    }
}

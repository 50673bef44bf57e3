//! What is secret in a login, as far as its conversation shows it: what must stand in no log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Parameters, of requests and answers, whose values are secret, and what people call them.
const PARAMETERS: [(&str, &str); 12] = [
    ("id_token", "the ID Token"),
    ("id_token_hint", "the ID Token"),
    ("logout_token", "the logout token"),
    ("code", "the code"),
    ("state", "the state"),
    ("nonce", "the nonce"),
    ("code_verifier", "the code_verifier"),
    ("access_token", "the access token"),
    ("refresh_token", "the refresh token"),
    ("token", "a token that was revoked"),
    ("client_secret", "the client secret"),
    ("client_assertion", "the client's assertion"),
];

/// What is shorter may stand anywhere by chance.
const SHORTEST: usize = 16;
/// The parts of a JWT that are shorter are much the same in each.
const SHORTEST_PART: usize = 40;

/// Something that nobody may read in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// What it is.
    pub what: &'static str,
    value: String,
}

impl Secret {
    /// Does it stand there, as it is or as a form writes it?
    pub fn is_in(&self, text: &str) -> bool {
        let written: String = form_urlencoded::byte_serialize(self.value.as_bytes()).collect();
        text.contains(&self.value) || text.contains(&written)
    }

    /// As it is, and as a form writes it where that differs.
    pub(crate) fn spellings(self) -> impl Iterator<Item = String> {
        let written: String = form_urlencoded::byte_serialize(self.value.as_bytes()).collect();
        let other = (written != self.value).then_some(written);
        std::iter::once(self.value).chain(other)
    }
}

/// The secrets that were exchanged, each once: of the login itself, of the application at the provider, and its cookies.
pub fn secrets(conversation: &[Exchange]) -> Vec<Secret> {
    let mut found = Vec::new();
    for exchange in conversation {
        for (name, value) in said(exchange) {
            for (_, what) in PARAMETERS.iter().filter(|(known, _)| *known == name) {
                keep(&mut found, what, &value);
            }
        }
        authorization(exchange, &mut found);
        for line in cookies(exchange) {
            let value = line.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, value)| value);
            keep(&mut found, "a cookie", value.unwrap_or_default());
        }
    }
    found
}

/// A signed token is told by its claims and by its signature: its header is that of others as well.
fn keep(found: &mut Vec<Secret>, what: &'static str, value: &str) {
    let parts: Vec<_> = value.split('.').collect();
    let signed = parts.len() == 3 && parts.iter().all(|part| !part.is_empty());
    let values = if signed { &parts[1..] } else { &[value][..] };
    let shortest = if signed { SHORTEST_PART } else { SHORTEST };
    for value in values.iter().filter(|value| value.len() >= shortest) {
        let secret = Secret { what, value: (*value).to_owned() };
        if !found.contains(&secret) {
            found.push(secret);
        }
    }
}

/// Every parameter, wherever it stands.
fn said(exchange: &Exchange) -> Vec<(String, String)> {
    let answer = exchange.response.as_ref();
    let location = answer.and_then(|answer| answer.header("location")).unwrap_or_default();
    let addresses = [exchange.request.url.as_str(), location].into_iter();
    let in_addresses = addresses.flat_map(|address| address.split(['?', '#']).skip(1).map(Params::parse));
    let mut said: Vec<_> =
        in_addresses.chain([Params::parse(&exchange.request.body)]).flat_map(|params| params.0).collect();
    let is_provider = exchange.endpoint != Endpoint::App;
    let json = answer.filter(|_| is_provider).map(|answer| serde_json::from_str(&answer.body));
    if let Some(Ok(Value::Object(members))) = json {
        let texts = members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
        said.extend(texts);
    }
    said
}

/// How the application showed the provider who it is, and what it may.
fn authorization(exchange: &Exchange, found: &mut Vec<Secret>) {
    let header = exchange.request.header("authorization").filter(|_| exchange.endpoint != Endpoint::App);
    match header.and_then(|header| header.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            keep(found, "the access token", token);
        }
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            keep(found, "the client secret", pair);
            let clear = STANDARD.decode(pair).ok().and_then(|clear| String::from_utf8(clear).ok());
            let secret = clear.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, secret)| secret);
            let secret = secret.unwrap_or_default();
            // Some write it as a form would (RFC 6749 2.3.1), others as it is.
            keep(found, "the client secret", &percent_decode_str(secret).decode_utf8_lossy());
        }
        _ => {}
    }
}

/// What the application sets, and what it is sent.
fn cookies(exchange: &Exchange) -> Vec<&str> {
    if exchange.endpoint != Endpoint::App {
        return Vec::new();
    }
    let sent = exchange.request.header("cookie").into_iter().flat_map(|line| line.split("; "));
    let stored = exchange.response.iter().flat_map(|answer| answer.headers_named("set-cookie"));
    sent.chain(stored).collect()
}

//! What can be said about one request.

use super::asked::{Asked, query_of};
use super::strength::{SHORTEST, weakness};
use super::{Remark, remark};
use crate::client::Client;
use crate::protocol::Params;
use crate::trace::Exchange;

pub(super) fn judge(request: &Asked, clients: Option<&[Client]>, remarks: &mut Vec<Remark>) {
    value(request, "state", "RFC 6749 10.12", remarks);
    if request.is_about_a_login() {
        value(request, "nonce", "OIDC Core 15.5.2", remarks);
    }
    twins(request, remarks);
    query_mode(request, remarks);
    pkce(request, remarks);
    repeated(request, remarks);
    if let Some(clients) = clients {
        redirect_uri(request, clients, remarks);
    }
}

/// A value that nobody may guess.
fn value(request: &Asked, name: &str, clause: &str, remarks: &mut Vec<Remark>) {
    let mut say = |what: &str, text: String| {
        remarks.push(remark(&format!("{name}-{what}"), &[request.seq], text, clause));
    };
    let Some(value) = request.params.given(name) else {
        let text = format!("there is no {name}; send a fresh random one with every request");
        return say("missing", text);
    };
    let length = value.chars().count();
    if length < SHORTEST {
        let text =
            format!("the {name} has only {length} characters; send at least 22 random ones (128 bits)");
        say("short", text);
    } else if let Some(why) = weakness(value, request.at_millis) {
        say(
            "low-entropy",
            format!("the {name} can be guessed: {why}; take 128 bits from a secure random source"),
        );
    }
}

fn twins(request: &Asked, remarks: &mut Vec<Remark>) {
    let (nonce, state) = (request.params.given("nonce"), request.params.given("state"));
    if nonce.is_some() && nonce == state {
        let text = "nonce and state are equal; the state is seen by more parties, so draw each on its own";
        remarks.push(remark("nonce-equals-state", &[request.seq], text, "OIDC Core 15.5.2"));
    }
}

fn query_mode(request: &Asked, remarks: &mut Vec<Remark>) {
    let kind = request.kind();
    if (kind.id_token || kind.token) && request.params.given("response_mode") == Some("query") {
        let text = "a token is asked for in the query, where logs and referrers keep it; use form_post";
        remarks.push(remark("token-in-query", &[request.seq], text, "OAuth 2.0 Multiple Response Types 3"));
    }
}

fn pkce(request: &Asked, remarks: &mut Vec<Remark>) {
    let challenge = request.params.given("code_challenge");
    if challenge.is_none() && request.kind().code {
        let text = "a code is asked for without a code_challenge; send one with code_challenge_method=S256";
        remarks.push(remark("pkce-missing", &[request.seq], text, "RFC 9700 2.1.1"));
    }
    // Without a method it is plain (RFC 7636 4.3).
    if challenge.is_some() && request.params.given("code_challenge_method").unwrap_or("plain") == "plain" {
        let text = "the code_challenge is plain, which hides nothing; send code_challenge_method=S256";
        remarks.push(remark("pkce-plain", &[request.seq], text, "RFC 7636 7.2"));
    }
}

fn repeated(request: &Asked, remarks: &mut Vec<Remark>) {
    // RFC 8707 2: the only one that may.
    for name in request.params.repeated().into_iter().filter(|name| *name != "resource") {
        let text = format!("the parameter {name} comes more than once; send it once");
        remarks.push(remark("parameter-duplicated", &[request.seq], text, "RFC 6749 3.1"));
    }
}

fn redirect_uri(request: &Asked, clients: &[Client], remarks: &mut Vec<Remark>) {
    let (Some(id), Some(uri)) = (request.params.given("client_id"), request.params.given("redirect_uri"))
    else {
        return;
    };
    let text = match clients.iter().find(|client| client.client_id == id) {
        Some(client) if client.redirect_uris.iter().any(|known| known == uri) => return,
        Some(_) => {
            format!("{uri} is not registered with {id}; a real provider refuses it, so register it as it is")
        }
        None => format!("{id} is not registered; a real provider refuses it and its redirect URI {uri}"),
    };
    remarks.push(remark("redirect-uri-unregistered", &[request.seq], text, "OIDC Core 3.1.2.1"));
}

/// What no URL may hold, at whatever endpoint.
pub(super) fn judge_url(exchange: &Exchange, remarks: &mut Vec<Remark>) {
    let query = Params::parse(query_of(&exchange.request.url));
    for name in ["client_secret", "access_token", "refresh_token", "client_assertion"] {
        if query.given(name).is_some() {
            let text = format!(
                "{name} stands in the URL of {}, where logs keep it; send it in the body or in a \
                 header",
                exchange.endpoint
            );
            remarks.push(remark("secret-in-url", &[exchange.seq], text, "RFC 6749 2.3.1, RFC 6750 5.3"));
        }
    }
}

//! `GET` or `POST …/end-session`, with `post_logout_redirect_uri`, `id_token_hint`, `client_id` and `state`,
//! all optional (OIDC RP-Initiated Logout 2) → a redirect to the application, or the page "Signed out".

use super::page::{page, redirect, untrusted};
use crate::checks::{Rules, Untrusted, is_on_loopback, nearest};
use crate::pages::SignedOutPage;
use crate::protocol::Params;
use crate::server::{Call, Reply};
use crate::tenant::State;
use crate::token::read_hint;

pub(crate) async fn answer(call: Call) -> Reply {
    let state = &*call.state;
    let encoded = match destination(state, call.params()) {
        Ok(Some(location)) => redirect(303, location),
        Ok(None) => page(200, &SignedOutPage { home: &state.base }),
        Err(problem) => untrusted("This logout cannot be finished", &problem, &state.base),
    };
    encoded.into()
}

fn destination(state: &State, params: &Params) -> Result<Option<String>, Untrusted> {
    let client_id = params.given("client_id");
    let clients = match (params.given("id_token_hint"), client_id) {
        (Some(hint), _) => Some(hinted(state, hint, client_id)?),
        (None, Some(client_id)) => Some(vec![client_id.to_owned()]),
        (None, None) => None,
    };
    let Some(uri) = params.given("post_logout_redirect_uri") else { return Ok(None) };
    is_registered(state, uri, clients.as_deref())?;
    Ok(Some(match params.given("state") {
        Some(value) => with_state(uri, value),
        None => uri.to_owned(),
    }))
}

/// The clients that a hint vouches for; the one in `client_id` must be among them.
fn hinted(state: &State, hint: &str, client_id: Option<&str>) -> Result<Vec<String>, Untrusted> {
    let refused =
        |problem: String, remedy: &str| Untrusted { problem, remedy: remedy.to_owned(), difference: None };
    let Some(hint) = read_hint(hint) else {
        return Err(refused(
            "The id_token_hint is not a token that this provider signed.".into(),
            "Send the ID Token as it came, or leave id_token_hint out.",
        ));
    };
    if hint.issuer.as_deref() != Some(&state.issuer) {
        let issuer = hint.issuer.map_or_else(|| "nobody".to_owned(), |issuer| format!("\"{issuer}\""));
        return Err(refused(
            format!("The id_token_hint comes from another issuer: its iss names {issuer}."),
            "End the session at the issuer of the ID Token, or leave id_token_hint out.",
        ));
    }
    if hint.clients.is_empty() || !knows_one_of(state, &hint.clients) {
        return Err(refused(
            format!("The id_token_hint is for no client that is registered: {}.", listed(&hint.clients)),
            "Register the client that its aud names, or leave id_token_hint out.",
        ));
    }
    match client_id {
        None => Ok(hint.clients),
        Some(client_id) if hint.clients.iter().any(|client| client == client_id) => {
            Ok(vec![client_id.to_owned()])
        }
        Some(client_id) => Err(refused(
            format!(
                "The id_token_hint is for {}, and client_id says \"{client_id}\".",
                listed(&hint.clients)
            ),
            "Send the client_id the token was issued to, or leave it out.",
        )),
    }
}

/// Whether the issuer would let one of these clients ask for a login.
fn knows_one_of(state: &State, clients: &[String]) -> bool {
    let desk = state.desk();
    desk.rules == Rules::Lenient || desk.clients().iter().any(|client| clients.contains(&client.client_id))
}

fn listed(clients: &[String]) -> String {
    match clients {
        [] => "its aud names nobody".to_owned(),
        _ => format!("\"{}\"", clients.join("\", \"")),
    }
}

/// The URI with `state` in its query, which stands before a fragment (RFC 3986 3).
fn with_state(uri: &str, value: &str) -> String {
    let (uri, fragment) = uri.find('#').map_or((uri, ""), |start| uri.split_at(start));
    let separator = if uri.contains('?') { '&' } else { '?' };
    let state: Params = [("state", value)].into_iter().collect();
    format!("{uri}{separator}{}{fragment}", state.encode())
}

fn is_registered(state: &State, uri: &str, asking: Option<&[String]>) -> Result<(), Untrusted> {
    let (clients, rules) = {
        let desk = state.desk();
        (desk.clients(), desk.rules)
    };
    let registered: Vec<String> = clients
        .iter()
        .filter(|client| asking.is_none_or(|asking| asking.contains(&client.client_id)))
        .flat_map(|client| client.post_logout_redirect_uris.clone())
        .collect();
    if registered.iter().any(|known| known == uri) || (rules == Rules::Lenient && is_on_loopback(uri)) {
        return Ok(());
    }
    Err(Untrusted {
        problem: "The post_logout_redirect_uri is not registered.".into(),
        remedy:
            "These URIs are compared character by character. Register this one for the client, or correct \
                 the request."
                .into(),
        difference: Some(Box::new(nearest(uri, &registered))),
    })
}

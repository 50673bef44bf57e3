//! Where the browser goes after logout, and what a hint vouches for.

use crate::checks::{Rules, Untrusted, is_on_loopback, nearest};
use crate::protocol::Params;
use crate::tenant::State;
use crate::token::{Hint, read_hint};

/// What a logout request asks for.
pub(super) struct Wanted {
    /// Where the browser goes, if not to the provider's own page.
    pub(super) location: Option<String>,
    /// Whose session it is.
    pub(super) hint: Option<Hint>,
}

/// Checks a request against the issuer's clients and rules.
pub(super) fn understand(state: &State, params: &Params) -> Result<Wanted, Untrusted> {
    let client_id = params.given("client_id");
    let hint = params.given("id_token_hint").map(|hint| hinted(state, hint, client_id)).transpose()?;
    let clients = match (&hint, client_id) {
        (_, Some(client_id)) => Some(vec![client_id.to_owned()]),
        (Some(hint), None) => Some(hint.clients.clone()),
        (None, None) => None,
    };
    let Some(uri) = params.given("post_logout_redirect_uri") else {
        return Ok(Wanted { location: None, hint });
    };
    is_registered(state, uri, clients.as_deref())?;
    let location = match params.given("state") {
        Some(value) => with_state(uri, value),
        None => uri.to_owned(),
    };
    Ok(Wanted { location: Some(location), hint })
}

/// A hint that can be believed; the client in `client_id` must be one that it vouches for.
fn hinted(state: &State, hint: &str, client_id: Option<&str>) -> Result<Hint, Untrusted> {
    let refused =
        |problem: String, remedy: &str| Untrusted { problem, remedy: remedy.to_owned(), difference: None };
    let clients = state.desk().clients();
    let Some(hint) = read_hint(hint, &clients) else {
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
        None => Ok(hint),
        Some(client_id) if hint.clients.iter().any(|client| client == client_id) => Ok(hint),
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

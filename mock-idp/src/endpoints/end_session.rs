//! `GET` or `POST …/end-session`, with `post_logout_redirect_uri`, `id_token_hint`, `client_id` and `state`,
//! all optional (OIDC RP-Initiated Logout 2) → a redirect to the application, or the page "Signed out".

use super::page::{page, redirect, untrusted};
use crate::checks::{Rules, Untrusted, is_on_loopback, nearest};
use crate::pages::SignedOutPage;
use crate::protocol::Params;
use crate::server::{Call, Reply};
use crate::tenant::State;
use crate::token::client_of_hint;

pub(crate) async fn answer(call: Call) -> Reply {
    let state = &*call.state;
    let encoded = match destination(state, call.params()) {
        Ok(Some(location)) => redirect(303, location),
        Ok(None) => page(200, &SignedOutPage { home: &state.issuer }),
        Err(problem) => untrusted("This logout cannot be finished", &problem, &state.issuer),
    };
    encoded.into()
}

fn destination(state: &State, params: &Params) -> Result<Option<String>, Untrusted> {
    let hinted = match params.given("id_token_hint") {
        Some(hint) => Some(client_of_hint(hint).ok_or_else(|| Untrusted {
            problem: "The id_token_hint is not a token that this provider signed.".into(),
            remedy: "Send the ID Token as it came, or leave id_token_hint out.".into(),
            difference: None,
        })?),
        None => None,
    };
    let client_id = params.given("client_id");
    if let (Some(hinted), Some(client_id)) = (&hinted, client_id)
        && hinted != client_id
    {
        return Err(Untrusted {
            problem: format!("The id_token_hint is for \"{hinted}\", and client_id says \"{client_id}\"."),
            remedy: "Send the client_id the token was issued to, or leave it out.".into(),
            difference: None,
        });
    }
    let Some(uri) = params.given("post_logout_redirect_uri") else { return Ok(None) };
    is_registered(state, uri, hinted.as_deref().or(client_id))?;
    Ok(Some(match params.given("state") {
        Some(value) => {
            let separator = if uri.contains('?') { '&' } else { '?' };
            let state: Params = [("state", value)].into_iter().collect();
            format!("{uri}{separator}{}", state.encode())
        }
        None => uri.to_owned(),
    }))
}

fn is_registered(state: &State, uri: &str, client_id: Option<&str>) -> Result<(), Untrusted> {
    let (clients, rules) = {
        let desk = state.desk();
        (desk.clients(), desk.rules)
    };
    let registered: Vec<String> = clients
        .iter()
        .filter(|client| client_id.is_none_or(|id| client.client_id == id))
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

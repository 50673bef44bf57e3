//! Request objects at an address (OIDC Core 6.2).
//!
//! Only what the client registered is fetched: a provider that fetches what a query names is a proxy for whoever can
//! make a browser open a URL.

use super::{BEGUN, Pushed, URN, Visit, named, refusal};
use crate::checks::{Refusal, trust};
use crate::client::Client;
use crate::outgoing::Outgoing;
use crate::protocol::{ErrorCode, Params, ProtocolError};
use crate::tenant::State;
use crate::trace::Endpoint;

/// Fetches the request object that a request is about, if it is at an address, and keeps it for the pages that
/// follow.
pub(crate) async fn fetch(state: &State, params: &Params, visit: Visit) -> Result<(), Refusal> {
    let Some(uri) = address(params).filter(|_| matches!(visit, Visit::First | Visit::Look)) else {
        return Ok(());
    };
    let desk = state.snapshot();
    let book = desk.book();
    let Some(client) =
        named(params, &book).filter(|client| book.offer.request_parameter && registers(client, uri))
    else {
        return Ok(());
    };
    let (question, at_millis) = (Outgoing::get(uri), state.clock.unix_millis());
    // In a box, which a login without an address does not have.
    let answer = Box::pin(question.send()).await;
    state.trace.record(question.exchange(Endpoint::RequestObject, at_millis, answer.as_ref().ok().cloned()));
    let object = match answer {
        Ok(response) if response.status == 200 => response.body,
        Ok(response) => {
            return Err(unfetched(params, &book, &format!("{uri} was answered with {}", response.status)));
        }
        Err(problem) => return Err(unfetched(params, &book, &problem)),
    };
    let params: Params = [("request", object.trim())].into_iter().collect();
    let now = state.clock.unix();
    let kept = Pushed { client_id: client.client_id.clone(), params };
    state.grants.open().begun.put(name_of(&client, uri), now, now.saturating_add(BEGUN), kept);
    Ok(())
}

/// The request object that was fetched for a request.
pub(super) fn object(state: &State, params: &Params, client: Option<&Client>) -> Option<String> {
    let (uri, client) = (address(params)?, client?);
    let vault = state.grants.open();
    let kept = vault.begun.get(&name_of(client, uri), state.clock.unix())?;
    kept.params.given("request").map(str::to_owned)
}

fn address(params: &Params) -> Option<&str> {
    params.given("request_uri").filter(|uri| !uri.starts_with(URN) && params.given("request").is_none())
}

fn registers(client: &Client, uri: &str) -> bool {
    client.request_uris.iter().any(|own| own == uri)
}

/// What it is called among the begun requests: nothing that a `request_uri` of a pushed request could be.
fn name_of(client: &Client, uri: &str) -> String {
    format!("at {} {uri}", client.client_id)
}

fn unfetched(params: &Params, book: &crate::checks::Rulebook<'_>, problem: &str) -> Refusal {
    let destination = trust(params, book).ok().map(|(_, destination)| destination);
    let text = format!("the request object cannot be had: {problem}");
    refusal(params, destination.as_ref(), ProtocolError::new(ErrorCode::InvalidRequestUri, text))
}

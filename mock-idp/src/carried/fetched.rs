//! Request objects at an address (OIDC Core 6.2).
//!
//! Only what the client registered is fetched: a provider that fetches what a query names is a proxy for whoever can
//! make a browser open a URL.

use super::{URN, named, refusal};
use crate::checks::{Refusal, Rulebook, trust};
use crate::client::Client;
use crate::outgoing::Outgoing;
use crate::protocol::{ErrorCode, Params, ProtocolError};
use crate::server::Call;
use crate::token::ForeignToken;
use crate::trace::Endpoint;

/// What of an object can travel on in the addresses of the pages that follow, in bytes.
const LIMIT: usize = 32 * 1024;

/// The parameters of a call with the request object itself in the place of its address. None if they name no address,
/// and where something else about them is wrong first.
pub(crate) async fn fetched(call: &Call) -> Result<Option<Params>, Refusal> {
    let params = call.params();
    let Some(uri) = address(params) else { return Ok(None) };
    let desk = call.state.snapshot();
    let book = desk.book();
    let Some(client) = asking(params, &book) else { return Ok(None) };
    let refused = |text: String| {
        let destination = trust(params, &book).ok().map(|(_, destination)| destination);
        refusal(params, destination.as_ref(), ProtocolError::new(ErrorCode::InvalidRequestUri, text))
    };
    if !registers(&client, uri) {
        let text = "this request_uri is none of the client's request_uris, and no other address is fetched; register it \
                    there";
        return Err(refused(text.to_owned()));
    }
    let object = ask(call, uri)
        .await
        .and_then(|object| usable(uri, &object).map(|()| object))
        .map_err(|problem| refused(format!("the request object cannot be had: {problem}")))?;
    let mut whole = params.clone();
    whole.remove("request_uri");
    whole.set("request", object);
    Ok(Some(whole))
}

fn address(params: &Params) -> Option<&str> {
    params.given("request_uri").filter(|uri| !uri.starts_with(URN) && params.given("request").is_none())
}

/// The client whose request it is, if nothing that is asked first stands against it.
fn asking(params: &Params, book: &Rulebook<'_>) -> Option<Client> {
    let is_trusted = params.given("redirect_uri").is_none() || trust(params, book).is_ok();
    let once = params.repeated().is_empty();
    let client = named(params, book).filter(|_| is_trusted && once && book.offer.request_parameter)?;
    (!book.requires_pushed(Some(&client))).then_some(client)
}

/// The fragment is about what is there, and may be another every time (OIDC Core 6.2).
fn registers(client: &Client, uri: &str) -> bool {
    client.request_uris.iter().any(|own| without_fragment(own) == without_fragment(uri))
}

fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(before, _)| before)
}

async fn ask(call: &Call, uri: &str) -> Result<String, String> {
    let (question, at_millis) = (Outgoing::get(uri), call.state.clock.unix_millis());
    // In a box, which a login without an address does not have.
    let answer = Box::pin(question.send()).await;
    let kept = answer.as_ref().ok().cloned();
    call.state.trace.record(question.exchange(Endpoint::RequestObject, at_millis, kept));
    match answer? {
        response if response.status == 200 => Ok(response.body.trim().to_owned()),
        response => Err(format!("{uri} was answered with {}", response.status)),
    }
}

/// Over plain http only a signature shows whose it is (OIDC Core 6.2).
fn usable(uri: &str, object: &str) -> Result<(), String> {
    if object.len() > LIMIT {
        return Err(format!(
            "at {uri} there are {} bytes, and {LIMIT} are read; send a smaller one",
            object.len()
        ));
    }
    match ForeignToken::parse(object) {
        Ok(token) if token.alg == "none" => {
            Err(format!("at {uri} it is unsigned, which is not believed over plain http; sign it"))
        }
        // What else is wrong is said where any request object is read.
        _ => Ok(()),
    }
}

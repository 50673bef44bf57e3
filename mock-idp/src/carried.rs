//! Authorization requests that are carried by a parameter: as a request object in `request` (OIDC Core 6.1,
//! RFC 9101), or by a `request_uri` that stands for a pushed request (RFC 9126) or is the address of an object
//! (OIDC Core 6.2).

mod fetched;
mod object;

pub(crate) use fetched::fetched;

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};

use crate::checks::{Refusal, Rulebook, trust};
use crate::client::Client;
use crate::protocol::authorization::Destination;
use crate::protocol::{ErrorCode, Params, ProtocolError};
use crate::server::Call;
use crate::tenant::State;
use crate::token::base64url;

/// What every `request_uri` of a pushed request begins with (RFC 9126 2.2).
pub(crate) const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// For how many seconds a pushed request waits for the browser.
const PUSHED: i64 = 60;
/// For how many seconds the pages after the authorization endpoint remember it.
const BEGUN: i64 = 3600;

/// A request that was pushed.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    pub(crate) client_id: String,
    pub(crate) params: Params,
}

/// Which page reads a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// The authorization endpoint, which uses a pushed request up.
    First,
    /// The authorization endpoint, asked by somebody who only looks.
    Look,
    /// The pages after it, whose URLs still have the request.
    Again,
    /// The endpoint for pushed requests.
    Push,
}

impl Visit {
    /// A request to the authorization endpoint.
    pub(crate) fn first(call: &Call) -> Self {
        if call.bystander { Self::Look } else { Self::First }
    }
}

/// The parameters that count.
pub(crate) fn effective<'p>(
    state: &State,
    params: &'p Params,
    book: &Rulebook<'_>,
    visit: Visit,
) -> Result<Cow<'p, Params>, Refusal> {
    let (object, uri) = (params.given("request"), params.given("request_uri"));
    let is_pushed = uri.is_some_and(|uri| uri.starts_with(URN)) && visit != Visit::Push;
    if object.is_none() && !is_pushed && !book.might_require_pushed() {
        return Ok(Cow::Borrowed(params));
    }
    let (client, destination) =
        trust(params, book).map_or((None, None), |(client, destination)| (Some(client), Some(destination)));
    let refused = |error: ProtocolError| refusal(params, destination.as_ref(), error);
    if object.is_some() && uri.is_some() {
        return Err(refused(ProtocolError::invalid(
            "request and request_uri exclude each other; send one of them",
        )));
    }
    if let (Some(uri), true) = (uri, is_pushed) {
        return pushed(state, uri, params, visit).map(Cow::Owned).map_err(refused);
    }
    let client = client.or_else(|| named(params, book));
    if visit != Visit::Push && book.requires_pushed(client.as_ref()) {
        return Err(refused(ProtocolError::invalid(
            "this request has to be pushed (RFC 9126 6); post it to the pushed_authorization_request_endpoint \
             first, and send client_id and the request_uri that comes back",
        )));
    }
    match (object, client) {
        (Some(object), Some(client)) if book.offer.request_parameter => {
            let has_begun = visit == Visit::Again && state.has_begun(object);
            let now = (!has_begun).then(|| state.now_for(&client));
            let own = object::Reader { client: &client, book, issuer: &state.issuer, now };
            let read = own.read(object, params).map_err(refused)?;
            if visit == Visit::First {
                state.begin(object, &client);
            }
            Ok(Cow::Owned(read))
        }
        // The checks say what is wrong.
        _ => Ok(Cow::Borrowed(params)),
    }
}

/// The client that a request names, whether its redirect URI is any good or not.
fn named(params: &Params, book: &Rulebook<'_>) -> Option<Client> {
    let mut only = Params::default();
    only.append("client_id", params.given("client_id")?);
    book.client(&only).ok()
}

fn pushed(state: &State, uri: &str, params: &Params, visit: Visit) -> Result<Params, ProtocolError> {
    let now = state.clock.unix();
    let mut vault = state.grants.open();
    let found = match visit {
        Visit::First => vault.pushed.take(uri, now),
        Visit::Look => vault.pushed.get(uri, now).cloned(),
        Visit::Again | Visit::Push => vault.begun.get(uri, now).cloned(),
    };
    let wrong = |text: &str| ProtocolError::new(ErrorCode::InvalidRequestUri, text);
    let Some(found) = found else {
        return Err(wrong(
            "this request_uri is unknown, was used before or has expired; push the request again, each \
             request_uri is good once",
        ));
    };
    if params.given("client_id") != Some(&found.client_id) {
        return Err(wrong(
            "this request_uri was pushed by another client; send the client_id that pushed it",
        ));
    }
    if visit == Visit::First {
        vault.begun.put(uri.to_owned(), now, now.saturating_add(BEGUN), found.clone());
    }
    Ok(found.params)
}

impl State {
    /// Keeps a pushed request: its `request_uri`, and for how many seconds it is good.
    pub(crate) fn push(&self, pushed: Pushed) -> (String, i64) {
        let (uri, now) = (format!("{URN}{}", self.ids.fresh()), self.clock.unix());
        self.grants.open().pushed.put(uri.clone(), now, now.saturating_add(PUSHED), pushed);
        (uri, PUSHED)
    }
}

impl State {
    /// Remembers that a request object was good when it arrived: whoever is slow at the pages after that is not
    /// too late.
    fn begin(&self, object: &str, client: &Client) {
        let now = self.clock.unix();
        let begun = Pushed { client_id: client.client_id.clone(), params: Params::default() };
        self.grants.open().begun.put(name_of(object), now, now.saturating_add(BEGUN), begun);
    }

    fn has_begun(&self, object: &str) -> bool {
        self.grants.open().begun.get(&name_of(object), self.clock.unix()).is_some()
    }
}

/// What a request object is called among the begun requests: no `request_uri`.
fn name_of(object: &str) -> String {
    format!("object {}", base64url(digest(&SHA256, object.as_bytes())))
}

/// The answer to a request whose parameters cannot be had: to the application if it named itself and a place
/// that can be trusted.
fn refusal(params: &Params, destination: Option<&Destination>, error: ProtocolError) -> Refusal {
    match destination {
        Some(destination) if params.given("redirect_uri").is_some() => {
            Refusal::Answer(destination.clone(), error)
        }
        _ => Refusal::Page(crate::checks::Untrusted {
            problem: format!("The request cannot be read: {}.", error.description),
            remedy: format!("Its error would be {}.", error.code),
            difference: None,
        }),
    }
}

//! `POST …/par` with an authorization request, from a client that proves itself → a `request_uri` for the browser
//! (RFC 9126 2).

use super::token::{crossing, private_json};
use crate::carried::{Pushed, Visit, effective};
use crate::checks::{Refusal, check};
use crate::client::Client;
use crate::client_auth::authenticate;
use crate::protocol::{Document, Encoded, OAuthError, Object, Params};
use crate::server::{Call, Reply};

/// Parameters of the pushing itself.
const PROOFS: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];

pub(crate) async fn answer(call: Call) -> Reply {
    let encoded = match authenticate(&call).and_then(|client| push(&call, &client)) {
        Ok(object) => Encoded { status: 201, ..private_json(&Document::from(object)) },
        Err(error) => error.encode(),
    };
    crossing(encoded).into()
}

fn push(call: &Call, client: &Client) -> Result<Object, OAuthError> {
    if call.form.has("request_uri") {
        return Err(OAuthError::invalid(
            "request_uri cannot be pushed; push the parameters themselves, or a request object in request",
        ));
    }
    let mut params: Params = call.form.iter().filter(|(name, _)| !PROOFS.contains(name)).collect();
    if !params.has("client_id") {
        params.append("client_id", client.client_id.as_str());
    }
    let state = &*call.state;
    let desk = state.snapshot();
    let book = desk.book();
    let params = effective(state, &params, &book, Visit::Push).map_err(told)?.into_owned();
    check(&params, &book).map_err(told)?;
    let (uri, expires_in) = state.push(Pushed { client_id: client.client_id.clone(), params });
    Ok(Object::default().with("request_uri", uri).with("expires_in", expires_in))
}

/// What the browser would have been told, told to the client (RFC 9126 2.3).
fn told(refusal: Refusal) -> OAuthError {
    match refusal {
        Refusal::Answer(_, error) => OAuthError::new(error.code, error.description),
        Refusal::Page(page) => OAuthError::invalid(format!("{} {}", page.problem, page.remedy)),
    }
}

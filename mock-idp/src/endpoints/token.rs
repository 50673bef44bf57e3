//! `POST …/token` → tokens for a grant (RFC 6749 3.2, OIDC Core 3.1.3).

mod authorization_code;
mod client_credentials;
mod device_code;
mod refresh_token;

use std::sync::Arc;

use crate::client::Client;
use crate::client_auth::authenticate;
use crate::fault::{Pass, Seam};
use crate::grant::Granted;
use crate::offer::DEVICE_CODE;
use crate::protocol::{Document, Encoded, ErrorCode, OAuthError, Object};
use crate::server::{Call, Reply};
use crate::tenant::State;
use crate::tenant::issue::Beside;

/// Answers a request for one type of grant.
type GrantType = fn(&Call, &Client, &mut Pass) -> Result<Object, OAuthError>;

/// What is offered.
pub(crate) const GRANT_TYPES: &[(&str, GrantType)] = &[
    ("authorization_code", authorization_code::exchange),
    ("refresh_token", refresh_token::exchange),
    ("client_credentials", client_credentials::exchange),
    (DEVICE_CODE, device_code::exchange),
];

pub(crate) async fn answer(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match exchange(&call, &mut pass) {
        Ok(object) => {
            let mut document = Document::from(object);
            pass.document(Seam::TokenResponse, &mut document);
            private_json(&document)
        }
        Err(error) => error.encode(),
    };
    Reply::after(pass, crossing(encoded))
}

fn exchange(call: &Call, pass: &mut Pass) -> Result<Object, OAuthError> {
    let offer = Arc::clone(&call.state.desk().offer);
    let offered = || GRANT_TYPES.iter().filter(|(name, _)| offer.has_grant_type(name));
    let known = || offered().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let Some(wanted) = call.form.given("grant_type") else {
        return Err(OAuthError::invalid(format!(
            "grant_type is missing in the body, which is application/x-www-form-urlencoded; send one of: {}",
            known()
        )));
    };
    let client = authenticate(call)?;
    let Some((_, grant_type)) = offered().find(|(name, _)| *name == wanted) else {
        return Err(OAuthError::new(
            ErrorCode::UnsupportedGrantType,
            format!("this grant_type is not offered; send one of: {}", known()),
        ));
    };
    if !client.grant_types.is_empty() && !client.grant_types.iter().any(|name| name == wanted) {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            format!("this client registered other grant types: {}", client.grant_types.join(", ")),
        ));
    }
    grant_type(call, &client, pass)
}

/// The tokens of a grant: access token, refresh token if the scope has `offline_access` and the client may use one,
/// ID Token if it has `openid`.
fn tokens(call: &Call, client: &Client, granted: &Arc<Granted>, scope: &str, pass: &mut Pass) -> Object {
    let state = &*call.state;
    let access = state.access_token(client, scope, Some(granted));
    let mut answer = Object::default()
        .with("access_token", access.token.as_str())
        .with("token_type", "Bearer")
        .with("expires_in", access.expires_in)
        .with("scope", scope);
    if has_word(&granted.scope, "offline_access") && may_refresh(state, client) {
        answer.push("refresh_token", state.refresh_token(client, granted));
    }
    if has_word(scope, "openid") {
        let beside = Beside { access_token: Some(&access.token), ..Beside::default() };
        // It tells what this scope lets it tell, which may be less than what was granted once.
        let granted = Granted { scope: scope.to_owned(), ..(**granted).clone() };
        answer.push("id_token", state.id_token(&granted, client, beside, pass));
    }
    answer
}

/// Whether a refresh token would be of any use to a client.
fn may_refresh(state: &State, client: &Client) -> bool {
    let name = "refresh_token";
    state.desk().offer.has_grant_type(name)
        && (client.grant_types.is_empty() || client.grant_types.iter().any(|own| own == name))
}

/// Whether a list of words has this one.
pub(super) fn has_word(list: &str, word: &str) -> bool {
    list.split(' ').any(|other| other == word)
}

/// Scripts of any origin may read an answer, whether it is good or bad: what they need for it, they have to bring.
pub(super) fn crossing(mut encoded: Encoded) -> Encoded {
    encoded.headers.push(("access-control-allow-origin", "*".into()));
    encoded
}

/// A JSON document for one client's eyes (RFC 6749 5.1).
pub(super) fn private_json(document: &Document) -> Encoded {
    let headers = vec![
        ("content-type", "application/json".into()),
        ("cache-control", "no-store".into()),
        ("pragma", "no-cache".into()),
    ];
    Encoded { status: 200, headers, body: document.octets().into_owned().into() }
}

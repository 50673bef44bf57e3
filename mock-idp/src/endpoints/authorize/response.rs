//! The response to the application: what was granted, or why nothing was.

use std::sync::Arc;

use super::problem;
use crate::checks::Refusal;
use crate::fault::Pass;
use crate::grant::Granted;
use crate::login::User;
use crate::protocol::{AuthorizationRequest, AuthorizationResponse, Encoded, ErrorCode, Params};
use crate::tenant::State;
use crate::tenant::issue::Beside;

/// A person who got through to the response.
pub(in crate::endpoints) struct Arrival {
    /// A name for the grant.
    pub(in crate::endpoints) id: String,
    /// Who, with the claims to tell.
    pub(in crate::endpoints) user: User,
    /// What they allowed.
    pub(in crate::endpoints) scope: String,
    pub(in crate::endpoints) auth_time: i64,
    pub(in crate::endpoints) acr: Option<String>,
    pub(in crate::endpoints) amr: Vec<String>,
    pub(in crate::endpoints) sid: String,
    /// What the application can watch the session by (OIDC Session Management 2), if a browser has it.
    pub(in crate::endpoints) session_state: Option<String>,
}

/// The response with what the request asks for.
pub(in crate::endpoints) fn grant(
    state: &State,
    request: &AuthorizationRequest,
    arrival: Arrival,
    pass: &mut Pass,
) -> Encoded {
    if !request.claims.id_token.allow("sub", &arrival.user.sub.as_str().into()) {
        let description = "claims names another person by sub than the one who signed in";
        return deny(state, request, ErrorCode::LoginRequired.as_str(), Some(description), pass);
    }
    let client_id = &request.client.client_id;
    state.sessions.open().take_part(&arrival.sid, client_id, state.clock.unix());
    let session_state = arrival.session_state;
    let granted = Arc::new(Granted {
        id: arrival.id,
        client_id: client_id.clone(),
        user: state.grants.person(arrival.user),
        scope: arrival.scope,
        nonce: request.nonce.clone(),
        auth_time: arrival.auth_time,
        acr: arrival.acr,
        amr: arrival.amr,
        sid: arrival.sid,
        claims: request.claims.clone(),
    });
    let mut params = hand_out(state, request, &granted, pass);
    if let Some(session_state) = session_state {
        params.append("session_state", session_state);
    }
    send(state, AuthorizationResponse::success(&request.destination, params), pass)
}

/// What the response type asks for, in the order of OIDC Core 3.3.2.5.
fn hand_out(
    state: &State,
    request: &AuthorizationRequest,
    granted: &Arc<Granted>,
    pass: &mut Pass,
) -> Params {
    let (kind, client) = (request.response_type, &request.client);
    let mut params = Params::default();
    let code = kind
        .code
        .then(|| state.code(granted, &request.destination.redirect_uri, request.challenge.as_deref()));
    let access = kind.token.then(|| state.access_token(client, &granted.scope, Some(granted)));
    if let Some(code) = &code {
        params.append("code", code.as_str());
    }
    if let Some(access) = &access {
        params.append("access_token", access.token.as_str());
        params.append("token_type", "Bearer");
        params.append("expires_in", access.expires_in.to_string());
        params.append("scope", granted.scope.as_str());
    }
    if kind.id_token {
        let beside = Beside {
            access_token: access.as_ref().map(|access| access.token.as_str()),
            code: code.as_deref(),
            state: request.destination.state.as_deref(),
        };
        params.append("id_token", state.id_token(granted, client, beside, pass));
    }
    if let Some(user) = state.introduction(granted, request.destination.mode) {
        params.append("user", user);
    }
    params
}

/// The response with an error.
pub(in crate::endpoints) fn deny(
    state: &State,
    request: &AuthorizationRequest,
    error: &str,
    description: Option<&str>,
    pass: &mut Pass,
) -> Encoded {
    send(state, AuthorizationResponse::error(&request.destination, error, description), pass)
}

/// The answer to a request that failed a check.
pub(in crate::endpoints) fn refuse(state: &State, refusal: Refusal, pass: &mut Pass) -> Encoded {
    match refusal {
        Refusal::Page(page) => problem(state, &page),
        Refusal::Answer(destination, error) => {
            send(state, AuthorizationResponse::refusal(&destination, &error), pass)
        }
    }
}

fn send(state: &State, mut response: AuthorizationResponse, pass: &mut Pass) -> Encoded {
    if state.desk().issuer_parameter {
        response.name_issuer(&state.issuer);
    }
    pass.response(&mut response);
    response.encode()
}

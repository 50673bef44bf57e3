//! `GET` or `POST …/authorize` with an authorization request (OIDC Core 3.2.2) → the response to the
//! application, or a redirect to the login page, or a page that says what is wrong.

use std::sync::Arc;

use super::page::{page, redirect, untrusted};
use super::path;
use crate::carried::{Visit, effective};
use crate::checks::{Refusal, check};
use crate::fault::Pass;
use crate::grant::Granted;
use crate::login::{LoginDecision, User, decide};
use crate::pages::ProblemPage;
use crate::protocol::{AuthorizationRequest, AuthorizationResponse, Encoded, ErrorCode, Params};
use crate::server::{Call, Reply};
use crate::tenant::State;
use crate::tenant::issue::Beside;

pub(crate) async fn answer(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match read(&call.state, call.params(), Visit::first(&call)) {
        Ok(request) => respond(&call, &request, &mut pass),
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
    };
    Reply::after(pass, encoded)
}

/// Reads a request again, at a page after the authorization endpoint whose URL still has it.
pub(super) fn understand(state: &State, params: &Params) -> Result<AuthorizationRequest, Refusal> {
    read(state, params, Visit::Again)
}

/// Checks a request, wherever its parameters are, against the issuer's clients, rules and offer.
fn read(state: &State, params: &Params, visit: Visit) -> Result<AuthorizationRequest, Refusal> {
    let desk = state.snapshot();
    let book = desk.book();
    check(&*effective(state, params, &book, visit)?, &book)
}

fn respond(call: &Call, request: &AuthorizationRequest, pass: &mut Pass) -> Encoded {
    let state = &*call.state;
    match decision(call, request) {
        LoginDecision::Authenticated { user, auth_time } => grant(state, request, &user, auth_time, pass),
        LoginDecision::Denied { error, description } => {
            deny(state, request, &error, description.as_deref(), pass)
        }
        LoginDecision::Ask if request.silent => {
            let description = "nobody is signed in, and prompt=none forbids asking";
            deny(state, request, ErrorCode::LoginRequired.as_str(), Some(description), pass)
        }
        LoginDecision::Ask => redirect(302, format!("{}?{}", state.at(path::LOGIN), call.params().encode())),
        LoginDecision::Unknown { user } => nobody(state, &user),
    }
}

/// Who logs in. A policy for one login is used up by a login only, and under the same lock: of two requests
/// at once one gets it.
fn decision(call: &Call, request: &AuthorizationRequest) -> LoginDecision {
    let marker = call.marker.as_deref();
    let mut desk = call.state.desk();
    let users = desk.users();
    let now = call.state.clock.unix();
    let decision = decide(desk.policy(marker), &users, request.login_hint.as_deref(), now);
    if matches!(decision, LoginDecision::Authenticated { .. }) && !call.bystander {
        desk.use_policy_up(marker);
    }
    decision
}

/// The response with a token for this user.
pub(super) fn grant(
    state: &State,
    request: &AuthorizationRequest,
    user: &User,
    auth_time: i64,
    pass: &mut Pass,
) -> Encoded {
    if !request.claims.id_token.allow("sub", &user.sub.as_str().into()) {
        let description = "claims names another person by sub than the one who signed in";
        return deny(state, request, ErrorCode::LoginRequired.as_str(), Some(description), pass);
    }
    let granted = Arc::new(Granted {
        id: state.ids.fresh(),
        client_id: request.client.client_id.clone(),
        user: user.clone(),
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        auth_time,
        acr: request.acr(),
        amr: vec!["pwd".to_owned()],
        sid: state.ids.fresh(),
        claims: request.claims.clone(),
    });
    let params = hand_out(state, request, &granted, pass);
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
        };
        params.append("id_token", state.id_token(granted, client, beside, pass));
    }
    if let Some(user) = state.introduction(granted, request.destination.mode) {
        params.append("user", user);
    }
    params
}

/// The response with an error.
pub(super) fn deny(
    state: &State,
    request: &AuthorizationRequest,
    error: &str,
    description: Option<&str>,
    pass: &mut Pass,
) -> Encoded {
    send(state, AuthorizationResponse::error(&request.destination, error, description), pass)
}

/// The answer to a request that failed a check.
pub(super) fn refuse(state: &State, refusal: Refusal, pass: &mut Pass) -> Encoded {
    match refusal {
        Refusal::Page(problem) => untrusted("This request cannot be answered", &problem, &state.base),
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

fn nobody(state: &State, user: &str) -> Encoded {
    let users = state.desk().users();
    let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
    let template = ProblemPage {
        title: "Nobody to sign in",
        problem: &format!("The login policy names \"{user}\", whom this issuer does not know."),
        remedy: &format!("Use one of these usernames: {}.", known.join(", ")),
        difference: None,
        home: &state.base,
    };
    page(500, &template)
}

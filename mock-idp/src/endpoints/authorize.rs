//! `GET` or `POST …/authorize` with an authorization request (OIDC Core 3.2.2) → the response to the
//! application, or a redirect to the login page, or a page that says what is wrong.

use super::page::{page, redirect, untrusted};
use super::path;
use crate::checks::{Refusal, check};
use crate::fault::Pass;
use crate::login::{LoginDecision, User, decide};
use crate::pages::ProblemPage;
use crate::protocol::{AuthorizationRequest, AuthorizationResponse, Encoded, ErrorCode, Params};
use crate::server::{Call, Reply};
use crate::tenant::State;
use crate::tenant::issue::Order;

pub(crate) async fn answer(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, call.params()) {
        Ok(request) => respond(&call, &request, &mut pass),
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
    };
    Reply::after(pass, encoded)
}

/// Checks a request against the issuer's clients and rules.
pub(super) fn understand(state: &State, params: &Params) -> Result<AuthorizationRequest, Refusal> {
    let (clients, rules) = {
        let desk = state.desk();
        (desk.clients(), desk.rules)
    };
    check(params, &clients, rules)
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
        LoginDecision::Ask => {
            redirect(302, format!("{}{}?{}", state.issuer, path::LOGIN, call.params().encode()))
        }
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
    let order = Order {
        client: &request.client,
        user,
        scope: &request.scope,
        nonce: request.nonce.as_deref(),
        auth_time,
    };
    let id_token = state.issue(&order, pass);
    send(state, AuthorizationResponse::success(&request.destination, id_token), pass)
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
        Refusal::Page(problem) => untrusted("This request cannot be answered", &problem, &state.issuer),
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
        home: &state.issuer,
    };
    page(500, &template)
}

//! `GET` or `POST …/authorize` with an authorization request (OIDC Core 3.1.2) → the response to the
//! application, or a redirect to the login page, or a page that asks or says what is wrong.

mod response;

use super::page::{page, redirect, untrusted};
use super::path;
use super::steps;
use crate::carried::{Visit, effective, fetched};
use crate::checks::{Refusal, check};
use crate::fault::Pass;
use crate::login::{LoginDecision, User, decide};
use crate::pages::ProblemPage;
use crate::protocol::{AuthorizationRequest, Encoded, Params};
use crate::server::{Call, Reply};
use crate::session::{Session, Strength, told};
use crate::tenant::State;

pub(super) use response::{Arrival, deny, grant, refuse};

pub(crate) async fn answer(mut call: Call) -> Reply {
    let mut pass = call.pass();
    match fetched(&call).await {
        Ok(Some(params)) => call.replace_params(params),
        Ok(None) => {}
        Err(refusal) => {
            let encoded = refuse(&call.state, refusal, &mut pass);
            return Reply::after(pass, encoded);
        }
    }
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
        LoginDecision::Authenticated { user, auth_time } => {
            grant(state, request, by_policy(call, request, user, auth_time), pass)
        }
        LoginDecision::Denied { error, description } => {
            deny(state, request, &error, description.as_deref(), pass)
        }
        LoginDecision::Ask if comes_without_cookies(call) => {
            redirect(303, format!("{}?{}", state.at(path::LOGIN), call.params().encode()))
        }
        LoginDecision::Ask => steps::begin(call, request, pass),
        LoginDecision::Unknown { user } => nobody(state, &user),
    }
}

/// A POST from another site, which browsers strip of the session's cookie. They put it back when they come
/// again with GET, to the next page, and whether somebody is signed in can be told only then.
fn comes_without_cookies(call: &Call) -> bool {
    call.is_post && call.is_from_elsewhere && !super::browser::is_known(call)
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

/// A sign-in that nobody saw. It has a session of its own, which can be ended, and which no browser has: the
/// policy decides anew every time.
fn by_policy(call: &Call, request: &AuthorizationRequest, user: User, auth_time: i64) -> Arrival {
    let state = &*call.state;
    let id = state.ids.fresh();
    let sid = state.ids.fresh();
    let session = Session {
        sid: sid.clone(),
        username: user.username.clone(),
        sub: user.sub.clone(),
        auth_time,
        strength: Strength::Two,
        amr: Vec::new(),
        clients: Vec::new(),
    };
    if !call.bystander {
        state.sessions.open().keep(session, state.clock.unix());
    }
    Arrival {
        id,
        user,
        scope: request.scope.clone(),
        auth_time,
        acr: request.acr().or_else(|| told(&[], request.wants_acr(), Strength::Two).map(str::to_owned)),
        amr: vec!["pwd".to_owned()],
        sid,
        session_state: None,
    }
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

/// The answer to a request that cannot be trusted.
fn problem(state: &State, problem: &crate::checks::Untrusted) -> Encoded {
    untrusted("This request cannot be answered", problem, &state.base)
}

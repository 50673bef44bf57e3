//! `GET …/login?…` with the authorization request in the query → the login page.
//! `POST …/login?…` with `username` and `password`, or `person`, or `deny` → the response to the application.
//!
//! The request stays in the URL and is checked again at every step: there is nothing to store and to expire,
//! and the back button works.

use super::authorize::{deny, grant, refuse, understand};
use super::page::page;
use crate::login::User;
use crate::pages::LoginPage;
use crate::protocol::{AuthorizationRequest, Encoded, ErrorCode};
use crate::server::{Call, Reply};

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Ok(request) => ask(&call, &request, request.login_hint.as_deref().unwrap_or_default(), None),
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
    };
    Reply::after(pass, encoded)
}

pub(crate) async fn sign_in(call: Call) -> Reply {
    let mut pass = call.pass();
    let state = &*call.state;
    let encoded = match understand(state, &call.query) {
        Err(refusal) => refuse(state, refusal, &mut pass),
        Ok(request) => match who(&call) {
            Answer::Person(user) => grant(state, &request, &user, state.clock.unix(), &mut pass),
            Answer::Nobody => {
                let description = "the person declined to sign in";
                deny(state, &request, ErrorCode::AccessDenied.as_str(), Some(description), &mut pass)
            }
            Answer::Wrong => {
                let problem = "Username or password is wrong. The landing page lists them all.";
                let username = call.form.first("username").unwrap_or_default();
                ask(&call, &request, username, Some(problem))
            }
        },
    };
    Reply::after(pass, encoded)
}

enum Answer {
    Person(Box<User>),
    Nobody,
    Wrong,
}

fn who(call: &Call) -> Answer {
    if call.form.has("deny") {
        return Answer::Nobody;
    }
    let users = call.state.desk().users();
    let found = match call.form.first("person") {
        Some(person) => users.iter().find(|user| user.username == person),
        None => users.iter().find(|user| {
            call.form.first("username") == Some(&user.username)
                && call.form.first("password") == Some(&user.password)
        }),
    };
    found.map_or(Answer::Wrong, |user| Answer::Person(Box::new(user.clone())))
}

fn ask(call: &Call, request: &AuthorizationRequest, username: &str, problem: Option<&str>) -> Encoded {
    let people = call.state.desk().users();
    let template = LoginPage {
        client_id: &request.client.client_id,
        issuer: &call.state.issuer,
        action: &call.target,
        username,
        problem,
        people: &people,
    };
    page(if problem.is_some() { 403 } else { 200 }, &template)
}

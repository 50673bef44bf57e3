//! `GET …/device` → a form for the code that a device shows. `POST …/device` with `user_code` → sign-in; with
//! `username` and `password`, or `person` → the question; with `ticket` and `answer` → the device is answered
//! (RFC 8628 3.3).

use askama::Template;

use super::super::page::page;
use crate::device::{LIFETIME, Ticket};
use crate::login::{LoginDecision, User, decide};
use crate::pages::Styled;
use crate::protocol::Encoded;
use crate::server::{Call, Reply};

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage<'p> {
    step: Step<'p>,
    problem: Option<&'p str>,
}

enum Step<'p> {
    Code { user_code: &'p str },
    SignIn { client_id: &'p str, user_code: &'p str, username: &'p str, people: &'p [User] },
    Question { client_id: &'p str, user_code: &'p str, name: &'p str, scope: &'p str, ticket: &'p str },
    Answered { allowed: bool },
}

impl Styled for DevicePage<'_> {}

pub(crate) async fn show(call: Call) -> Reply {
    enter(call.query.given("user_code").unwrap_or_default(), None).into()
}

pub(crate) async fn answer(call: Call) -> Reply {
    let user_code = call.form.given("user_code").unwrap_or_default();
    let encoded = match call.form.given("ticket") {
        Some(ticket) => answered(&call, ticket),
        None => signed_in(&call, user_code),
    };
    encoded.into()
}

fn show_page(status: u16, step: Step<'_>, problem: Option<&str>) -> Encoded {
    page(status, &DevicePage { step, problem })
}

fn enter(user_code: &str, problem: Option<&str>) -> Encoded {
    show_page(if problem.is_some() { 404 } else { 200 }, Step::Code { user_code }, problem)
}

/// The step after the code: sign-in, unless the policy says who it is.
fn signed_in(call: &Call, user_code: &str) -> Encoded {
    let state = &*call.state;
    let device = match state.device(user_code) {
        Ok(device) => device,
        Err(error) => return enter(user_code, Some(&sentence(&error.to_string()))),
    };
    let users = state.desk().users();
    let (user, problem) = match who(call, &users) {
        Who::Person(user) => (user, None),
        Who::Denied => return finish(call, user_code, None),
        Who::Ask(problem) => {
            let username = call.form.first("username").unwrap_or_default();
            let step = Step::SignIn { client_id: &device.client_id, user_code, username, people: &users };
            return show_page(if problem.is_some() { 403 } else { 200 }, step, problem);
        }
    };
    let (ticket, now) = (state.ids.fresh(), state.clock.unix());
    let kept = Ticket { user_code: user_code.to_owned(), user: user.clone() };
    state.grants.open().tickets.put(ticket.clone(), now, now.saturating_add(LIFETIME), kept);
    let name = user.display_name();
    let (client_id, scope) = (device.client_id.as_str(), device.scope.as_str());
    show_page(200, Step::Question { client_id, user_code, name, scope, ticket: &ticket }, problem)
}

enum Who {
    Person(User),
    Denied,
    Ask(Option<&'static str>),
}

fn who(call: &Call, users: &[User]) -> Who {
    let form = &call.form;
    if form.has("deny") {
        return Who::Denied;
    }
    let found = if let Some(person) = form.given("person") {
        users.iter().find(|user| user.username == person)
    } else if form.has("username") {
        users.iter().find(|user| {
            form.first("username") == Some(&user.username) && form.first("password") == Some(&user.password)
        })
    } else {
        let policy = call.state.desk().policy(call.marker.as_deref()).clone();
        return match decide(&policy, users, None, call.state.clock.unix()) {
            LoginDecision::Authenticated { user, .. } => Who::Person(user),
            LoginDecision::Denied { .. } => Who::Denied,
            LoginDecision::Ask | LoginDecision::Unknown { .. } => Who::Ask(None),
        };
    };
    match found {
        Some(user) => Who::Person(user.clone()),
        None => Who::Ask(Some("Username or password is wrong. The landing page lists them all.")),
    }
}

fn answered(call: &Call, ticket: &str) -> Encoded {
    let now = call.state.clock.unix();
    let Some(ticket) = call.state.grants.open().tickets.take(ticket, now) else {
        return enter("", Some("This page is too old, or was answered before. Enter the code again."));
    };
    let allowed = call.form.first("answer") == Some("allow");
    finish(call, &ticket.user_code, allowed.then_some(&ticket.user))
}

/// Answers the device: yes from this person, or no.
fn finish(call: &Call, user_code: &str, user: Option<&User>) -> Encoded {
    let done = match user {
        Some(user) => call.state.approve_device(user_code, &user.username),
        None => call.state.deny_device(user_code),
    };
    match done {
        Ok(()) => show_page(200, Step::Answered { allowed: user.is_some() }, None),
        Err(error) => enter(user_code, Some(&sentence(&error.to_string()))),
    }
}

/// The text of an error as a sentence for people.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

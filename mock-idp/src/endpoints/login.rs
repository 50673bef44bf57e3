//! `GET …/login?…` with the authorization request in the query → the login page.
//! `POST …/login?…` with `username` and `password`, or `person`, or `deny` → the next step, or the response.
//!
//! The request stays in the URL and is checked again at every step: there is nothing to store and to expire,
//! and the back button works.

use serde_json::{Map, Value};

use super::authorize::{deny, refuse, understand};
use super::page::page;
use super::steps::Person;
use super::{browser, path, social, steps};
use crate::fault::Pass;
use crate::login::User;
use crate::pages::{LoginPage, REASONS};
use crate::protocol::{AuthorizationRequest, Encoded, ErrorCode};
use crate::server::{Call, Reply};
use crate::session::{Next, Proof, Strength, Wish};

/// The one-time code. It is on the page.
const CODE: &str = "123456";

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Ok(request) => match steps::wish(&call, &request) {
            Ok(wish) => page_or_go_on(&call, &request, &wish, &mut pass),
            Err(error) => steps::say(&call, &request, &error, &mut pass),
        },
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
    };
    Reply::after(pass, encoded)
}

/// The page; nobody who is signed in already has to see it.
fn page_or_go_on(call: &Call, request: &AuthorizationRequest, wish: &Wish, pass: &mut Pass) -> Encoded {
    match wish.next(&browser::sessions(call), call.state.clock.unix()) {
        Next::Go(session) => steps::go_on(call, request, wish, session.into(), pass),
        Next::Refuse(code, description) => deny(&call.state, request, code.as_str(), Some(description), pass),
        Next::SignIn | Next::Choose => {
            let users = call.state.desk().users();
            ask(call, request, wish, &Typed::hinted(request, wish, &users), None)
        }
    }
}

pub(crate) async fn sign_in(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
        Ok(request) => match steps::wish(&call, &request) {
            Ok(wish) => answered(&call, &request, &wish, &mut pass),
            Err(error) => steps::say(&call, &request, &error, &mut pass),
        },
    };
    Reply::after(pass, encoded)
}

fn answered(call: &Call, request: &AuthorizationRequest, wish: &Wish, pass: &mut Pass) -> Encoded {
    let again = |problem: &str| ask(call, request, wish, &Typed::by(call), Some(problem));
    if call.form.has("deny") {
        return denied(call, request, pass);
    }
    let Some(user) = who(call) else {
        return again("Username or password is wrong. The landing page lists them all.");
    };
    let edits = match edits(call.form.given("claims").unwrap_or_default()) {
        Ok(edits) => edits,
        Err(problem) => return again(&problem),
    };
    let needs_code = wish.strength == Some(Strength::Two);
    let is_one_click = call.form.has("person");
    if needs_code && !is_one_click && call.form.first("code").map(str::trim) != Some(CODE) {
        return again(&format!("The one-time code is wrong. It is always {CODE}."));
    }
    let (strength, amr): (_, &[_]) =
        if needs_code { (Strength::Two, &["pwd", "otp", "mfa"]) } else { (Strength::One, &["pwd"]) };
    let remembered = call.form.has("remember");
    let proof = Proof { username: &user.username, sub: &user.sub, strength, amr, remembered };
    welcome(call, request, wish, (&proof, edits), pass)
}

/// Signs somebody in, in this browser, and goes on.
pub(super) fn welcome(
    call: &Call,
    request: &AuthorizationRequest,
    wish: &Wish,
    (proof, edits): (&Proof<'_>, Map<String, Value>),
    pass: &mut Pass,
) -> Encoded {
    let state = &*call.state;
    let cookie = state.ids.fresh();
    let change = (browser::cookie(call), cookie.as_str());
    let session = state.sessions.open().sign_in(change, || state.ids.fresh(), proof, state.clock.unix());
    let sid = session.sid.clone();
    let mut encoded = if wish.sub.as_ref().is_some_and(|sub| *sub != session.sub) {
        let description = "the person who signed in is not the one in id_token_hint";
        deny(state, request, ErrorCode::LoginRequired.as_str(), Some(description), pass)
    } else {
        steps::go_on(call, request, wish, Person { session, edits }, pass)
    };
    browser::remember(state, &mut encoded, &cookie, &sid, proof.remembered);
    encoded
}

/// The error that the person chose to answer with.
pub(super) fn denied(call: &Call, request: &AuthorizationRequest, pass: &mut Pass) -> Encoded {
    let error = call.form.given("error").unwrap_or(ErrorCode::AccessDenied.as_str());
    let description = REASONS.iter().find(|(code, _)| *code == error).map(|(_, reason)| *reason);
    deny(&call.state, request, error, description, pass)
}

fn who(call: &Call) -> Option<User> {
    let users = call.state.desk().users();
    let found = match call.form.first("person") {
        Some(person) => users.iter().find(|user| user.username == person),
        None => users.iter().find(|user| {
            call.form.first("username") == Some(&user.username)
                && call.form.first("password") == Some(&user.password)
        }),
    };
    found.cloned()
}

/// The claims that were typed.
fn edits(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(edits)) => Ok(edits),
        Ok(_) => {
            Err("The claims are no JSON object. Write one like {\"email\": \"new@example.test\"}.".into())
        }
        Err(error) => Err(format!("The claims are no JSON: {error}.")),
    }
}

/// What stands in the fields.
struct Typed {
    username: String,
    claims: String,
    remember: bool,
}

impl Typed {
    /// What a hint fills in.
    fn hinted(request: &AuthorizationRequest, wish: &Wish, users: &[User]) -> Self {
        let by_sub = wish.sub.as_ref().and_then(|sub| users.iter().find(|user| user.sub == *sub));
        let username = match (&request.login_hint, by_sub) {
            (Some(hint), _) => hint.clone(),
            (None, Some(user)) => user.username.clone(),
            (None, None) => String::new(),
        };
        Self { username, claims: String::new(), remember: false }
    }

    fn by(call: &Call) -> Self {
        let text = |name| call.form.first(name).unwrap_or_default().to_owned();
        Self { username: text("username"), claims: text("claims"), remember: call.form.has("remember") }
    }
}

fn ask(
    call: &Call,
    request: &AuthorizationRequest,
    wish: &Wish,
    typed: &Typed,
    problem: Option<&str>,
) -> Encoded {
    let people = call.state.desk().users();
    let template = LoginPage {
        application: request.client.display_name(),
        issuer: &call.state.issuer,
        action: &format!("{}?{}", call.state.at(path::LOGIN), call.query.encode()),
        username: &typed.username,
        claims: &typed.claims,
        remember: typed.remember,
        code: (wish.strength == Some(Strength::Two)).then_some(CODE),
        problem,
        people: &people,
        upstreams: &social::links(call),
        reasons: REASONS,
    };
    page(if problem.is_some() { 403 } else { 200 }, &template)
}

//! `GET …/pause?id=…` → a page with the response to the application, before it is sent.
//! `POST …/pause` with the fields as they shall be → the page again, or the response.
//!
//! It goes to the redirect URI that the request was checked with, whatever the form says: the page is no way to
//! send a browser, or this provider, anywhere else. Nobody can guess the id, so no other site can press a button.

mod edit;

use askama::Template;
use axum::response::{IntoResponse as _, Response};

use super::page::{page, redirect};
use super::path;
use crate::fault::{LIES, Lie};
use crate::grant::PausedResponse;
use crate::pages::{ProblemPage, Styled};
use crate::protocol::{Encoded, ErrorCode, ResponseMode};
use crate::server::{Call, Paused, Reply};
use crate::tenant::State;
use crate::trace::Fired;
use edit::{Edit, claims_of, fits_here};

/// For how many seconds a response waits.
const PATIENCE: i64 = 15 * 60;

/// A response that waits.
#[derive(Template)]
#[template(path = "pause.html")]
struct PausePage<'p> {
    action: String,
    id: &'p str,
    target: &'p str,
    modes: Vec<(&'static str, bool)>,
    fields: &'p [(String, String)],
    /// The claims of the ID Token, if there is one that can be read.
    claims: Option<String>,
    lies: Vec<&'static Lie>,
    errors: &'static [&'static str],
    told: &'p [String],
    problem: Option<&'p str>,
}

impl Styled for PausePage<'_> {}

/// Errors that a provider may answer with (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6).
const ERRORS: &[&str] = &[
    "access_denied",
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
    "server_error",
    "temporarily_unavailable",
    "invalid_request",
    "unauthorized_client",
    "invalid_scope",
    "unsupported_response_type",
];

/// Keeps a response that is to stop, and sends the browser to its page instead.
pub(crate) fn stop_at_page(state: &State, mut answer: Response) -> Response {
    let Some(Paused(response)) = answer.extensions_mut().remove::<Paused>() else { return answer };
    let (id, now) = (state.ids.fresh(), state.clock.unix());
    keep(state, &id, now, PausedResponse { response: *response, told: Vec::new() });
    let Some(mut reply) = answer.extensions_mut().remove::<Reply>() else { return answer };
    // What fired so far is told of all the same, and who signed in stays signed in.
    let mut stopped = redirect(303, format!("{}?id={id}", state.at(path::PAUSE)));
    stopped.headers.extend(reply.encoded.headers.drain(..).filter(|(name, _)| *name == "set-cookie"));
    Reply::told(reply.fired, stopped).into_response()
}

pub(crate) async fn show(call: Call) -> Reply {
    let id = call.query.first("id").unwrap_or_default();
    let found = call.state.grants.open().paused.get(id, call.state.clock.unix()).cloned();
    match found {
        Some(paused) => ask(&call, id, &paused, None).into(),
        None => gone(&call.state).into(),
    }
}

pub(crate) async fn answer(call: Call) -> Reply {
    let (state, now) = (&*call.state, call.state.clock.unix());
    let id = call.form.first("id").unwrap_or_default();
    // Taken, so that of two presses of a button one sends the response.
    let Some(mut paused) = state.grants.open().paused.take(id, now) else {
        return gone(state).into();
    };
    let edit = Edit::read(&call.form);
    let problem = match edit.fields(&mut paused).map(|()| edit.press) {
        Err(problem) => Some(problem),
        Ok("send") => return send(paused),
        Ok("deny") => {
            edit.deny(&mut paused, ErrorCode::AccessDenied.as_str());
            return send(paused);
        }
        Ok("sign") => edit.sign(state, &mut paused).err(),
        Ok("lie") => edit.lie(state, &mut paused).err(),
        Ok(other) => Some(format!("nobody knows the button \"{other}\"; press send, deny, sign or lie")),
    };
    let page = ask(&call, id, &paused, problem.as_deref());
    keep(state, id, now, paused);
    page.into()
}

fn keep(state: &State, id: &str, now: i64, paused: PausedResponse) {
    state.grants.open().paused.put(id.to_owned(), now, now.saturating_add(PATIENCE), paused);
}

fn send(paused: PausedResponse) -> Reply {
    let fired = paused.told.into_iter().map(|clause| Fired { clause, changed: true });
    Reply::told(fired.collect(), paused.response.encode())
}

fn ask(call: &Call, id: &str, paused: &PausedResponse, problem: Option<&str>) -> Encoded {
    let response = &paused.response;
    let modes = [ResponseMode::FormPost, ResponseMode::Fragment, ResponseMode::Query];
    let template = PausePage {
        action: call.state.at(path::PAUSE),
        id,
        target: &response.target,
        modes: modes.into_iter().map(|mode| (mode.as_str(), mode == response.mode)).collect(),
        fields: &response.params.0,
        claims: response.params.first("id_token").and_then(claims_of),
        lies: LIES.iter().filter(|lie| fits_here(lie, response)).collect(),
        errors: ERRORS,
        told: &paused.told,
        problem,
    };
    page(if problem.is_some() { 400 } else { 200 }, &template)
}

fn gone(state: &State) -> Encoded {
    let template = ProblemPage {
        title: "Nothing waits here",
        problem: "This response was sent already, or waited for too long, or there never was one.",
        remedy: "Start the login again at the application.",
        difference: None,
        home: &state.base,
    };
    page(404, &template)
}

//! The consent page, and `POST …/consent?…` from it, with `ticket` and `allow` (and each allowed `scope`) or
//! `deny` → the response.

use super::authorize::{deny, refuse, understand};
use super::page::page;
use super::steps::Person;
use super::{browser, path, steps};
use crate::checks::words;
use crate::fault::Pass;
use crate::pages::{ConsentPage, Scope};
use crate::protocol::{AuthorizationRequest, Encoded, ErrorCode};
use crate::server::{Call, Reply};
use crate::session::{Session, Ticket, Wish};

/// What a scope means to a person.
const MEANINGS: &[(&str, &str)] = &[
    ("openid", "Know who you are here"),
    ("profile", "See your name, picture and the rest of your profile"),
    ("email", "See your email address"),
    ("phone", "See your phone number"),
    ("address", "See your postal address"),
    ("offline_access", "Go on using this while you are away"),
];

/// Whether the person has to be asked.
pub(super) fn is_due(call: &Call, request: &AuthorizationRequest, wish: &Wish, session: &Session) -> bool {
    if wish.consent {
        return true;
    }
    let is_on = call.state.desk().consent;
    let (client_id, now) = (&request.client.client_id, call.state.clock.unix());
    is_on && !call.state.sessions.open().has_consent(&session.username, client_id, &request.scope, now)
}

/// The page.
pub(super) fn ask(call: &Call, request: &AuthorizationRequest, Person { session, edits }: Person) -> Encoded {
    let state = &*call.state;
    let users = state.desk().users();
    let user = users.iter().find(|user| user.username == session.username);
    let (sent, id) = (steps::sent(call).encode(), state.ids.fresh());
    let ticket = Ticket { sid: session.sid.clone(), request: sent.clone(), edits };
    state.sessions.open().issue(id.clone(), ticket, state.clock.unix());
    let meaning = |name| MEANINGS.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning);
    let scopes = words(&request.scope).map(|name| Scope { name, meaning: meaning(name).unwrap_or("") });
    let template = ConsentPage {
        application: request.client.display_name(),
        person: user.map_or(session.username.as_str(), |user| user.display_name()),
        action: &format!("{}?{sent}", state.at(path::CONSENT)),
        ticket: &id,
        scopes: &scopes.collect::<Vec<_>>(),
        redirect_uri: &request.destination.redirect_uri,
    };
    page(200, &template)
}

pub(crate) async fn answer(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
        Ok(request) => answered(&call, &request, &mut pass),
    };
    Reply::after(pass, encoded)
}

fn answered(call: &Call, request: &AuthorizationRequest, pass: &mut Pass) -> Encoded {
    let state = &*call.state;
    let (now, id) = (state.clock.unix(), call.form.first("ticket").unwrap_or_default());
    let ticket = state.sessions.open().redeem(id, &call.query.encode(), now);
    let signed_in = browser::sessions(call);
    let found = ticket.and_then(|ticket| {
        let session = signed_in.into_iter().find(|session| session.sid == ticket.sid)?;
        Some((ticket, session))
    });
    let Some((ticket, session)) = found else {
        // The page waited too long, or was answered before, or belongs to another browser.
        return steps::begin(call, request, pass);
    };
    if !call.form.has("allow") {
        let description = "the person did not allow it";
        return deny(state, request, ErrorCode::AccessDenied.as_str(), Some(description), pass);
    }
    let allowed = call.form.all("scope");
    let scope: Vec<&str> =
        words(&request.scope).filter(|word| *word == "openid" || allowed.contains(word)).collect();
    let scope = scope.join(" ");
    state.sessions.open().consent(&session.username, &request.client.client_id, &scope, now);
    let person = Person { session, edits: ticket.edits };
    steps::finish(call, request, &person, &scope, pass)
}

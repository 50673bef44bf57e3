//! `GET` or `POST …/end-session`, with `post_logout_redirect_uri`, `id_token_hint`, `client_id` and `state`,
//! all optional (OIDC RP-Initiated Logout 2) → a redirect to the application, or a page: "Sign out?",
//! "Signed out", or the one that frames the applications (OIDC Front-Channel Logout 3).
//! `GET …/v2/logout` with `returnTo` and `client_id` is the same as Auth0 has it.

mod destination;

use url::Url;

use self::destination::{Wanted, understand};
use super::browser;
use super::page::{framing, page, redirect, untrusted};
use crate::checks::Rules;
use crate::logout;
use crate::pages::{FarewellPage, SignOutPage, SignedOutPage};
use crate::protocol::{Encoded, Params};
use crate::server::{Call, Reply};
use crate::session::Session;
use crate::tenant::State;

pub(crate) async fn answer(call: Call) -> Reply {
    let mut params = call.params().clone();
    // Only the page's own form can say yes: a link from elsewhere carries the cookie as well.
    let confirmed = call.form.given("confirm").map(|answer| answer == "yes");
    params.remove("confirm");
    end(&call, &params, confirmed).await.into()
}

/// Auth0 does not ask.
pub(crate) async fn answer_as_auth0(call: Call) -> Reply {
    let mut params = Params::default();
    for (theirs, ours) in [("returnTo", "post_logout_redirect_uri"), ("client_id", "client_id")] {
        if let Some(value) = call.query.given(theirs) {
            params.append(ours, value);
        }
    }
    end(&call, &params, Some(true)).await.into()
}

async fn end(call: &Call, params: &Params, confirmed: Option<bool>) -> Encoded {
    let state = &*call.state;
    let wanted = match understand(state, params) {
        Ok(wanted) => wanted,
        Err(problem) => return untrusted("This logout cannot be finished", &problem, &state.base),
    };
    if call.is_post && call.is_from_elsewhere && wanted.hint.is_none() && !browser::is_known(call) {
        // Browsers leave the cookie out of a POST from another site. Whose session it is shows in a GET.
        return redirect(303, format!("{}?{}", state.at(super::path::END_SESSION), params.encode()));
    }
    let here = browser::sessions(call);
    let over = whose(state, &wanted, &here);
    if confirmed == Some(false) {
        return page(200, &SignedOutPage { is_over: false, home: &state.base });
    }
    if confirmed.is_none() && must_ask(state, &wanted, &here, &over) {
        return ask(call, params, &here);
    }
    let over = if over.is_empty() && confirmed.is_some() { here.clone() } else { over };
    let ended = finish(state, &over).await;
    let mut encoded = farewell(state, &wanted, &ended);
    if here.iter().any(|session| over.contains(session)) {
        match here.iter().find(|session| !over.contains(session)) {
            Some(left) => browser::show_state(state, &mut encoded, &left.sid),
            None => browser::forget(state, &mut encoded),
        }
    }
    encoded
}

/// The sessions that are meant: the one of the hint, wherever it is, or else everything in this browser.
fn whose(state: &State, wanted: &Wanted, here: &[Session]) -> Vec<Session> {
    let Some(hint) = &wanted.hint else { return here.to_vec() };
    let sid = hint.sid.as_deref().unwrap_or_default();
    let by_sid = state.sessions.open().get(sid, state.clock.unix()).cloned();
    match by_sid.filter(|session| Some(&session.sub) == hint.sub.as_ref()) {
        Some(session) => vec![session],
        None => here.iter().filter(|session| Some(&session.sub) == hint.sub.as_ref()).cloned().collect(),
    }
}

/// Whether the person has to say that they mean it (OIDC RP-Initiated Logout 2): somebody is signed in, and no
/// hint shows that the application knows them.
fn must_ask(state: &State, wanted: &Wanted, here: &[Session], over: &[Session]) -> bool {
    let is_strict = || state.desk().rules == Rules::Strict;
    match &wanted.hint {
        None => !here.is_empty(),
        Some(_) => over.is_empty() && !here.is_empty() && is_strict(),
    }
}

fn ask(call: &Call, params: &Params, here: &[Session]) -> Encoded {
    let users = call.state.desk().users();
    let name = |session: &Session| {
        let user = users.iter().find(|user| user.username == session.username);
        user.map_or_else(|| session.username.clone(), |user| user.display_name().to_owned())
    };
    let template = SignOutPage {
        people: &here.iter().map(name).collect::<Vec<_>>(),
        application: params.given("client_id"),
        action: &call.state.at(super::path::END_SESSION),
        fields: &params.0,
    };
    page(200, &template)
}

/// Ends sessions, and tells the applications that took part and want to hear of it from server to server.
async fn finish(state: &State, over: &[Session]) -> Vec<Session> {
    let ended: Vec<Session> = {
        let (mut sessions, now) = (state.sessions.open(), state.clock.unix());
        over.iter().filter_map(|session| sessions.end(&session.sid, now)).collect()
    };
    logout::tell_all(state, &ended).await;
    ended
}

/// The way back to the application, past the frames of those that want to hear of it in the browser.
fn farewell(state: &State, wanted: &Wanted, ended: &[Session]) -> Encoded {
    let frames = frames(state, ended);
    match (&wanted.location, frames.is_empty()) {
        (Some(location), true) => redirect(303, location.clone()),
        (None, true) => page(200, &SignedOutPage { is_over: true, home: &state.base }),
        (location, false) => {
            let urls: Vec<String> = frames.iter().map(Url::to_string).collect();
            let template = FarewellPage { frames: &urls, location: location.as_deref(), home: &state.base };
            framing(&frames, &template)
        }
    }
}

/// The pages to frame, each with `iss` and `sid` if its client wants them.
fn frames(state: &State, ended: &[Session]) -> Vec<Url> {
    let clients = state.desk().clients();
    let mut frames = Vec::new();
    for session in ended {
        let took_part = clients.iter().filter(|client| session.clients.contains(&client.client_id));
        for client in took_part {
            let uri = client.frontchannel_logout_uri.as_deref().and_then(|uri| Url::parse(uri).ok());
            let Some(mut uri) = uri.filter(|uri| matches!(uri.scheme(), "http" | "https")) else { continue };
            if client.frontchannel_logout_session_required {
                uri.query_pairs_mut().append_pair("iss", &state.issuer).append_pair("sid", &session.sid);
            }
            frames.push(uri);
        }
    }
    frames
}

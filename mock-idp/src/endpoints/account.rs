//! `POST …/account?…` from the account chooser, with `sid` or `another` → the next step, or the response.

use super::authorize::{deny, refuse, understand};
use super::{browser, steps};
use crate::fault::Pass;
use crate::protocol::{AuthorizationRequest, Encoded, ErrorCode};
use crate::server::{Call, Reply};
use crate::session::Wish;

pub(crate) async fn choose(call: Call) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
        Ok(request) => match steps::wish(&call, &request) {
            Ok(wish) => chosen(&call, &request, &wish, &mut pass),
            Err(error) => steps::say(&call, &request, &error, &mut pass),
        },
    };
    Reply::after(pass, encoded)
}

fn chosen(call: &Call, request: &AuthorizationRequest, wish: &Wish, pass: &mut Pass) -> Encoded {
    let now = call.state.clock.unix();
    let sid = call.form.first("sid").unwrap_or_default();
    let Some(session) = browser::sessions(call).into_iter().find(|session| session.sid == sid) else {
        return steps::to_login(call, request, None);
    };
    if wish.sub.as_ref().is_some_and(|sub| *sub != session.sub) {
        let description = "the person who was chosen is not the one in id_token_hint";
        return deny(&call.state, request, ErrorCode::LoginRequired.as_str(), Some(description), pass);
    }
    if wish.login || !wish.suits(&session, now) {
        return steps::to_login(call, request, Some(&session.username));
    }
    if let Some(cookie) = browser::cookie(call) {
        call.state.sessions.open().choose(cookie, sid, now);
    }
    let mut encoded = steps::go_on(call, request, wish, session.into(), pass);
    browser::show_state(&call.state, &mut encoded, sid);
    encoded
}

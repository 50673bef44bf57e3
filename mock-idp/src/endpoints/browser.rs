//! The cookies that name a browser. Ports and paths share a jar, so each issuer's cookies have names of their
//! own.
//!
//! | cookie | what it is | who may read it |
//! | --- | --- | --- |
//! | `mock_idp_session.…` | the sessions of the browser | the provider, on its own pages and when a link leads to it: `HttpOnly`, `SameSite=Lax` |
//! | `mock_idp_state.…` | a hash of the current session (OIDC Session Management 3.2) | the script of the check-session iframe, which other sites frame: `SameSite=None` |

use std::fmt::Write as _;

use aws_lc_rs::digest;
use url::Url;

use crate::checks::is_on_loopback;
use crate::protocol::Encoded;
use crate::server::Call;
use crate::session::{REMEMBERED, Session};
use crate::tenant::State;

/// Lower-case hexadecimal SHA-256.
pub(super) fn hash(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn session_name(state: &State) -> String {
    format!("mock_idp_session.{}", &hash(&state.issuer)[..12])
}

pub(super) fn state_name(state: &State) -> String {
    format!("mock_idp_state.{}", &hash(&state.issuer)[..12])
}

/// Whether the browser has a session cookie at all.
pub(super) fn is_known(call: &Call) -> bool {
    cookie(call).is_some()
}

/// The session cookie.
pub(super) fn cookie(call: &Call) -> Option<&str> {
    call.cookie(&session_name(&call.state)).filter(|value| !value.is_empty())
}

/// Who is signed in in the browser, the current session first. People who are gone from the issuer are not.
pub(super) fn sessions(call: &Call) -> Vec<Session> {
    let Some(cookie) = cookie(call) else { return Vec::new() };
    let users = call.state.desk().users();
    let mut sessions = call.state.sessions.open().of_browser(Some(cookie), call.state.clock.unix());
    sessions.retain(|session| users.iter().any(|user| user.username == session.username));
    sessions
}

/// The part of a session that scripts may see.
pub(super) fn browser_state(sid: &str) -> String {
    hash(&format!("browser state of {sid}"))
}

/// `session_state` for a client (OIDC Session Management 2): the iframe can compute it again.
pub(super) fn session_state(state: &State, client_id: &str, redirect_uri: &str, sid: &str) -> Option<String> {
    let origin = Url::parse(redirect_uri).ok()?.origin();
    let salt = state.ids.fresh();
    let text = format!("{client_id} {} {} {salt}", origin.ascii_serialization(), browser_state(sid));
    Some(format!("{}.{salt}", hash(&text)))
}

/// Gives the browser its cookies.
pub(super) fn remember(state: &State, encoded: &mut Encoded, value: &str, sid: &str, remembered: bool) {
    let age = if remembered { format!("; Max-Age={REMEMBERED}") } else { String::new() };
    put(state, encoded, value, &browser_state(sid), &age);
}

/// Tells scripts that another session is the current one.
pub(super) fn show_state(state: &State, encoded: &mut Encoded, sid: &str) {
    put_state(state, encoded, &browser_state(sid), "");
}

/// Takes the cookies back.
pub(super) fn forget(state: &State, encoded: &mut Encoded) {
    put(state, encoded, "", "", "; Max-Age=0");
}

fn put(state: &State, encoded: &mut Encoded, session: &str, shown: &str, age: &str) {
    let secure = if state.base.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", session_name(state));
    encoded.headers.push(("set-cookie", cookie.into()));
    put_state(state, encoded, shown, age);
}

fn put_state(state: &State, encoded: &mut Encoded, shown: &str, age: &str) {
    // Browsers take `Secure` from loopback over http as well, and `SameSite=None` with it only.
    let is_secure = state.base.starts_with("https://") || is_on_loopback(&state.base);
    let site = if is_secure { "SameSite=None; Secure" } else { "SameSite=Lax" };
    let cookie = format!("{}={shown}; Path=/; {site}{age}", state_name(state));
    encoded.headers.push(("set-cookie", cookie.into()));
}

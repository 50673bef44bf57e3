//! `GET …/check-session` → the page that an application frames to learn whether the session has changed (OIDC
//! Session Management 3): it posts `client_id session_state`, and is answered `changed`, `unchanged` or
//! `error`.

use super::browser::state_name;
use crate::pages::{Policy, Referrer};
use crate::protocol::Encoded;
use crate::server::{Call, Reply};

/// What the page does. The name of the cookie stands in the document, so that the script is always the same,
/// and the policy can name its hash.
const SCRIPT: &str = include_str!("../../templates/check_session.js");

pub(crate) async fn show(call: Call) -> Reply {
    let body = format!(
        "<!doctype html>\n<html lang=\"en\" data-cookie=\"{}\">\n<head><meta charset=\"utf-8\"><title>Session</title></head>\n\
         <body><script>{SCRIPT}</script></body>\n</html>\n",
        state_name(&call.state)
    );
    let headers = Policy::new(&[], &[SCRIPT]).headers(Referrer::Nothing);
    Encoded { status: 200, headers, body: body.into() }.into()
}

//! Mistakes that people have met in the field: of answers that lead nowhere, and of sessions that are large.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::{Weakness, change};
use crate::routes::callback::explain;
use crate::routes::guard::Guard;
use crate::session::chunks;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("refusal-page", "A refused login is answered by a bare status, which leads nowhere.", |policy| {
        policy.callback.refused = |_, _, refusal, _| (refusal.status, "Bad Request").into_response();
    }),
    change(
        "icon-outside-the-guard",
        "Icons are behind the login, any request starts one, and there is room for one.",
        |policy| {
            let guarded = policy.guards.iter().find(|guard| guard.path == "/profile").copied();
            policy.guards.extend(guarded.map(|guard| Guard { path: "/robots.txt", ..guard }));
            policy.transactions.remembers = |_| true;
            policy.transactions.pending = 1;
        },
    ),
    change(
        "logout-without-a-session",
        "The provider hears of a logout only from people with a session.",
        |policy| {
            policy.logout.tells_without_a_session = false;
        },
    ),
    change("session-size-handling", "A session that is too large is answered as a crash.", |policy| {
        policy.callback.refused = |app, visitor, refusal, params| match refusal.reason {
            "session-too-large" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            _ => explain(app, visitor, refusal, params),
        };
    }),
    change("stale-piece-tolerance", "What is left of a larger session spoils a smaller one.", |policy| {
        policy.session.pieces = |kind, cookies| {
            let mut whole = chunks::candidates(kind, cookies);
            whole.truncate(1);
            whole
        };
    }),
];

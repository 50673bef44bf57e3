//! Mistakes that people have met in the field: of answers that lead nowhere, and of sessions that are large.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use hyper::body::Body as _;

use super::{Weakness, change};
use crate::error::ProviderError;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::routes::callback::explain;
use crate::routes::guard::Guard;
use crate::session::chunks;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "parts-upkeep",
        "An answer that is sent in parts leaves the session cookie as it was.",
        |policy| {
            policy.session.life.brought_by = |answer| answer.body().size_hint().exact().is_some();
        },
    ),
    change("refusal-page", "A refused login is answered by a bare status, which leads nowhere.", |policy| {
        policy.callback.refused = |_, _, refusal, _| (refusal.status, "Bad Request").into_response();
    }),
    change(
        "icon-outside-the-guard",
        "Icons are behind the login, any request starts one, and there is room for one.",
        |policy| {
            let guarded = policy.guards.iter().find(|guard| guard.path == "/profile").copied();
            for path in ["/robots.txt", "/favicon.ico"] {
                policy.guards.extend(guarded.map(|guard| Guard { path, ..guard }));
            }
            policy.transactions.remembers = |_| true;
            policy.transactions.pending = 1;
        },
    ),
    change(
        "neighbours-logins",
        "A login here ends those that are under way at another app of this make on the same host.",
        |policy| {
            policy.transactions.makes_room = |pending, kind, most| {
                let ours = pending.make_room(kind, most);
                pending.foreign.iter().cloned().chain(ours).collect()
            };
        },
    ),
    change(
        "api-401",
        "Scripts are sent to the login like people, whatever the settings say, and may ask anybody.",
        |policy| {
            policy.headers.security.retain(|(name, _)| *name != "content-security-policy");
            let to_people =
                policy.guards.iter().find(|guard| guard.path == "/profile").map(|guard| guard.refuse);
            for guard in &mut policy.guards {
                guard.refuse = to_people.unwrap_or(guard.refuse);
            }
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
    change(
        "two-digit-pieces",
        "Pieces of a session with numbers of two digits are never cleared.",
        |policy| {
            policy.session.presented = |kind, cookies| {
                let mut names = chunks::presented(kind, cookies);
                names.retain(|name| kind.suffix(name).is_none_or(|number| number.len() == 1));
                names
            };
        },
    ),
    change(
        "session-client-check",
        "A session of another client with the same secret is a session.",
        |policy| {
            policy.session.is_for = |_, _, _| true;
        },
    ),
    change("renewals-together", "Each request renews the tokens by itself.", |policy| {
        policy.refresh.shared = false;
    }),
    change(
        "verifier-of-the-login",
        "Of several logins in a browser the verifier of the first is sent for each.",
        |policy| {
            policy.transactions.binding = Arc::new(FirstVerifier);
        },
    ),
    change(
        "refusal-without-a-circle",
        "Who is refused for the way of the sign-in is sent to the login again.",
        |policy| {
            policy.callback.refused = |app, visitor, refusal, params| match refusal.reason {
                "acr-check" => Redirect::to("/login").into_response(),
                _ => explain(app, visitor, refusal, params),
            };
        },
    ),
    change(
        "pushed-refusal-status",
        "A provider that refuses the app's pushed request is the person's mistake.",
        |policy| {
            policy.outage_status = |error| match error {
                ProviderError::Unusable { document: "pushed authorization response", .. } => {
                    StatusCode::BAD_REQUEST
                }
                error => error.status(),
            };
        },
    ),
];

/// Finds the login, and takes the verifier of the first that was begun.
struct FirstVerifier;

impl Binding for FirstVerifier {
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        let first = pending.first()?.code_verifier.clone();
        ByCookie.find(state, pending).map(|found| Transaction { code_verifier: first, ..found })
    }
}

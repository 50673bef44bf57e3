//! Refusals that are right and answered badly.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{Weakness, change};
use crate::app::App;
use crate::error::Refusal;
use crate::params::Params;
use crate::routes::callback::explain;
use crate::routes::visitor::Visitor;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "error-page",
        "A provider that says no is asked again at once, instead of the person.",
        |policy| {
            policy.callback.refused = start_over;
        },
    ),
    change(
        "unmatched-state-handling",
        "A response that belongs to no login under way is answered as a crash.",
        |policy| {
            policy.callback.unmatched.status = StatusCode::INTERNAL_SERVER_ERROR;
        },
    ),
    change(
        "second-click-handling",
        "Who sends the provider's form twice by a double click reads that it was refused, and is signed in.",
        |policy| {
            policy.callback.again = |_, _, _, _| None;
        },
    ),
    change(
        "second-click-session",
        "Who sends the provider's form twice by a double click is refused, and signed out by that.",
        |policy| {
            policy.callback.again = |_, _, _, _| None;
            policy.session.ends_on_refusal = true;
        },
    ),
    change("malformed-token-handling", "A token that does not have three parts ends in a crash.", |policy| {
        policy.callback.refused = |app, visitor, refusal, params| match refusal.reason {
            "token-parts" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            _ => explain(app, visitor, refusal, params),
        };
    }),
    change(
        "method-refusal-handling",
        "A callback by any other method than POST ends in a crash.",
        |policy| {
            for rule in policy.callback.request.iter_mut().filter(|rule| rule.name == "post-only-callback") {
                rule.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
        },
    ),
    change("refusal-status", "A refusal is answered as if all were well.", |policy| {
        policy.callback.refused = |app, visitor, refusal, params| {
            (StatusCode::OK, explain(app, visitor, refusal, params)).into_response()
        };
    }),
    change("missing-token-handling", "A response without a token ends in a crash.", |policy| {
        for rule in policy.callback.response.iter_mut().filter(|rule| rule.name == "id-token-required") {
            rule.status = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }),
    change(
        "unusual-error-handling",
        "An error that is unknown, long or beyond ASCII ends in a crash.",
        |policy| {
            policy.callback.refused = |app, visitor, refusal, params| {
                if is_usual(params) {
                    explain(app, visitor, refusal, params)
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR.into_response()
                }
            };
        },
    ),
];

fn is_usual(params: &Params) -> bool {
    const KNOWN: [&str; 4] = ["access_denied", "login_required", "server_error", "temporarily_unavailable"];
    let description = params.first("error_description").unwrap_or_default();
    let error = if params.has("error") { params.first("error").unwrap_or_default() } else { KNOWN[0] };
    KNOWN.contains(&error) && description.is_ascii() && description.len() < 10_000
}

fn start_over(app: &App, visitor: &Visitor, refusal: &Refusal, params: &Params) -> Response {
    match refusal.reason {
        "error-response-precedence" => Redirect::to("/login").into_response(),
        _ => explain(app, visitor, refusal, params),
    }
}

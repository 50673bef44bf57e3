//! What messages say. Nothing that came with a request is repeated: an error page is where attackers leave notes.

use std::borrow::Cow;

use axum::http::StatusCode;

use super::Message;
use crate::error::Refusal;
use crate::oidc::callback::{CONSUMED, UNMATCHED};
use crate::params::Params;

const LOG_IN_AGAIN: (&str, &str) = ("/login", "Log in again");
/// The cookie of a session does not come along with a form from another site, so nobody can tell.
const IF_DONE: &str = " If you are logged in already, simply go on from Home.";

impl Message {
    pub(crate) const NOT_FOUND: Self = Self {
        status: StatusCode::NOT_FOUND,
        title: "There is no such page",
        text: Cow::Borrowed("The address may be mistyped, or the page has moved."),
        code: None,
        action: None,
    };

    pub(crate) const NO_LOGIN: Self = Self {
        status: StatusCode::NOT_FOUND,
        title: "There is no such login",
        text: Cow::Borrowed(
            "This app has no login of that kind. Set ISSUER_BASE_URL, CLIENT_ID, BASE_URL and SECRET to give it one.",
        ),
        code: None,
        action: None,
    };

    pub(crate) const UNKNOWN_ISSUER: Self = Self {
        status: StatusCode::NOT_FOUND,
        title: "There is no such login service",
        text: Cow::Borrowed(
            "The address names a login service that this app does not know. You can log in with the usual one.",
        ),
        code: Some("unknown-issuer"),
        action: Some(("/login", "Log in")),
    };

    pub(crate) const NOT_A_NAVIGATION: Self = Self {
        status: StatusCode::FORBIDDEN,
        title: "Do you want to log in?",
        text: Cow::Borrowed(
            "A login starts when you open it yourself, not inside of another page and not in the background.",
        ),
        code: Some("login-not-opened"),
        action: Some(("/login", "Log in")),
    };

    pub(crate) const CONFIRM_LOGOUT: Self = Self {
        status: StatusCode::FORBIDDEN,
        title: "Do you want to log out?",
        text: Cow::Borrowed("Another page asked for it. Nothing ends until you say so here."),
        code: Some("logout-not-confirmed"),
        action: Some(("/logout", "Log out")),
    };

    pub(crate) const NOT_OWN: Self = Self {
        status: StatusCode::FORBIDDEN,
        title: "Another page asked for this",
        text: Cow::Borrowed(
            "What changes something is done from the pages of this app only. Nothing was changed.",
        ),
        code: None,
        action: Some(("/", "Home")),
    };

    pub(crate) const STORE_DOWN: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "Your session cannot be looked up right now",
        text: Cow::Borrowed(
            "Nothing is wrong with your account, and nothing was changed. Please try again in a moment.",
        ),
        code: Some("session-store"),
        action: Some(("/", "Try again")),
    };

    /// The provider does not do its part.
    pub(crate) fn outage(refusal: &Refusal) -> Self {
        Self {
            status: refusal.status,
            title: "Logging in is not possible right now",
            text: Cow::Borrowed(
                "The service that checks who you are does not answer as it should. \
                 Nothing is wrong with your account. Please try again in a moment.",
            ),
            code: Some(refusal.reason),
            action: Some(("/login", "Try again")),
        }
    }

    /// A login that was not accepted.
    pub(crate) fn refused(refusal: &Refusal, text: String) -> Self {
        if refusal.is_outage() {
            return Self { text: Cow::Owned(text), ..Self::outage(refusal) };
        }
        Self {
            status: refusal.status,
            title: "The login was not completed",
            text: Cow::Owned(if [UNMATCHED, CONSUMED].contains(refusal) { text + IF_DONE } else { text }),
            code: Some(refusal.reason),
            action: Some(LOG_IN_AGAIN),
        }
    }

    /// A login that was not accepted, for somebody who is signed in by another one.
    pub(crate) fn signed_in_all_the_same(refusal: &Refusal, text: String) -> Self {
        Self {
            status: refusal.status,
            title: "You are logged in",
            text: Cow::Owned(text + " You are logged in as before, so simply go on."),
            code: Some(refusal.reason),
            action: Some(("/", "Go on")),
        }
    }
}

/// What a refused person reads: what happened, as far as it helps, and that starting over is safe.
pub(crate) fn advice(refusal: &Refusal, params: &Params) -> String {
    let text = match refusal.reason {
        "error-response-precedence" => provider_error(params.first("error")),
        "state-check" => {
            "This answer does not belong to a login that was started in this browser. The login may have taken \
             too long, it may be finished already, or cookies may be blocked."
        }
        "consumed-ledger" => "This login is finished already, or is being finished in another window.",
        "consumed-ledger-full" => {
            "Very many people have logged in within the last hour. Nothing is wrong with your account. Please try \
             again in a few minutes."
        }
        "ended-by-provider" => {
            "The login service has logged you out again while this login was under way. You can log in once more."
        }
        "session-too-large" => {
            "The login service says more about you than this app can keep in cookies. Logging in again will not \
             help; whoever runs the login service can take claims out of your ID token."
        }
        "post-only-callback" | "get-only-callback" => {
            "This address only receives the answer of the login service. It cannot be opened, bookmarked or \
             reloaded."
        }
        "exp-check" | "iat-future-check" | "iat-age-check" | "nbf-check" => {
            "The answer of the login service is not valid at this time. The clocks of the two services may differ."
        }
        _ if refusal.is_outage() => {
            "The service that checks who you are does not answer as it should. Nothing is wrong with your \
             account. Please try again in a moment."
        }
        _ => "The answer of the login service could not be accepted. Your data is safe; please start over.",
    };
    text.to_owned()
}

/// The codes of the specification have a text; any other is only counted, not repeated.
fn provider_error(code: Option<&str>) -> &'static str {
    match code {
        Some("access_denied") => "The login was cancelled, or you may not use this app with that account.",
        Some(
            "login_required" | "interaction_required" | "consent_required" | "account_selection_required",
        ) => "The login service needs you to log in there first.",
        Some("server_error" | "temporarily_unavailable") => {
            "The login service has a problem of its own. Please try again in a moment."
        }
        _ => "The login service ended the login without success.",
    }
}

//! What browsers keep, send and are sent to: cookies with the wrong marks, pieces and places that are believed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::{Weakness, change};
use crate::app::App;
use crate::cookies::{CookieKind, RequestCookies, SameSite};
use crate::error::Refusal;
use crate::oidc::return_to;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::params::Params;
use crate::routes::form::RequestRule;
use crate::routes::visitor::Visitor;
use crate::session::format::{Found, Making, Sealed, SessionFormat};
use crate::session::{Session, chunks};
use crate::vault::Vault;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "session-after-form-post",
        "The first page after a login is loaded without the session.",
        |policy| {
            policy.cookies.session.same_site = Some(SameSite::Strict);
        },
    ),
    change(
        "cookie-name-case",
        "The session is read from a cookie whose name has any letter case.",
        |policy| {
            policy.session.pieces = in_any_case;
            policy.session.presented = |kind, cookies| {
                let ours = |name: &&str| name.eq_ignore_ascii_case(&kind.name);
                cookies.iter().map(|(name, _)| name).filter(ours).collect()
            };
        },
    ),
    change(
        "cookie-time-span",
        "Browsers are told a date, by the app's clock, on which the session ends.",
        |policy| {
            // A day after the catalogue's own time, which the app then has.
            policy.cookies.session.until = |seconds| match seconds {
                0 => "Max-Age=0".to_owned(),
                _ => "Expires=Sat, 16 Jan 2027 08:00:00 GMT".to_owned(),
            };
        },
    ),
    change(
        "piece-limit",
        "Every cookie that might be a piece of a session is cleared, however many.",
        |policy| {
            policy.session.presented = |kind, cookies| {
                let ours = |name: &&str| *name == kind.name || kind.suffix(name).is_some();
                cookies.iter().map(|(name, _)| name).filter(ours).collect()
            };
        },
    ),
    change(
        "session-of-one-person",
        "What was known of the person before stays in the next one's session.",
        |policy| {
            policy.session.format = Arc::new(Merging::default());
            policy.user = |session| {
                let mut user = session.user();
                user.extend(session.data.rest.clone());
                user
            };
        },
    ),
    change("renewed-session-tolerance", "Only the latest cookie of a session is its own.", |policy| {
        policy.session.format = Arc::new(Latest::default());
    }),
    change("transaction-ends-with-error", "A login that the provider refuses leaves its cookie.", |policy| {
        policy.transactions.ends =
            |matched, params, _| matched.filter(|_| !params.has("error")).cloned().into_iter().collect();
    }),
    change("transaction-secure", "The cookie of a login is neither Secure nor marked.", |policy| {
        policy.cookies.transaction.name = "auth_verification".into();
        policy.cookies.transaction.secure = false;
        policy.cookies.transaction.same_site = None;
    }),
    change("state-whole-comparison", "Only what stands before a dot in the state is compared.", |policy| {
        policy.transactions.binding = Arc::new(ByFirstPart);
    }),
    change("state-alphabet", "One state in fifteen has a character that comes back changed.", |policy| {
        policy.transactions.binding = Arc::new(OneInFifteen::default());
    }),
    change("return-to-escape-depth", "A path is looked at before its escapes are undone.", |policy| {
        policy.return_to = plain_as_written;
        policy.return_at_end = |place, _| without_escapes(place);
    }),
    change(
        "return-to-at-end",
        "The place in the cookie of a login is believed, whoever wrote it.",
        |policy| {
            policy.transactions.verifies = |_, _, _, _| true;
            policy.return_at_end = |place, _| place.to_owned();
        },
    ),
    change(
        "return-to-odd-places",
        "A place that is very long, not ASCII or no address at all brings the request down.",
        |policy| {
            policy.login_query = |text| Params::parse(text).expect("an address that this app can read");
            policy.return_to = |wanted, base| {
                let is_borne = wanted.is_ascii() && wanted.len() < 5_000 && base.join(wanted).is_ok();
                assert!(is_borne, "a place that this app cannot bear");
                return_to::local(wanted, base)
            };
        },
    ),
    change("redirect-confidentiality", "The page after a login has the state in its address.", |policy| {
        policy.callback.onward = |place, params| {
            let mark = if place.contains('?') { '&' } else { '?' };
            format!("{place}{mark}state={}", params.first("state").unwrap_or_default())
        };
    }),
    change("logout-place", "A logout ends at any address that was asked for.", |policy| {
        policy.logout.back = |settings, asked| {
            let names = ["post_logout_redirect_uri", "returnTo", "redirect_uri"];
            let wanted = names.iter().find_map(|name| asked.first(name));
            wanted.map_or_else(|| settings.base_url.to_string(), str::to_owned)
        };
    }),
    change("logout-of-nobody", "A logout without a session is a crash.", |policy| {
        policy.logout.nobody = Some(StatusCode::INTERNAL_SERVER_ERROR);
    }),
    change("error-escaping", "The error page has whatever markup the provider's error has.", |policy| {
        policy.callback.refused = unescaped;
    }),
    change(
        "body-concurrency",
        "Four bodies that do not end keep everybody else's from being read.",
        |policy| {
            policy.callback.bodies = Arc::new(Semaphore::new(4));
        },
    ),
];

pub(super) const STRICT: &[Weakness] =
    &[change("submission-tolerance", "A form that the person submitted by a button is refused.", |policy| {
        policy.callback.request.push(RequestRule::new(
            "submission-tolerance",
            "none: nothing asks for this",
            |head, _| !head.headers.contains_key("sec-fetch-user"),
        ));
    })];

fn in_any_case(kind: &CookieKind, cookies: &RequestCookies) -> Vec<(Arc<str>, Vec<String>)> {
    let mut values = chunks::candidates(kind, cookies);
    let others = cookies.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&kind.name));
    values.extend(others.map(|(name, value)| (value.into(), vec![name.to_owned()])));
    values
}

fn plain_as_written(wanted: &str, base: &url::Url) -> String {
    let is_path = wanted.starts_with('/') && !wanted.starts_with("//");
    let is_name = !wanted.contains([':', '/']);
    let is_plain = (is_path || is_name) && !wanted.chars().any(|c| c == '\\' || c.is_control());
    if is_plain { wanted.to_owned() } else { return_to::local(wanted, base) }
}

fn without_escapes(place: &str) -> String {
    let decoded = percent_decode_str(place).decode_utf8().unwrap_or_default();
    if decoded == place { place.to_owned() } else { without_escapes(&decoded) }
}

fn unescaped(_: &App, _: &Visitor, refusal: &Refusal, params: &Params) -> Response {
    let of = |name| params.first(name).unwrap_or_default();
    let (error, uri, text) = (of("error"), of("error_uri"), of("error_description"));
    let page = format!("<h1>{error}</h1><p>{text}</p><a href=\"{uri}\">More about {}</a>", refusal.reason);
    (refusal.status, Html(page)).into_response()
}

/// Compares as much of a state as there is before its first dot.
struct ByFirstPart;

impl Binding for ByFirstPart {
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        ByCookie.find(state?.split('.').next(), pending)
    }
}

/// Does not recognise every fifteenth state.
#[derive(Default)]
struct OneInFifteen(AtomicUsize);

impl Binding for OneInFifteen {
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        let found = ByCookie.find(state, pending)?;
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        (!number.is_multiple_of(15)).then_some(found)
    }
}

/// Keeps, beside who is signed in, who was before.
#[derive(Default)]
struct Merging(Mutex<Map<String, Value>>);

impl SessionFormat for Merging {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        Sealed.open(vault, value)
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        let mut before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut merged = session.clone();
        merged.data.rest.insert("before".into(), Value::Object(before.clone()));
        before.clone_from(&session.claims);
        before.retain(|claim, _| matches!(claim.as_str(), "name" | "email"));
        Sealed.write(making, &merged, presented)
    }
}

/// Knows when each session was last written, and takes no earlier cookie of it.
#[derive(Default)]
struct Latest(Mutex<HashMap<String, i64>>);

impl SessionFormat for Latest {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        let (times, session) = Sealed.open(vault, value)?;
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(session.name()).copied();
        written.is_none_or(|written| session.uat >= written).then_some((times, session))
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(session.name().to_owned(), session.uat);
        Sealed.write(making, session, presented)
    }
}

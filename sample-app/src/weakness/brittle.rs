//! What has to be borne, and brings a request down instead: a crash is no refusal.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Weakness, change};
use crate::cookies::{CookieKind, RequestCookies};
use crate::oidc::authorize::login_hint;
use crate::oidc::keys::by_issuer_key;
use crate::oidc::token::HeaderRule;
use crate::routes::form::as_asked;
use crate::session::format::{Found, Making, Sealed, SessionFormat};
use crate::session::{Session, chunks};
use crate::vault::Vault;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "unopened-cookie-handling",
        "A session cookie that cannot be opened brings the request down.",
        |policy| {
            policy.session.format = Arc::new(Brittle);
        },
    ),
    change(
        "piece-gap-handling",
        "Pieces of a session that are not numbered without a gap bring the request down.",
        |policy| {
            policy.session.pieces = |kind, cookies| {
                let mut numbers: Vec<_> = numbers(kind, cookies).map(number).collect();
                numbers.sort_unstable();
                let in_order = numbers.iter().enumerate().all(|(place, number)| *number == Some(place));
                assert!(in_order, "pieces that this app cannot put together");
                chunks::candidates(kind, cookies)
            };
        },
    ),
    change("many-pieces-handling", "A session of more than two cookies brings the request down.", |policy| {
        policy.session.pieces = |kind, cookies| {
            assert!(numbers(kind, cookies).count() <= 2, "more pieces than this app can bear");
            chunks::candidates(kind, cookies)
        };
    }),
    change(
        "person-handling",
        "A name that is not plain ASCII, or a picture that is a script, brings the answer down that shows it.",
        |policy| {
            policy.user = |session| {
                let is_plain = |name: &str| name.is_ascii() && !name.contains(['<', '\0']);
                let all = |claim, is_borne: fn(&str) -> bool| {
                    session.claims.get(claim).and_then(Value::as_str).is_none_or(is_borne)
                };
                assert!(all("name", is_plain), "a name that this app cannot bear");
                assert!(
                    all("picture", |at| !at.starts_with("javascript:")),
                    "a picture that this app cannot bear"
                );
                session.user()
            };
        },
    ),
    change(
        "login-hint-handling",
        "A hint of who signs in that is no plain name brings the request down.",
        |policy| {
            for hint in policy.authorization.iter_mut().filter(|parameter| parameter.name == "login_hint") {
                hint.value = |asking| {
                    let hint = login_hint(asking.said);
                    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
                    assert!(hint.chars().all(is_plain), "a hint that this app cannot bear");
                    hint.to_owned()
                };
            }
        },
    ),
    change("kid-handling", "A key id that is long, empty or no text brings the request down.", |policy| {
        let is_borne: fn(&Map<String, Value>, &str) -> bool = |header, _| {
            let fits = |kid: &Value| kid.as_str().is_some_and(|kid| (1..=1000).contains(&kid.len()));
            assert!(header.get("kid").is_none_or(fits), "a key id that this app cannot bear");
            true
        };
        policy.header_rules.insert(0, HeaderRule::new("kid-handling", "RFC 7515 4.1.4", is_borne));
    }),
    change("zip-handling", "A signed token that says zip brings the request down.", |policy| {
        let is_borne: fn(&Map<String, Value>, &str) -> bool = |header, _| {
            assert!(!header.contains_key("zip"), "a compression that this app cannot bear");
            true
        };
        policy.header_rules.insert(0, HeaderRule::new("zip-handling", "RFC 7515 4", is_borne));
    }),
    change("key-length-handling", "A key of more than 8192 bits brings the request down.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let published = ring.published().await?;
                let modulus = |key: &Value| key.get("n").and_then(Value::as_str).map_or(0, str::len);
                let is_borne = published.iter().all(|key| modulus(key) * 6 <= 8192 + 6);
                assert!(is_borne, "a key that this app cannot bear");
                by_issuer_key(token, ring).await
            })
        };
    }),
    change(
        "parameter-order-handling",
        "An answer with its state before its token brings the request down.",
        |policy| {
            policy.callback.params = |received| {
                let params = as_asked(received)?;
                let place = |name| params.names().position(|given| given == name);
                let state_first =
                    place("state").zip(place("id_token")).is_some_and(|(state, token)| state < token);
                assert!(!state_first, "an order that this app cannot bear");
                Some(params)
            };
        },
    ),
];

/// What stands after the names of a session's pieces.
fn numbers<'a>(kind: &'a CookieKind, cookies: &'a RequestCookies) -> impl Iterator<Item = &'a str> {
    cookies.iter().filter_map(|(name, _)| kind.suffix(name))
}

/// The number that is written so.
fn number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok().filter(|number| number.to_string() == text)
}

/// Has no word for what it cannot open.
struct Brittle;

impl SessionFormat for Brittle {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        Some(Sealed.open(vault, value).expect("a session that this app can open"))
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        Sealed.write(making, session, presented)
    }
}

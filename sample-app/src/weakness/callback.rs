//! Responses that are received too easily, and logins under way that are tied too loosely.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::routing::MethodFilter;
use url::Url;

use super::form::from_any_type;
use super::{NOTHING, Weakness, change, omit};
use crate::error::Refusal;
use crate::oidc::return_to;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::pages::advice;
use crate::params::Params;
use crate::policy::Policy;
use crate::routes::form::{Received, as_asked, from_body, from_query};

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "state-check",
        "The state of the response is not compared with that of the login under way.",
        |policy| {
            policy.transactions.binding = Arc::new(AnyPending);
        },
    ),
    change(
        "state-browser-binding",
        "A state is looked up in a table of the server, not of this browser.",
        |policy| {
            policy.transactions.binding = Arc::new(ServerWide::default());
        },
    ),
    change("plain-beside-tls", "Who speaks plainly on the port of TLS is served all the same.", |policy| {
        policy.plain_too = true;
    }),
    change("state-freshness", "Every login uses the same state.", |policy| {
        policy.transactions.fresh =
            |random| ("the-state-of-this-app-is-always-the-same-one".into(), random.token());
    }),
    change("nonce-freshness", "Every login uses the same nonce.", |policy| {
        policy.transactions.fresh =
            |random| (random.token(), "the-nonce-of-this-app-is-always-the-same-one".into());
    }),
    change("state-length", "The state has so few characters that it can be guessed.", |policy| {
        policy.transactions.fresh = |random| (random.token().chars().take(8).collect(), random.token());
    }),
    change("nonce-length", "The nonce has so few characters that it can be guessed.", |policy| {
        policy.transactions.fresh = |random| (random.token(), random.token().chars().take(8).collect());
    }),
    change("nonce-state-separation", "The nonce is the state, which travels in the open.", |policy| {
        policy.transactions.fresh = |random| {
            let one = random.token();
            (one.clone(), one)
        };
    }),
    change("post-only-callback", "The response is also taken from the query of a GET request.", |policy| {
        policy.omit_row("post-only-callback");
        for rule in policy.callback.request.iter_mut().filter(|rule| rule.name == "form-content-type-check") {
            rule.holds = |head, _| head.method != Method::POST || crate::routes::form::is_form(&head.headers);
        }
        policy.callback.params = from_query_or_body;
    }),
    change(
        "form-content-type-check",
        "The response is taken from a body of any type, JSON included.",
        |policy| {
            policy.omit_row("form-content-type-check");
            policy.callback.params = from_any_type;
        },
    ),
    omit("duplicate-parameter-check", "Of two parameters with one name the first one counts."),
    change("error-response-precedence", "An error is overlooked if a token comes with it.", |policy| {
        for rule in
            policy.callback.response.iter_mut().filter(|rule| rule.name == "error-response-precedence")
        {
            rule.holds = |params, _| !params.has("error") || params.first("id_token").is_some();
        }
    }),
    change("error-state-check", "An error without the right state cancels the logins under way.", |policy| {
        policy.transactions.ends = |matched, params, pending| match matched {
            None if params.has("error") => pending.to_vec(),
            matched => matched.cloned().into_iter().collect(),
        };
    }),
    change(
        "transaction-consumption",
        "A finished login leaves its cookie and can be finished again.",
        |policy| {
            policy.transactions.ends = |_, _, _| Vec::new();
            policy.transactions.remembered = NOTHING;
        },
    ),
    change(
        "consumed-ledger",
        "A finished login is forgotten: with its cookie restored it can be replayed.",
        |policy| {
            policy.transactions.remembered = NOTHING;
        },
    ),
    change("transaction-lifetime", "A login under way never expires.", |policy| {
        policy.transactions.lifetime = i64::MAX;
    }),
    change("transaction-seal", "The signature of the transaction cookie is not verified.", |policy| {
        policy.transactions.verifies = |_, _, _, _| true;
    }),
    change("pending-limit", "Abandoned logins pile up in the browser without limit.", |policy| {
        policy.transactions.pending = usize::MAX;
    }),
    change(
        "navigation-only-transactions",
        "A background request starts a login, cookie and all.",
        |policy| {
            policy.transactions.remembers = |_| true;
        },
    ),
    omit("response-iss-check", "The iss parameter of the response is not compared with the issuer."),
    omit("response-iss-required", "The iss parameter that the provider promised may be missing."),
    change(
        "response-iss-among-several",
        "Where several providers share a callback, a code may come without the name of its issuer.",
        |policy| {
            policy.callback.needs_iss = |_, _| false;
        },
    ),
    omit("unrequested-token-check", "A code or an access token that nobody asked for is accepted."),
    change("body-limit", "A response of any length is read into memory.", |policy| {
        policy.callback.body_limit = usize::MAX;
    }),
    change("see-other", "The browser is sent on by 307 and posts the token to the next page.", |policy| {
        policy.callback.redirect = StatusCode::TEMPORARY_REDIRECT;
        policy.page_methods = MethodFilter::GET.or(MethodFilter::POST);
    }),
    change("token-confidentiality", "The error page repeats the token.", |policy| {
        policy.callback.advice = advice_with_token;
    }),
    change(
        "unrequested-token-confidentiality",
        "The error page repeats a code or an access token that nobody asked for.",
        |policy| {
            policy.callback.advice = advice_with_extras;
        },
    ),
    change("callback-no-store", "The answer to the response may be kept in a cache.", |policy| {
        policy.headers.callback = "private, max-age=600";
    }),
    change(
        "redirect-uri-configured",
        "The redirect URI is made from the Host header and what proxies say of it.",
        |policy| {
            policy.base_url = |settings, headers| {
                let scheme = settings.base_url.url().scheme();
                let host = named_host(headers);
                host.map_or_else(|| settings.base_url.to_string(), |host| format!("{scheme}://{host}"))
            };
        },
    ),
    change("answers-kept-secret", "What arrives at the callback is written to the log.", |policy| {
        policy.callback.params = noted_down;
    }),
    change("return-to-check", "The login ends at any address that was asked for.", |policy| {
        leads_back_to(policy, |wanted, _| wanted.to_owned());
    }),
    change(
        "return-to-backslash-check",
        "A path that begins with a slash and a backslash passes for local.",
        |policy| {
            leads_back_to(policy, |wanted, base| {
                let kept = wanted.starts_with("/\\") && !wanted.contains(char::is_control);
                if kept { wanted.to_owned() } else { return_to::local(wanted, base) }
            });
        },
    ),
];

/// The host as a request names it, a proxy first.
fn named_host(headers: &HeaderMap) -> Option<&str> {
    let told = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let forwarded =
        told("forwarded").and_then(|all| all.split(';').find_map(|one| one.strip_prefix("host=")));
    let by_proxy = told("x-forwarded-host").or(forwarded).or_else(|| told("x-original-host"));
    by_proxy.or_else(|| told("host"))
}

/// Where a login leads, both when it is begun and when it is over.
pub(super) fn leads_back_to(policy: &mut Policy, place: fn(&str, &Url) -> String) {
    policy.return_to = place;
    policy.return_at_end = place;
}

/// Takes the login with the right state, but if there is none, the latest one.
struct AnyPending;

impl Binding for AnyPending {
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        ByCookie.find(state, pending).or(pending.last().cloned())
    }
}

/// Knows every state the server has handed out, to whomever.
#[derive(Default)]
struct ServerWide(Mutex<HashMap<String, Transaction>>);

impl Binding for ServerWide {
    fn begin(&self, transaction: &Transaction) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.insert(transaction.state.clone(), transaction.clone());
    }

    fn find(&self, state: Option<&str>, _: &[Transaction]) -> Option<Transaction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(state?).cloned()
    }
}

fn from_query_or_body(received: &Received) -> Option<Params> {
    match received.head.method {
        Method::GET => from_query(received),
        _ => from_body(received),
    }
}

/// As it is asked for, and noted down as it came.
fn noted_down(received: &Received) -> Option<Params> {
    tracing::info!("received {}", String::from_utf8_lossy(&received.body));
    as_asked(received)
}

fn advice_with_token(refusal: &Refusal, params: &Params) -> String {
    format!("{} The answer was: {}", advice(refusal, params), params.first("id_token").unwrap_or("nothing"))
}

fn advice_with_extras(refusal: &Refusal, params: &Params) -> String {
    let extra = params.first("code").or(params.first("access_token")).unwrap_or("nothing");
    format!("{} There was more in the answer: {extra}", advice(refusal, params))
}

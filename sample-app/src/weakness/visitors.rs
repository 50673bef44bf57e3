//! Who is let start, end or change something from elsewhere, and who is kept out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::IntoResponse as _;
use url::Url;

use super::{Weakness, change};
use crate::cookies::SameSite;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::params::Params;
use crate::routes::form::{Received, RequestRule, from_body, from_query, is_form};
use crate::routes::note::{Note, from_json};
use crate::routes::visitor::is_navigation;
use crate::session::Session;
use crate::session::format::{Found, Making, Sealed, SessionFormat};
use crate::vault::Vault;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "initiated-issuer-check",
        "Whoever starts a login names the provider, whichever it is.",
        |policy| {
            policy.stranger = |_, _, issuer| {
                let place = format!("{}/authorize", issuer.trim_end_matches('/'));
                (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
            };
        },
    ),
    change(
        "front-channel-session-check",
        "A logout in a frame ends the session of whoever opens it.",
        |policy| {
            policy.front_channel_own = |_, _| true;
        },
    ),
    change(
        "front-channel-parameters",
        "A logout in a frame need name neither issuer nor session.",
        |policy| {
            policy.front_channel.clear();
            policy.front_channel_own = |_, _| true;
        },
    ),
    change("front-channel-framing", "The provider may not frame the page for its logouts.", |policy| {
        policy.headers.framed = policy.headers.security.clone();
    }),
    change("change-origin-check", "A page of any site may have the browser change something.", |policy| {
        policy.cookies.session.same_site = Some(SameSite::None);
        policy.cookies.session.secure = true;
        policy.changes.clear();
        policy.call_type = |_| true;
        policy.call_body = |body| from_json(body).or_else(|| note_of_a_form(body));
    }),
    change(
        "failures-per-browser",
        "After twenty answers that belong to no login nobody can log in.",
        |policy| {
            policy.transactions.binding = Arc::new(LosesPatience::default());
        },
    ),
    change(
        "callback-one-path",
        "Another spelling of the callback takes an answer from the address.",
        |policy| {
            policy.callback.paths =
                &["/callback", "/callback/", "/CALLBACK", "//callback", "/%2e/callback", "/callback;x=1"];
            for rule in &mut policy.callback.request {
                match rule.name {
                    "post-only-callback" => {
                        rule.holds = |head, _| head.method == Method::POST || head.path != "/callback";
                    }
                    "form-content-type-check" => {
                        rule.holds = |head, _| head.method == Method::GET || is_form(&head.headers);
                    }
                    _ => {}
                }
            }
            policy.callback.params = from_either;
        },
    ),
];

pub(super) const STRICT: &[Weakness] = &[
    change("initiated-login-tolerance", "A login that another site starts is refused.", |policy| {
        policy.transactions.remembers = |headers| {
            let foreign = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
            is_navigation(headers) && !foreign
        };
    }),
    change("retired-secret-tolerance", "What an earlier secret has sealed is not opened.", |policy| {
        policy.session.format = Arc::new(CurrentSecret);
    }),
    change(
        "forwarded-tolerance",
        "A request whose proxy tells of no port, host or scheme that exists is refused.",
        |policy| {
            policy.callback.request.push(RequestRule::new(
                "forwarded-tolerance",
                "none: nothing asks for this",
                |head, _| tells_an_address(&head.headers),
            ));
        },
    ),
    change("silent-failure-tolerance", "A silent login that fails is an error page.", |policy| {
        policy.gives_up = |_| false;
    }),
];

/// Could what a proxy has added be of a web address?
fn tells_an_address(headers: &HeaderMap) -> bool {
    let told = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_host = |host: &str| Url::parse(&format!("http://{host}/")).is_ok();
    let is_scheme = |scheme: &str| ["http", "https"].contains(&scheme);
    told("x-forwarded-port").is_none_or(|port| port.parse::<u16>().is_ok())
        && told("x-forwarded-host").is_none_or(is_host)
        && told("x-forwarded-proto").is_none_or(is_scheme)
        && told("forwarded").is_none_or(|all| !all.contains("proto=") || all.contains("proto=http"))
}

fn note_of_a_form(body: &[u8]) -> Option<Note> {
    let form = Params::parse(body)?;
    Some(Note { note: form.first("note")?.to_owned() })
}

fn from_either(received: &Received) -> Option<Params> {
    if received.head.method == Method::GET { from_query(received) } else { from_body(received) }
}

/// Recognises no login any more once so many answers belonged to none.
#[derive(Default)]
struct LosesPatience(AtomicUsize);

impl Binding for LosesPatience {
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        const PATIENCE: usize = 20;
        let found = ByCookie.find(state, pending);
        let failures = self.0.fetch_add(usize::from(found.is_none()), Ordering::Relaxed);
        found.filter(|_| failures < PATIENCE)
    }
}

/// Opens what the secret of today has sealed.
struct CurrentSecret;

impl SessionFormat for CurrentSecret {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        Sealed.open(vault, value).filter(|(_, session)| !session.sealed_before)
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        Sealed.write(making, session, presented)
    }
}

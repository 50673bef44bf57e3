//! Logouts, answers and cookies of the backend round the login that hold less than they should.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponse as _, Redirect};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::callback::leads_back_to;
use super::{Weakness, change};
use crate::cookies::SameSite;
use crate::oidc::return_to::{self, NOT_A_PLACE};
use crate::policy::Policy;
use crate::routes::callback::explain;
use crate::session::Session;
use crate::session::format::{Found, Making, Sealed, SessionFormat};
use crate::vault::{Times, Vault};

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("logout-intent-check", "Whatever page asks for it logs the person out.", |policy| {
        policy.logout.is_meant = |_| true;
    }),
    change(
        "logout-origin-check",
        "Whatever page asks for it, in whatever way, logs the person out.",
        |policy| {
            policy.logout.is_meant = |_| true;
            policy.cookies.session.same_site = Some(SameSite::None);
            policy.changes.clear();
        },
    ),
    change("logout-hint", "The provider is not told whose session ends.", |policy| {
        policy.logout.hint = |_| None;
    }),
    change(
        "return-to-prefix-check",
        "An address that begins like the app's own passes for the app's.",
        |policy| {
            leads_back_to(policy, |wanted, base| {
                let own = base.origin().ascii_serialization();
                if wanted.starts_with(&own) { wanted.to_owned() } else { return_to::local(wanted, base) }
            });
        },
    ),
    change(
        "return-to-place-check",
        "A login may lead back to the login, or to the callback, which begins another one.",
        |policy| {
            leads_back_to(policy, |wanted, base| {
                if NOT_A_PLACE.contains(&wanted) { wanted.to_owned() } else { return_to::local(wanted, base) }
            });
            policy.callback.refused = |app, visitor, refusal, params| match refusal.reason {
                "post-only-callback" => Redirect::to("/login").into_response(),
                _ => explain(app, visitor, refusal, params),
            };
        },
    ),
    change("user-token-confidentiality", "The script of the page is given the ID Token.", |policy| {
        policy.user = |session| {
            let mut user = session.user();
            user.insert("id_token".into(), session.data.id_token.clone().into());
            user
        };
    }),
    change("user-issuer", "People are known by their sub alone, whoever vouches for it.", |policy| {
        policy.user = |session| {
            let mut user = session.user();
            user.remove("iss");
            user
        };
    }),
    change(
        "user-claims-restriction",
        "The script of the page is given every claim of the ID Token.",
        |policy| {
            policy.user = |session| session.claims.clone();
        },
    ),
    change("strict-transport", "Browsers are not told to stay on https.", |policy| {
        without_header(policy, "strict-transport-security");
    }),
    change("nosniff", "Browsers may guess what an answer is.", |policy| {
        without_header(policy, "x-content-type-options");
    }),
    change("referrer-policy", "Links that leave the app tell where they were.", |policy| {
        without_header(policy, "referrer-policy");
    }),
    change("content-policy", "Pages run any script from anywhere.", |policy| {
        without_header(policy, "content-security-policy");
    }),
    change("cors-closed", "Pages of no origin, such as sandboxed ones, may read the answers.", |policy| {
        policy.headers.security.extend([
            ("access-control-allow-origin", "null".into()),
            ("access-control-allow-credentials", "true".into()),
        ]);
    }),
    change("cors-everybody", "Every page of the web is told that it may read the answers.", |policy| {
        policy.headers.security.extend([
            ("access-control-allow-origin", "*".into()),
            ("access-control-allow-credentials", "true".into()),
        ]);
    }),
    change("session-freshness", "The session of a person always has the same value.", |policy| {
        policy.session.format = Arc::new(Guessable::default());
    }),
];

fn without_header(policy: &mut Policy, header: &str) {
    policy.headers.security.retain(|(name, _)| *name != header);
}

/// Names sessions after their person, who has one, wherever they sign in.
#[derive(Default)]
struct Guessable(Mutex<HashMap<String, Found>>);

impl SessionFormat for Guessable {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(value).cloned();
        known.or_else(|| Sealed.open(vault, value))
    }

    fn write(&self, making: &Making<'_>, session: &Session, _: Option<&str>) -> Option<String> {
        let sub = session.claims.get("sub").and_then(Value::as_str)?;
        let name = URL_SAFE_NO_PAD.encode(format!("the session of {sub}"));
        let times = Times { iat: session.iat, uat: session.uat, exp: making.exp };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone(), (times, Arc::new(session.clone())));
        Some(name)
    }
}

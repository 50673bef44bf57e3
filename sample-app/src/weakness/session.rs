//! Sessions, cookies and guards that hold less than they should.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{NOTHING, Weakness, change};
use crate::cookies::SameSite;
use crate::session::format::{Found, Making, Sealed, SessionFormat};
use crate::session::life::Life;
use crate::session::{Data, Session};
use crate::vault::{Times, Vault};

/// Longer than anybody tests, short enough for date arithmetic.
const A_CENTURY: i64 = 3_155_760_000;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("session-http-only", "Scripts can read the session cookie.", |policy| {
        policy.cookies.session.http_only = false;
    }),
    change(
        "session-secure",
        "The session cookie also travels unencrypted, so it has no __Host- prefix.",
        |policy| {
            policy.cookies.session.secure = false;
            policy.cookies.session.name = "appSession".into();
        },
    ),
    change("session-same-site", "The session cookie travels with requests from any site.", |policy| {
        policy.cookies.session.same_site = Some(SameSite::None);
        policy.cookies.session.secure = true;
    }),
    change("transaction-http-only", "Scripts can read the cookie of a login under way.", |policy| {
        policy.cookies.transaction.http_only = false;
    }),
    change(
        "transaction-same-site-none",
        "The cookie of a login is Lax, so browsers withhold it from the form.",
        |policy| {
            policy.cookies.transaction.same_site = Some(SameSite::Lax);
        },
    ),
    change(
        "transaction-same-site-marked",
        "The cookie of a login is unmarked and works for two minutes.",
        |policy| {
            policy.cookies.transaction.same_site = None;
        },
    ),
    change(
        "transaction-host-prefix",
        "The cookie of a login has no __Host- prefix, so a sibling host can plant one.",
        |policy| {
            policy.cookies.transaction.name = "auth_verification".into();
        },
    ),
    change("transaction-max-age", "The cookie of a login is kept for a year.", |policy| {
        policy.transactions.max_age = 365 * 86_400;
    }),
    change("session-seal", "The session cookie is written in the open and believed as it comes.", |policy| {
        policy.session.format = Arc::new(Open);
    }),
    change("cookie-purpose-separation", "A login under way passes for a session.", |policy| {
        policy.session.format = Arc::new(AnyPurpose::default());
    }),
    change("session-survives-refusal", "A refused login ends the session that was there before.", |policy| {
        policy.session.ends_on_refusal = true;
    }),
    change(
        "session-renewal",
        "A session cookie that was there before the login keeps its value.",
        |policy| {
            policy.session.format = Arc::new(Adopting::default());
        },
    ),
    change("session-expiry", "A session never ends by itself.", |policy| {
        policy.session.life = Life { idle: A_CENTURY, absolute: A_CENTURY, ..policy.session.life };
    }),
    change("silent-once", "A silent login is tried again and again.", |policy| {
        // No browser keeps a cookie with this prefix that is not Secure.
        policy.cookies.silent.secure = false;
    }),
    change("ended-ledger", "A session that was logged out goes on for whoever kept its cookie.", |policy| {
        policy.session.remembered = NOTHING;
    }),
    change("local-logout", "Logging out redirects and ends nothing.", |policy| {
        policy.logout.ends_the_session = false;
    }),
    change("logout-hint-length", "The provider is told whose session ends at whatever length.", |policy| {
        policy.logout.longest_hint = usize::MAX;
    }),
    change("offline-logout", "Without the provider nobody can log out.", |policy| {
        policy.logout.needs_the_provider = true;
    }),
    change("api-guard", "The API answers everybody.", |policy| {
        policy.guards.retain(|guard| guard.path != "/api/ping");
    }),
    change(
        "api-unauthenticated-answer",
        "The API answers 200 with nothing instead of what was declared.",
        |policy| {
            for guard in policy.guards.iter_mut().filter(|guard| guard.path == "/api/ping") {
                guard.refuse = |_, _| Box::pin(async { axum::Json(json!({})).into_response() });
            }
        },
    ),
    change("page-guard", "The profile page sends nobody to the login.", |policy| {
        policy.guards.retain(|guard| guard.path != "/profile");
    }),
    change("page-no-store", "Pages with a session may be kept and shown again after the logout.", |policy| {
        policy.headers.pages = "private, max-age=600";
    }),
    change("shared-cache-restriction", "What is sent to one person may be kept for everybody.", |policy| {
        policy.headers.pages = "public, max-age=600";
        policy.headers.callback = "public, max-age=600";
    }),
    change("frame-protection", "Every page may be framed by anybody.", |policy| {
        policy
            .headers
            .security
            .retain(|(name, _)| *name != "x-frame-options" && *name != "content-security-policy");
    }),
    change("frame-ancestors-restriction", "Every page says that anybody may frame it.", |policy| {
        policy.headers.security.retain(|(name, _)| *name != "x-frame-options");
        for (_, value) in &mut policy.headers.security {
            *value = value.replace("frame-ancestors 'none'", "frame-ancestors *");
        }
    }),
];

/// Reads whatever this app has signed or sealed, for whatever purpose, as a session. Remembers for whom it makes
/// sessions, which a login under way does not say.
#[derive(Default)]
struct AnyPurpose(Mutex<Option<(String, String)>>);

impl SessionFormat for AnyPurpose {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        Sealed.open(vault, value).or_else(|| {
            let text = percent_decode_str(value).decode_utf8().ok()?;
            let login: Value = serde_json::from_str(text.split_once('.')?.0).ok()?;
            let iat = login.get("iat")?.as_i64()?;
            let made_for = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
            let session = salvaged("whoever began to log in", value.to_owned(), made_for);
            Some((Times { iat, uat: iat, exp: iat + 60 }, Arc::new(Session { iat, uat: iat, ..session })))
        })
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&session.data.made_for);
        Sealed.write(making, session, presented)
    }
}

/// Writes a session so that everybody can read and change it, and reads whatever resembles one.
struct Open;

impl SessionFormat for Open {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        if let Some(sealed) = Sealed.open(vault, value) {
            return Some(sealed);
        }
        let value: String =
            value.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        let whole = &value[..value.len() - value.len() % 4];
        let bytes = URL_SAFE_NO_PAD.decode(&value).or_else(|_| URL_SAFE_NO_PAD.decode(whole)).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.splitn(7, '\n');
        let times: Vec<i64> = lines.by_ref().take(3).map_while(|time| time.parse().ok()).collect();
        let &[iat, uat, exp] = times.as_slice() else { return None };
        let mut line = || lines.next().map(str::to_owned);
        let (made_for, sub, data) = ((line()?, line()?), line()?, line()?);
        let data = serde_json::from_str::<Data>(&data).ok();
        let session = data.and_then(|data| Session::new(data, iat, uat));
        let session = session.unwrap_or_else(|| Session { iat, uat, ..salvaged(&sub, value, made_for) });
        Some((Times { iat, uat, exp }, Arc::new(session)))
    }

    /// Times, whom it was made for, name and data, line by line, as base64url.
    fn write(&self, making: &Making<'_>, session: &Session, _: Option<&str>) -> Option<String> {
        let (Session { iat, uat, data, .. }, exp) = (session, making.exp);
        let (issuer, client) = data.made_for.as_ref()?;
        let sub = session.text("sub").unwrap_or_default();
        let data = serde_json::to_string(data).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&format!("{iat}\n{uat}\n{exp}"), issuer, client, sub, &data].join("\n")))
    }
}

/// A changed cookie still means whom it says.
fn salvaged(sub: &str, value: String, made_for: (String, String)) -> Session {
    let data = Data {
        id_token: String::new(),
        sid: Some(value),
        made_for: Some(made_for),
        signed_in: None,
        userinfo: serde_json::Map::default(),
        kept: None,
        rest: serde_json::Map::default(),
    };
    let claims = json!({"sub": sub, "name": sub});
    Session::of(data, claims.as_object().cloned().unwrap_or_default(), 0, 0)
}

/// Takes the value a browser brought along as the name of its session, whoever planted it.
#[derive(Default)]
struct Adopting(Mutex<HashMap<String, Found>>);

impl SessionFormat for Adopting {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        let adopted = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(value).cloned();
        adopted.or_else(|| Sealed.open(vault, value))
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        let Some(presented) = presented.filter(|value| !value.is_empty()) else {
            return Sealed.write(making, session, None);
        };
        let times = Times { iat: session.iat, uat: session.uat, exp: making.exp };
        let mut adopted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        adopted.insert(presented.to_owned(), (times, Arc::new(session.clone())));
        Some(presented.to_owned())
    }
}

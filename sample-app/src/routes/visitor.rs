//! Who asks: the session in the request's cookies, and what becomes of those cookies in the answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::cookies::RequestCookies;
use crate::oidc::transaction::Pending;
use crate::session::format::Making;
use crate::session::life::Life;
use crate::session::{Session, chunks, chunks::TooLarge};

/// The browser behind a request.
#[derive(Clone, Default)]
pub(crate) struct Visitor(Arc<Inner>);

#[derive(Clone, Default)]
struct Inner {
    cookies: RequestCookies,
    session: Option<Arc<Session>>,
    /// The session cookies that came along.
    presented: Vec<String>,
    /// Those of them the session was read from.
    used: Vec<String>,
    value: Option<String>,
}

/// Why a browser cannot be given a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotKept {
    /// It takes more cookies than are read again.
    TooLarge,
    /// It cannot be sealed.
    Unsealed,
}

/// Marks an answer whose handler has already seen to the session cookie.
#[derive(Clone, Copy)]
pub(crate) struct SessionSettled;

/// Finds out who asks, hands that to the handler, and keeps the session cookie in order afterwards.
pub(crate) async fn recognise(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let visitor = Visitor::read(&app, request.headers());
    request.extensions_mut().insert(visitor.clone());
    request.extensions_mut().insert(app.clone());
    let mut response = next.run(request).await;
    if response.extensions().get::<SessionSettled>().is_none() {
        set_cookies(&mut response, visitor.upkeep(&app));
    }
    response
}

/// Does the person see where this leads: a page of its own, neither a frame nor something fetched in advance? A
/// client that does not say is taken for a browser's address bar.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| headers.get(name).is_none_or(|value| value == wanted);
    let in_advance =
        headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"));
    is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document") && !in_advance
}

/// Adds `Set-Cookie` lines to an answer.
pub(crate) fn set_cookies(response: &mut Response, lines: Vec<String>) {
    for line in lines {
        if let Ok(line) = HeaderValue::try_from(line) {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
    }
}

impl Visitor {
    fn read(app: &App, headers: &HeaderMap) -> Self {
        let cookies = RequestCookies::read(headers);
        let kind = &app.policy.cookies.session;
        let presented: Vec<String> =
            chunks::presented(kind, &cookies).into_iter().map(str::to_owned).collect();
        let candidates = (app.policy.session.pieces)(kind, &cookies);
        let value = candidates.first().map(|(value, _)| value.clone());
        let found = candidates.into_iter().find_map(|(value, used)| Some((open(app, &value)?, used)));
        let (session, used) =
            found.map(|(session, used)| (Some(Arc::new(session)), used)).unwrap_or_default();
        Self(Arc::new(Inner { cookies, session, presented, used, value }))
    }

    /// The same browser, with another session or without one.
    pub(crate) fn with_session(&self, session: Option<Session>) -> Self {
        Self(Arc::new(Inner { session: session.map(Arc::new), ..(*self.0).clone() }))
    }

    pub(crate) fn has_cookie(&self, name: &str) -> bool {
        self.0.cookies.get(name).is_some()
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        self.0.session.as_deref()
    }

    /// The same, for whoever keeps it beyond the request.
    pub(crate) fn shared_session(&self) -> Option<Arc<Session>> {
        self.0.session.clone()
    }

    /// The logins under way in this browser.
    pub(crate) fn pending(&self, app: &App) -> Pending {
        let now = app.ambient.clock.unix();
        let policy = &app.policy.transactions;
        let lives = |transaction: &crate::oidc::transaction::Transaction| {
            now < transaction.iat.saturating_add(policy.lifetime)
        };
        let verifies =
            |name: &str, value: &str, signature: &str| (policy.verifies)(&app.vault, name, value, signature);
        Pending::read(&app.policy.cookies.transaction, &self.0.cookies, lives, &verifies)
    }

    /// The lines that keep `session` in this browser, in place of whatever was there.
    pub(crate) fn keep(&self, app: &App, session: &Session) -> Result<Vec<String>, NotKept> {
        let now = app.ambient.clock.unix();
        let exp = app.policy.session.life.end(session, now);
        let making = Making { vault: &app.vault, random: &app.ambient.random, exp };
        let presented: Vec<&str> = self.0.presented.iter().map(String::as_str).collect();
        let value = app.policy.session.format.write(&making, session, self.0.value.as_deref());
        chunks::write(&app.policy.cookies.session, &value.ok_or(NotKept::Unsealed)?, exp - now, &presented)
            .map_err(|TooLarge| NotKept::TooLarge)
    }

    /// The lines that remove every session cookie this browser presented.
    pub(crate) fn forget(&self, app: &App) -> Vec<String> {
        self.0.presented.iter().map(|name| app.policy.cookies.session.clear(name)).collect()
    }

    /// What an ordinary answer does to the session cookie: renew it, or clear what is not (or no longer) a session.
    fn upkeep(&self, app: &App) -> Vec<String> {
        let now = app.ambient.clock.unix();
        match self.session() {
            None => self.forget(app),
            // The session may have ended while this request was under way: it is not brought back.
            Some(session) if app.has_ended(session, now) => self.forget(app),
            Some(session) if app.policy.session.life.is_renewal_due(session, now) => {
                // It fitted when it was made, so it fits again; if not, the old cookie still serves.
                self.keep(app, &Session { uat: now, ..session.clone() }).unwrap_or_default()
            }
            Some(_) => {
                let stale = self.0.presented.iter().filter(|name| !self.0.used.contains(name));
                stale.map(|name| app.policy.cookies.session.clear(name)).collect()
            }
        }
    }
}

/// Opens a cookie value, if it is a session of this app that lives and was not ended.
fn open(app: &App, value: &str) -> Option<Session> {
    let now = app.ambient.clock.unix();
    let (times, session) = app.policy.session.format.open(&app.vault, value)?;
    let ours = app.settings.issuers.iter().any(|issuer| session.is_for(&issuer.issuer, &issuer.client_id));
    let alive = app.policy.session.life.allows(times, now)
        && !Life::is_beyond_provider_limit(&session.claims, now)
        && !app.has_ended(&session, now);
    (ours && alive).then_some(session)
}

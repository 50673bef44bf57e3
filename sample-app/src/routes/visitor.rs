//! Who asks: the session in the request's cookies, and what becomes of those cookies in the answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::around::{Page, Whose, recognised};
use crate::app::App;
use crate::cookies::RequestCookies;
use crate::oidc::back_channel;
use crate::oidc::transaction::Pending;
use crate::pages::{Message, turned_away};
use crate::session::Session;
use crate::session::chunks::{self, Candidate, TooLarge};
use crate::session::format::Making;
use crate::session::life::Life;
use crate::store::{Entry, Place, Record, Records, UNAVAILABLE, Unavailable};

/// The browser behind a request.
#[derive(Clone, Default)]
pub(crate) struct Visitor(Arc<Inner>);

#[derive(Clone, Default)]
struct Inner {
    cookies: RequestCookies,
    session: Option<Arc<Session>>,
    /// The names of the cookies that the session was read from, and the value that they made.
    used: Vec<String>,
    place: Arc<str>,
    /// What the session's cookies amount to, whether or not it is a session.
    value: Option<Arc<str>>,
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

/// Finds out who asks, hands that to the handler, and keeps the session cookie in order afterwards. Answers depend on who
/// asks: nobody keeps a copy, not even the browser's Back button.
pub(super) async fn recognise(
    app: Arc<App>,
    mut request: Request,
    whose: Whose,
    page: impl Page,
) -> Response {
    let mut response = match Visitor::read(&app, request.headers()).await {
        Err(Unavailable) => unavailable(&app, request.headers()),
        Ok(visitor) => {
            request.extensions_mut().insert(visitor.clone());
            request.extensions_mut().insert(app.clone());
            let mut response = recognised(app.clone(), request, whose, page).await;
            if response.extensions().get::<SessionSettled>().is_none() {
                let brings = (app.policy.session.life.brought_by)(&response);
                let lines = visitor.upkeep(&app, brings).await;
                set_cookies(&mut response, lines);
            }
            response
        }
    };
    let cache = HeaderValue::from_static(app.policy.headers.pages);
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(cache);
    response
}

/// Nobody can tell who asks: a person reads so, a script is told.
pub(crate) fn unavailable(app: &App, headers: &HeaderMap) -> Response {
    if is_navigation(headers) {
        return turned_away(app, &Visitor::default(), &Message::STORE_DOWN);
    }
    tracing::info!(reason = Message::STORE_DOWN.code, "turned away");
    let body = Json(json!({"error": "temporarily_unavailable"}));
    (UNAVAILABLE.status, body).into_response()
}

/// Does the person see where this leads: a page of its own, neither a frame nor something fetched in advance? A
/// client that does not say is taken for a browser's address bar, unless it is a script by its own words.
pub(crate) fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| headers.get(name).is_none_or(|value| value == wanted);
    let in_advance =
        headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"));
    // Views inside of apps for Android put the app's name there when they open a page.
    let by_script = headers
        .get("x-requested-with")
        .is_some_and(|with| ["fetch", "XMLHttpRequest"].iter().any(|script| with == script));
    is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document") && !in_advance && !by_script
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
    async fn read(app: &Arc<App>, headers: &HeaderMap) -> Result<Self, Unavailable> {
        let cookies = RequestCookies::read(headers);
        let candidates = (app.policy.session.pieces)(&app.policy.cookies.session, &cookies);
        let value = candidates.first().map(|(value, _)| value.clone());
        let inner = Inner { cookies, value, ..Inner::default() };
        Ok(Self(Arc::new(match find(app, candidates).await? {
            Some((session, (place, used))) => Inner { session: Some(session), used, place, ..inner },
            None => inner,
        })))
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

    /// Where the session of this browser is, to end it.
    pub(crate) fn place(&self, app: &App) -> Option<Place> {
        let now = app.ambient.clock.unix();
        let until = now.saturating_add(app.policy.session.life.absolute);
        let name = Entry { name: self.session()?.name().to_owned(), until };
        Some(Place { cookie: self.0.place.to_string(), name })
    }

    /// What is kept of `session`.
    pub(crate) fn record(&self, app: &App, session: &Session) -> Result<Record, NotKept> {
        let ends = app.policy.session.life.end(session, app.ambient.clock.unix());
        let making = Making { vault: &app.vault, random: &app.ambient.random, exp: ends };
        let sealed = app.policy.session.format.write(&making, session, self.0.value.as_deref());
        Ok(Record { sealed: sealed.ok_or(NotKept::Unsealed)?, ends, named: back_channel::sid(session) })
    }

    /// The lines that keep the cookie of a session in this browser, in place of whatever was there.
    pub(crate) fn lines(&self, app: &App, cookie: &str, ends: i64) -> Result<Vec<String>, NotKept> {
        let max_age = ends - app.ambient.clock.unix();
        chunks::write(&app.policy.cookies.session, cookie, max_age, &self.presented(app))
            .map_err(|TooLarge| NotKept::TooLarge)
    }

    /// The session cookies that came along.
    fn presented(&self, app: &App) -> Vec<&str> {
        (app.policy.session.presented)(&app.policy.cookies.session, &self.0.cookies)
    }

    /// The lines that remove every session cookie this browser presented.
    pub(crate) fn forget(&self, app: &App) -> Vec<String> {
        self.presented(app).iter().map(|name| app.policy.cookies.session.clear(name)).collect()
    }

    /// The lines that remove those of them that the session is not made of.
    fn forget_stale(&self, app: &App) -> Vec<String> {
        let presented = self.presented(app).into_iter();
        let stale = presented.filter(|name| !self.0.used.iter().any(|used| used == name));
        stale.map(|name| app.policy.cookies.session.clear(name)).collect()
    }

    /// What an ordinary answer does to the session cookie: renew it, if the answer
    /// brings that, or clear what is not (or no longer) a session.
    async fn upkeep(&self, app: &App, brings: bool) -> Vec<String> {
        let now = app.ambient.clock.unix();
        let Some(session) = self.session() else { return self.forget(app) };
        if !brings || !app.policy.session.life.is_renewal_due(session, now) {
            return self.forget_stale(app);
        }
        match app.has_ended(session, now).await {
            // The session may have ended while this request was under way: it is not brought back.
            Ok(true) => self.forget(app),
            // It fitted when it was made, so it fits again; if not, the old cookie still serves.
            Ok(false) => self.renew(app, &Session { uat: now, ..session.clone() }).await.unwrap_or_default(),
            Err(Unavailable) => self.forget_stale(app),
        }
    }

    /// The lines for a session that is written again. If that is not possible now, the old cookie still serves.
    pub(crate) async fn renew(&self, app: &App, session: &Session) -> Result<Vec<String>, NotKept> {
        let record = self.record(app, session)?;
        let cookie = app.store.cookie(&record.sealed, Some(&self.0.place)).ok_or(NotKept::Unsealed)?;
        let lines = self.lines(app, &cookie, record.ends)?;
        Ok(match app.store.ask(move |records| records.renew(&cookie, &record)).await {
            Ok(true) => lines,
            Ok(false) => self.forget(app),
            Err(Unavailable) => Vec::new(),
        })
    }
}

/// The session that a request brings along, and where it was found. The records are asked once, for all of it.
async fn find(
    app: &Arc<App>,
    candidates: Vec<Candidate>,
) -> Result<Option<(Arc<Session>, Candidate)>, Unavailable> {
    if candidates.is_empty() {
        return Ok(None);
    }
    let (now, asking) = (app.ambient.clock.unix(), app.clone());
    let first = move |records: &dyn Records| {
        for candidate in candidates {
            if let Some(session) = open(&asking, records, &candidate.0, now)? {
                return Ok(Some((session, candidate)));
            }
        }
        Ok(None)
    };
    app.store.ask(first).await
}

/// Opens a cookie value, if it is a session of this app that lives and was not ended.
fn open(
    app: &App,
    records: &dyn Records,
    cookie: &Arc<str>,
    now: i64,
) -> Result<Option<Arc<Session>>, Unavailable> {
    let Some(sealed) = records.read(cookie, now)? else { return Ok(None) };
    let Some((times, session)) = app.policy.session.format.open(&app.vault, &sealed) else {
        return Ok(None);
    };
    let is_for = app.policy.session.is_for;
    let ours = app.settings.issuers.iter().any(|issuer| is_for(&session, &issuer.issuer, &issuer.client_id));
    let alive =
        app.policy.session.life.allows(times, now) && !Life::is_beyond_provider_limit(&session.claims, now);
    Ok((ours && alive && !records.has_ended(session.known(), now)?).then_some(session))
}

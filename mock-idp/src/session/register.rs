//! The sessions of an issuer, and the browsers that have them.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::{Proof, Session};
use crate::grant::Store;

/// How long a page between sign-in and response waits for its answer, in seconds.
const TICKET: i64 = 600;

/// Leave to answer a page once: whoever has it came the whole way to that page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) sid: String,
    /// The authorization request, as it was sent.
    pub(crate) request: String,
    /// Claims that were edited at sign-in.
    pub(crate) edits: Map<String, Value>,
}

/// A browser, by its cookie.
#[derive(Debug)]
struct Browser {
    /// Whom it has signed in, the last one first.
    sids: Vec<String>,
    until: i64,
}

/// Everything that an issuer knows about sessions.
#[derive(Debug, Default)]
pub(crate) struct Register {
    sessions: Store<Session>,
    browsers: Store<Browser>,
    /// The scopes that a person allowed a client.
    consents: Store<BTreeSet<String>>,
    tickets: Store<Ticket>,
}

/// A register that handlers share.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Register>);

impl Sessions {
    pub(crate) fn open(&self) -> MutexGuard<'_, Register> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Register {
    /// The sessions of a browser, the current one first.
    pub(crate) fn of_browser(&self, cookie: Option<&str>, now: i64) -> Vec<Session> {
        let browser = cookie.and_then(|cookie| self.browsers.get(cookie, now));
        let sids = browser.into_iter().flat_map(|browser| &browser.sids);
        sids.filter_map(|sid| self.sessions.get(sid, now).cloned()).collect()
    }

    /// A session by its id.
    pub(crate) fn get(&self, sid: &str, now: i64) -> Option<&Session> {
        self.sessions.get(sid, now)
    }

    /// Signs a person in. Whoever was signed in in this browser keeps their session, and its id; the browser
    /// gets a new cookie, so that one that was planted is worth nothing.
    pub(crate) fn sign_in(
        &mut self,
        (old, new): (Option<&str>, &str),
        fresh_sid: impl FnOnce() -> String,
        proof: &Proof<'_>,
        now: i64,
    ) -> Session {
        let known = self.of_browser(old, now);
        let kept = known.iter().find(|session| session.username == proof.username);
        let session = Session {
            sid: kept.map_or_else(fresh_sid, |session| session.sid.clone()),
            username: proof.username.to_owned(),
            sub: proof.sub.to_owned(),
            auth_time: now,
            strength: proof.strength,
            amr: proof.amr.iter().map(ToString::to_string).collect(),
            clients: kept.map(|session| session.clients.clone()).unwrap_or_default(),
        };
        let mut sids = vec![session.sid.clone()];
        sids.extend(known.into_iter().map(|session| session.sid).filter(|sid| *sid != session.sid));
        let until = now.saturating_add(proof.lifetime());
        let before = old.and_then(|old| self.browsers.take(old, now)).map_or(until, |browser| browser.until);
        let browser = Browser { sids, until: until.max(before) };
        self.browsers.put(new.to_owned(), now, browser.until, browser);
        self.sessions.put(session.sid.clone(), now, until, session.clone());
        session
    }

    /// Makes one of a browser's sessions the current one.
    pub(crate) fn choose(&mut self, cookie: &str, sid: &str, now: i64) {
        if let Some(browser) = self.browsers.get_mut(cookie, now)
            && let Some(index) = browser.sids.iter().position(|known| known == sid)
        {
            browser.sids[..=index].rotate_right(1);
        }
    }

    /// Keeps a session that no browser has: a policy signed somebody in.
    pub(crate) fn keep(&mut self, session: Session, now: i64) {
        self.sessions.put(session.sid.clone(), now, now.saturating_add(super::LIFETIME), session);
    }

    /// Notes that a client got something in a session.
    pub(crate) fn take_part(&mut self, sid: &str, client_id: &str, now: i64) {
        if let Some(session) = self.sessions.get_mut(sid, now)
            && !session.clients.iter().any(|known| known == client_id)
        {
            session.clients.push(client_id.to_owned());
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, sid: &str, now: i64) -> Option<Session> {
        self.sessions.take(sid, now)
    }

    /// The ids of a person's sessions, in whatever browsers.
    pub(crate) fn of_person(&self, username: &str, now: i64) -> Vec<String> {
        let theirs = self.sessions.iter(now).filter(|session| session.username == username);
        let mut sids: Vec<String> = theirs.map(|session| session.sid.clone()).collect();
        sids.sort();
        sids
    }

    /// Whether a person has allowed a client all of this.
    pub(crate) fn has_consent(&self, username: &str, client_id: &str, scope: &str, now: i64) -> bool {
        let given = self.consents.get(&key(username, client_id), now);
        given.is_some_and(|given| words(scope).all(|word| given.contains(word)))
    }

    /// Remembers what a person allowed a client.
    pub(crate) fn consent(&mut self, username: &str, client_id: &str, scope: &str, now: i64) {
        let key = key(username, client_id);
        let mut given = self.consents.take(&key, now).unwrap_or_default();
        given.extend(words(scope).map(str::to_owned));
        self.consents.put(key, now, i64::MAX, given);
    }

    pub(crate) fn issue(&mut self, id: String, ticket: Ticket, now: i64) {
        self.tickets.put(id, now, now.saturating_add(TICKET), ticket);
    }

    /// A ticket for this request; it is used up.
    pub(crate) fn redeem(&mut self, id: &str, request: &str, now: i64) -> Option<Ticket> {
        self.tickets.take(id, now).filter(|ticket| ticket.request == request)
    }
}

fn key(username: &str, client_id: &str) -> String {
    format!("{username}\n{client_id}")
}

fn words(scope: &str) -> impl Iterator<Item = &str> {
    scope.split(' ').filter(|word| !word.is_empty())
}

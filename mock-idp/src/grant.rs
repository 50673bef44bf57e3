//! What was granted, and the codes and tokens that stand for it.
//!
//! [`Granted`] is what a person allowed a client at one sign-in. A code, an access token or a refresh token is a
//! key to it; all that come from one sign-in share it, so that revoking one can end them all (RFC 6749 10.5).

mod store;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::carried::Pushed;
use crate::device::{Device, Ticket};
use crate::endpoints::registration::Registration;
use crate::login::User;
use crate::protocol::ClaimsRequest;
pub(crate) use store::Store;

/// How long a request to the token endpoint may be under way, in seconds.
const UNDER_WAY: i64 = 600;

/// What a person allowed a client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Granted {
    /// Names this grant; fresh for every sign-in.
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) user: Arc<User>,
    /// Separated by spaces.
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    /// When the person proved who they are.
    pub(crate) auth_time: i64,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
    /// The person's session at the provider.
    pub(crate) sid: String,
    /// The parameter `claims` of the request (OIDC Core 5.5).
    pub(crate) claims: ClaimsRequest,
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) granted: Arc<Granted>,
    /// As the authorization request had it.
    pub(crate) redirect_uri: String,
    /// The `code_challenge` of the request, whose method is S256.
    pub(crate) challenge: Option<String>,
}

/// An access token.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// None if the client asked on its own account.
    pub(crate) granted: Option<Arc<Granted>>,
}

/// A response to the application that waits for a person to send it.
#[derive(Clone, Debug)]
pub(crate) struct PausedResponse {
    pub(crate) response: crate::protocol::AuthorizationResponse,
    /// What was changed by hand so far, in English.
    pub(crate) told: Vec<String>,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub(crate) struct Refresh {
    pub(crate) granted: Arc<Granted>,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// A token that was exchanged for a newer one. Using it again ends the grant (RFC 9700 4.14.2).
    pub(crate) is_spent: bool,
}

/// The people of the latest grants, so that thousands of grants about one person hold that person once.
#[derive(Debug, Default)]
pub(crate) struct Known(VecDeque<Arc<User>>);

impl Known {
    /// More than this many people at once hold a copy each.
    const MOST: usize = 16;

    fn shared(&mut self, user: User) -> Arc<User> {
        if let Some(known) = self.0.iter().find(|known| ***known == user) {
            return Arc::clone(known);
        }
        let user = Arc::new(user);
        self.0.push_front(Arc::clone(&user));
        self.0.truncate(Self::MOST);
        user
    }
}

/// Everything that an issuer gave out and still honours.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    pub(crate) codes: Store<Code>,
    /// The grant of every code that was used, to notice when it comes again.
    pub(crate) used_codes: Store<Arc<Granted>>,
    pub(crate) access: Store<Access>,
    pub(crate) refresh: Store<Refresh>,
    /// The grants that ended lately, by id: a request that was under way then gets tokens that are good for nothing.
    ended: Store<()>,
    /// The `jti` of every client assertion that was accepted, until it expires.
    pub(crate) assertions: Store<()>,
    /// Pushed requests, by `request_uri`, until the browser brings it.
    pub(crate) pushed: Store<Pushed>,
    /// Devices that wait, by device code, and their device codes by user code.
    pub(crate) devices: Store<Device>,
    pub(crate) user_codes: Store<String>,
    /// People who signed in at the device page.
    pub(crate) tickets: Store<Ticket>,
    /// Clients that registered themselves, by id.
    pub(crate) registrations: HashMap<String, Registration>,
    /// Those that the browser brought, for the pages that follow.
    pub(crate) begun: Store<Pushed>,
    /// Responses that stopped at a page, by a name that nobody can guess.
    pub(crate) paused: Store<PausedResponse>,
    known: Known,
}

impl Vault {
    /// Ends everything that a client has.
    pub(crate) fn end_client(&mut self, client_id: &str) {
        self.codes.retain(|code| code.granted.client_id != client_id);
        self.access.retain(|token| token.client_id != client_id);
        self.refresh.retain(|token| token.granted.client_id != client_id);
    }

    /// Ends everything that came from one sign-in, or is just being made of it.
    pub(crate) fn end_grant(&mut self, id: &str, now: i64) {
        self.ended.put(id.to_owned(), now, now.saturating_add(UNDER_WAY), ());
        self.codes.retain(|code| code.granted.id != id);
        self.access.retain(|token| token.granted.as_ref().is_none_or(|granted| granted.id != id));
        self.refresh.retain(|token| token.granted.id != id);
    }
}

impl Vault {
    /// Keeps an access token.
    pub(crate) fn keep_access(&mut self, token: String, now: i64, access: Access) {
        if access.granted.as_ref().is_none_or(|granted| !self.has_ended(granted, now)) {
            self.access.put(token, now, access.expires, access);
        }
    }

    /// Keeps a refresh token.
    pub(crate) fn keep_refresh(&mut self, token: String, now: i64, refresh: Refresh) {
        if !self.has_ended(&refresh.granted, now) {
            self.refresh.put(token, now, refresh.expires, refresh);
        }
    }

    fn has_ended(&self, granted: &Granted, now: i64) -> bool {
        self.ended.get(&granted.id, now).is_some()
    }
}

/// A vault that handlers share.
#[derive(Debug, Default)]
pub(crate) struct Grants(Mutex<Vault>);

impl Grants {
    pub(crate) fn open(&self) -> MutexGuard<'_, Vault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person, shared with the other grants about them.
    pub(crate) fn person(&self, user: User) -> Arc<User> {
        self.open().known.shared(user)
    }
}

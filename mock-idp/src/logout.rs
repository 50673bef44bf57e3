//! Telling applications that a session is over, from server to server (OIDC Back-Channel Logout 1.0).

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::fault::{Context, Pass, Seam};
use crate::outgoing::Outgoing;
use crate::protocol::{Document, Object, Params};
use crate::session::Session;
use crate::tenant::State;
use crate::token::TokenSpec;
use crate::trace::{Endpoint, Exchange};

/// How long a logout token is good for, in seconds: two minutes at most (OIDC Back-Channel Logout 2.4).
const LIFETIME: i64 = 120;
/// The event that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose session ends. At least one of `sid` and `user` is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logout {
    /// One session, by the `sid` of its tokens.
    pub sid: Option<String>,
    /// All sessions of this person, by username.
    pub user: Option<String>,
    /// Only this client is told, and the session goes on for the others.
    pub client_id: Option<String>,
}

/// What became of one logout token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The client that it was for.
    pub client_id: String,
    /// Where it was posted.
    pub uri: String,
    /// The logout token.
    pub logout_token: String,
    /// The status of the answer: 200 if the client did as it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Why nobody was told.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LogoutError {
    /// Neither a session nor a person.
    #[error("whose session ends? give \"sid\" from a token of the session, or \"user\" with a username")]
    Nobody,
    /// Nobody has that username.
    #[error("\"{username}\" is nobody's username; use one of: {known}")]
    UnknownUser {
        /// The username.
        username: String,
        /// Those that exist.
        known: String,
    },
    /// The session is over, or never was.
    #[error("there is no session \"{0}\"; use the sid of a token that was issued since the last reset")]
    UnknownSession(String),
    /// The person is signed in nowhere.
    #[error(
        "\"{0}\" has no session; sign in first, or name a \"client_id\" to send it a token about the person"
    )]
    NoSession(String),
    /// The client cannot be told.
    #[error("the client \"{0}\" has no backchannel_logout_uri; register it with one")]
    NoAddress(String),
}

/// One token to send.
struct Letter {
    client: Client,
    sub: String,
    sid: Option<String>,
}

/// Tells the clients of sessions that have ended.
pub(crate) async fn tell_all(state: &State, ended: &[Session]) -> Vec<Delivery> {
    let letters = ended.iter().flat_map(|session| letters(state, session, None)).collect();
    send(state, letters).await
}

/// Ends sessions on demand.
pub(crate) async fn on_demand(state: &State, logout: &Logout) -> Result<Vec<Delivery>, LogoutError> {
    let only = logout.client_id.as_deref();
    if let Some(client_id) = only {
        address_of(state, client_id).ok_or_else(|| LogoutError::NoAddress(client_id.to_owned()))?;
    }
    let sessions = sessions_of(state, logout)?;
    let mut letters: Vec<Letter> =
        sessions.iter().flat_map(|session| self::letters(state, session, only)).collect();
    if let (true, Some(client)) = (letters.is_empty(), only.and_then(|id| address_of(state, id))) {
        letters.push(Letter { client, sub: sub_of(state, logout, &sessions)?, sid: logout.sid.clone() });
    }
    if only.is_none() {
        let (mut register, now) = (state.sessions.open(), state.clock.unix());
        for session in &sessions {
            register.end(&session.sid, now);
        }
    }
    Ok(send(state, letters).await)
}

fn sessions_of(state: &State, logout: &Logout) -> Result<Vec<Session>, LogoutError> {
    let now = state.clock.unix();
    if let Some(sid) = &logout.sid {
        let session = state.sessions.open().get(sid, now).cloned();
        return session.map(|session| vec![session]).ok_or_else(|| LogoutError::UnknownSession(sid.clone()));
    }
    let Some(username) = &logout.user else { return Err(LogoutError::Nobody) };
    let users = state.desk().users();
    if !users.iter().any(|user| user.username == *username) {
        let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
        return Err(LogoutError::UnknownUser { username: username.clone(), known: known.join(", ") });
    }
    let register = state.sessions.open();
    let sids = register.of_person(username, now);
    let sessions: Vec<Session> = sids.iter().filter_map(|sid| register.get(sid, now).cloned()).collect();
    match (sessions.is_empty(), &logout.client_id) {
        (true, None) => Err(LogoutError::NoSession(username.clone())),
        _ => Ok(sessions),
    }
}

fn sub_of(state: &State, logout: &Logout, sessions: &[Session]) -> Result<String, LogoutError> {
    if let Some(session) = sessions.first() {
        return Ok(session.sub.clone());
    }
    let users = state.desk().users();
    let user = users.iter().find(|user| Some(&user.username) == logout.user.as_ref());
    user.map(|user| user.sub.clone()).ok_or(LogoutError::Nobody)
}

fn address_of(state: &State, client_id: &str) -> Option<Client> {
    let clients = state.desk().clients();
    let mut wanted = clients.iter().filter(|client| client.backchannel_logout_uri.is_some());
    wanted.find(|client| client.client_id == client_id).cloned()
}

/// What is sent about a session: to every client that took part and has an address.
fn letters(state: &State, session: &Session, only: Option<&str>) -> Vec<Letter> {
    let took_part = session.clients.iter().filter(|id| only.is_none_or(|only| only == id.as_str()));
    let letter = |client| Letter { client, sub: session.sub.clone(), sid: Some(session.sid.clone()) };
    took_part.filter_map(|id| address_of(state, id)).map(letter).collect()
}

/// Sends all at once, so that a slow application delays nobody but itself, and that not for long.
async fn send(state: &State, letters: Vec<Letter>) -> Vec<Delivery> {
    let mut sending = JoinSet::new();
    for (index, letter) in letters.into_iter().enumerate() {
        let mut pass = state
            .armory
            .pass(Context { client: Some(letter.client.client_id.clone()), ..Context::default() });
        let token = state.logout_token(&letter, &mut pass);
        let uri = letter.client.backchannel_logout_uri.clone().unwrap_or_default();
        let (clock, trace, client_id) = (state.clock.clone(), state.trace.clone(), letter.client.client_id);
        sending.spawn(async move {
            let body = [("logout_token", token.as_str())].into_iter().collect::<Params>().encode();
            let (letter, at_millis) = (Outgoing::post(&uri, &body), clock.unix_millis());
            let answer = letter.send().await;
            let exchange =
                letter.exchange(Endpoint::BackChannelLogout, at_millis, answer.as_ref().ok().cloned());
            trace.record(Exchange { faults: pass.into_fired(), ..exchange });
            let (status, problem) = match answer {
                Ok(response) => (Some(response.status), None),
                Err(problem) => (None, Some(problem)),
            };
            (index, Delivery { client_id, uri, logout_token: token, status, problem })
        });
    }
    let mut sent = sending.join_all().await;
    sent.sort_by_key(|(index, _)| *index);
    sent.into_iter().map(|(_, delivery)| delivery).collect()
}

impl State {
    /// A logout token that is sent to nobody.
    pub(crate) fn loose_logout_token(
        &self,
        client: Client,
        sub: String,
        sid: Option<String>,
        pass: &mut Pass,
    ) -> String {
        self.logout_token(&Letter { client, sub, sid }, pass)
    }

    /// A logout token (OIDC Back-Channel Logout 2.4), past the seams.
    fn logout_token(&self, letter: &Letter, pass: &mut Pass) -> String {
        let client = &letter.client;
        let now = self.now_for(client);
        let mut claims = Object::default()
            .with("iss", self.issuer.as_str())
            .with("sub", letter.sub.as_str())
            .with("aud", client.client_id.as_str())
            .with("iat", now)
            .with("exp", now.saturating_add(LIFETIME))
            .with("jti", self.ids.fresh())
            .with("events", serde_json::json!({ EVENT: {} }));
        if let Some(sid) = &letter.sid {
            claims.push("sid", sid.as_str());
        }
        let keys = self.desk().keys;
        let secret = client.client_secret.as_deref();
        let mut spec = TokenSpec::signed(Document::from(claims), client.id_token_alg(), keys, secret);
        spec.header.set("typ", "logout+jwt");
        pass.document(Seam::LogoutTokenClaims, &mut spec.claims);
        pass.document(Seam::LogoutTokenHeader, &mut spec.header);
        pass.seal(Seam::LogoutTokenSeal, spec)
    }
}

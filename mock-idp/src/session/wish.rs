//! What an authorization request wants to happen before it is answered (OIDC Core 3.1.2.1): `prompt`,
//! `max_age`, `acr_values`, `id_token_hint` and `login_hint`.

use super::Session;
use super::acr::{Strength, asked};
use crate::checks::words;
use crate::client::Client;
use crate::login::User;
use crate::protocol::{AuthorizationRequest, ErrorCode, ProtocolError};
use crate::token::read_hint;

/// What a request wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the words of prompt: each is there or is not")]
pub(crate) struct Wish {
    /// `prompt=none`: no page at all.
    pub(crate) silent: bool,
    /// `prompt=login`: sign in again.
    pub(crate) login: bool,
    /// `prompt=select_account`.
    pub(crate) choose: bool,
    /// `prompt=consent`.
    pub(crate) consent: bool,
    /// The oldest sign-in that is good enough, in seconds.
    pub(crate) max_age: Option<i64>,
    pub(crate) strength: Option<Strength>,
    /// The person whose ID Token was sent as a hint.
    pub(crate) sub: Option<String>,
    /// The person meant by `login_hint`, if it names one.
    pub(crate) username: Option<String>,
}

/// What comes next on the way to the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This session will do.
    Go(Session),
    /// The account chooser.
    Choose,
    /// The login page.
    SignIn,
    /// The request forbids the page that would be needed.
    Refuse(ErrorCode, &'static str),
}

impl Wish {
    /// Reads the wishes of a request.
    pub(crate) fn of(
        request: &AuthorizationRequest,
        users: &[User],
        clients: &[Client],
        issuer: &str,
    ) -> Result<Self, ProtocolError> {
        let params = &request.params;
        let prompt: Vec<&str> = words(params.given("prompt").unwrap_or_default()).collect();
        let meant = request.login_hint.as_deref().and_then(|hint| users.iter().find(|u| u.is_meant_by(hint)));
        Ok(Self {
            silent: prompt.contains(&"none"),
            login: prompt.contains(&"login"),
            choose: prompt.contains(&"select_account"),
            consent: prompt.contains(&"consent"),
            max_age: max_age(request)?,
            strength: asked(&request.acr_wishes()),
            sub: params.given("id_token_hint").map(|hint| hinted(hint, clients, issuer)).transpose()?,
            username: meant.map(|user| user.username.clone()),
        })
    }

    /// What comes next for a browser with these sessions.
    pub(crate) fn next(&self, signed_in: &[Session], now: i64) -> Next {
        let meant = signed_in.iter().find(|session| self.means(session));
        if self.silent {
            return match meant {
                Some(session) if self.is_recent(session, now) => Next::Go(session.clone()),
                Some(_) => Next::Refuse(
                    ErrorCode::LoginRequired,
                    "the sign-in is older than max_age, and prompt=none forbids asking",
                ),
                None if signed_in.is_empty() => Next::Refuse(
                    ErrorCode::LoginRequired,
                    "nobody is signed in, and prompt=none forbids asking",
                ),
                None => Next::Refuse(
                    ErrorCode::LoginRequired,
                    "somebody else than the hint says is signed in, and prompt=none forbids asking",
                ),
            };
        }
        if self.choose && !signed_in.is_empty() {
            return Next::Choose;
        }
        match meant {
            Some(session) if !self.login && self.suits(session, now) => Next::Go(session.clone()),
            _ => Next::SignIn,
        }
    }

    /// Whether a session is about the person whom the hints name, if they name one.
    pub(crate) fn means(&self, session: &Session) -> bool {
        self.sub.as_ref().is_none_or(|sub| *sub == session.sub)
            && self.username.as_ref().is_none_or(|username| *username == session.username)
    }

    /// Whether a session is recent and strong enough.
    pub(crate) fn suits(&self, session: &Session, now: i64) -> bool {
        self.is_recent(session, now) && self.strength.is_none_or(|strength| session.strength >= strength)
    }

    /// Nothing is recent enough for `max_age=0`, which means `prompt=login` (OIDC Core 3.1.2.1): the second in which
    /// somebody signed in is no exception.
    fn is_recent(&self, session: &Session, now: i64) -> bool {
        self.max_age.is_none_or(|most| most > 0 && now.saturating_sub(session.auth_time) <= most)
    }
}

fn max_age(request: &AuthorizationRequest) -> Result<Option<i64>, ProtocolError> {
    match request.params.given("max_age") {
        None => Ok(request.client.default_max_age),
        Some(text) => match text.parse() {
            Ok(seconds) if seconds >= 0 => Ok(Some(seconds)),
            _ => Err(ProtocolError::invalid("max_age is no number of seconds; send one like max_age=300")),
        },
    }
}

/// The subject of a hint. An expired token is good enough (OIDC Core 3.1.2.1).
fn hinted(hint: &str, clients: &[Client], issuer: &str) -> Result<String, ProtocolError> {
    let hint = read_hint(hint, clients).filter(|hint| hint.issuer.as_deref() == Some(issuer));
    hint.and_then(|hint| hint.sub).ok_or_else(|| {
        ProtocolError::invalid(
            "id_token_hint is not an ID Token that this issuer signed; send one as it came, or leave it out",
        )
    })
}

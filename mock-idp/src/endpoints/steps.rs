//! The steps between a request and its response when a person is asked: sign in, choose, consent.

use serde_json::{Map, Value};

use super::authorize::{Arrival, deny, grant};
use super::browser;
use super::consent;
use super::page::{page, redirect};
use super::path;
use crate::fault::Pass;
use crate::login::User;
use crate::pages::{Account, ChooserPage};
use crate::protocol::{AuthorizationRequest, Encoded, ErrorCode, Params, ProtocolError};
use crate::server::Call;
use crate::session::{Next, Session, Wish, told};
use crate::trace::Endpoint;

/// Somebody who is signed in, and what is told about them differently this once.
pub(super) struct Person {
    pub(super) session: Session,
    pub(super) edits: Map<String, Value>,
}

impl From<Session> for Person {
    fn from(session: Session) -> Self {
        Self { session, edits: Map::new() }
    }
}

/// The authorization request, as it was sent. At the provider's own pages it stays in the URL, and is checked
/// again at every step: the back button works.
pub(super) fn sent(call: &Call) -> &Params {
    match call.endpoint {
        Endpoint::Login | Endpoint::Consent => &call.query,
        _ => call.params(),
    }
}

/// What a request wishes.
pub(super) fn wish(call: &Call, request: &AuthorizationRequest) -> Result<Wish, ProtocolError> {
    let (users, clients) = {
        let desk = call.state.desk();
        (desk.users(), desk.clients())
    };
    Wish::of(request, &users, &clients, &call.state.issuer)
}

/// The first step.
pub(super) fn begin(call: &Call, request: &AuthorizationRequest, pass: &mut Pass) -> Encoded {
    let wish = match wish(call, request) {
        Ok(wish) => wish,
        Err(error) => return say(call, request, &error, pass),
    };
    let signed_in = browser::sessions(call);
    match wish.next(&signed_in, call.state.clock.unix()) {
        Next::Go(session) => go_on(call, request, &wish, session.into(), pass),
        Next::Choose => choose(call, request, &signed_in),
        Next::SignIn => to_login(call, request, None),
        Next::Refuse(code, description) => deny(&call.state, request, code.as_str(), Some(description), pass),
    }
}

/// The answer about a wish that makes no sense.
pub(super) fn say(
    call: &Call,
    request: &AuthorizationRequest,
    error: &ProtocolError,
    pass: &mut Pass,
) -> Encoded {
    deny(&call.state, request, error.code.as_str(), Some(&error.description), pass)
}

/// To the login page, or straight to the other provider that the request names, as Auth0's `connection` does.
pub(super) fn to_login(call: &Call, request: &AuthorizationRequest, username: Option<&str>) -> Encoded {
    let mut params = sent(call).clone();
    if let Some(username) = username {
        params.set("login_hint", username);
    }
    let upstream = request.params.given("connection").and_then(super::social::upstream);
    let place = if upstream.is_some() && username.is_none() { path::SOCIAL } else { path::LOGIN };
    redirect(302, format!("{}?{}", call.state.at(place), params.encode()))
}

fn choose(call: &Call, request: &AuthorizationRequest, signed_in: &[Session]) -> Encoded {
    let users = call.state.desk().users();
    let accounts = signed_in.iter().filter_map(|session| {
        let user = users.iter().find(|user| user.username == session.username)?;
        Some(Account { sid: &session.sid, user })
    });
    let template = ChooserPage {
        application: request.client.display_name(),
        action: &format!("{}?{}", call.state.at(path::ACCOUNT), sent(call).encode()),
        accounts: &accounts.collect::<Vec<_>>(),
    };
    page(200, &template)
}

/// Somebody is signed in: are they well enough? Now consent, if it has to be asked for.
pub(super) fn go_on(
    call: &Call,
    request: &AuthorizationRequest,
    wish: &Wish,
    person: Person,
    pass: &mut Pass,
) -> Encoded {
    let acr = told(&request.acr_wishes(), request.wants_acr(), person.session.strength);
    if !request.is_met_by(acr) {
        let description = "the level of authentication that claims has as essential is not met";
        let error = ErrorCode::UnmetAuthenticationRequirements.as_str();
        return deny(&call.state, request, error, Some(description), pass);
    }
    if !consent::is_due(call, request, wish, &person.session) {
        return finish(call, request, &person, &request.scope, pass);
    }
    if wish.silent {
        let description = "the person has not yet allowed this, and prompt=none forbids asking";
        return deny(&call.state, request, ErrorCode::ConsentRequired.as_str(), Some(description), pass);
    }
    consent::ask(call, request, person)
}

/// The response for a session.
pub(super) fn finish(
    call: &Call,
    request: &AuthorizationRequest,
    person: &Person,
    scope: &str,
    pass: &mut Pass,
) -> Encoded {
    let (state, session) = (&*call.state, &person.session);
    let users = state.desk().users();
    let Some(user) = users.iter().find(|user| user.username == session.username) else {
        return to_login(call, request, None);
    };
    let arrival = Arrival {
        id: state.ids.fresh(),
        user: edited(user, &person.edits),
        scope: scope.to_owned(),
        auth_time: session.auth_time,
        acr: told(&request.acr_wishes(), request.wants_acr(), session.strength).map(str::to_owned),
        amr: session.amr.clone(),
        sid: session.sid.clone(),
        session_state: browser::session_state(
            state,
            &request.client.client_id,
            &request.destination.redirect_uri,
            &session.sid,
        ),
    };
    grant(state, request, arrival, pass)
}

/// A person with claims changed for this once: null takes one away.
fn edited(user: &User, edits: &Map<String, Value>) -> User {
    let mut user = user.clone();
    for (name, value) in edits {
        if value.is_null() {
            user.claims.shift_remove(name);
        } else {
            user.claims.insert(name.clone(), value.clone());
        }
    }
    user
}

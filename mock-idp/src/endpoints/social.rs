//! `GET …/social?connection=google&…` → the page of another provider, simulated: who to be there, and whether
//! it may tell. `POST` with `person` or `deny` → the next step, or the response.

use serde_json::Map;

use super::authorize::{refuse, understand};
use super::login::{denied, welcome};
use super::page::{page, redirect};
use super::{path, steps};
use crate::fault::Pass;
use crate::login::User;
use crate::pages::{SocialPage, Upstream, UpstreamLink};
use crate::protocol::{AuthorizationRequest, Encoded};
use crate::server::{Call, Reply};
use crate::session::{Proof, Strength, Wish};

/// The other providers, each with the names by which a connection may call it.
const UPSTREAMS: &[(&[&str], Upstream)] = &[
    (&["google", "google-oauth2"], Upstream { id: "google", name: "Google" }),
    (&["facebook"], Upstream { id: "facebook", name: "Facebook" }),
    (&["x", "twitter"], Upstream { id: "x", name: "X" }),
];

/// The other provider that a connection names.
pub(super) fn upstream(connection: &str) -> Option<Upstream> {
    UPSTREAMS.iter().find(|(names, _)| names.contains(&connection)).map(|(_, upstream)| *upstream)
}

/// The links of the login page.
pub(super) fn links(call: &Call) -> Vec<UpstreamLink> {
    let link = |upstream: Upstream| {
        let mut params = call.query.clone();
        params.set("connection", upstream.id);
        UpstreamLink { upstream, url: format!("{}?{}", call.state.at(path::SOCIAL), params.encode()) }
    };
    UPSTREAMS.iter().map(|(_, upstream)| link(*upstream)).collect()
}

pub(crate) async fn show(call: Call) -> Reply {
    with(&call, |call, request, upstream, _, _| ask(call, request, upstream))
}

pub(crate) async fn sign_in(call: Call) -> Reply {
    with(&call, |call, request, upstream, wish, pass| {
        if call.form.has("deny") {
            return denied(call, request, pass);
        }
        let people = people(call, upstream);
        let Some(user) = people.iter().find(|user| call.form.first("person") == Some(&user.username)) else {
            return ask(call, request, upstream);
        };
        let proof = Proof {
            username: &user.username,
            sub: &user.sub,
            strength: Strength::One,
            amr: &["fed"],
            remembered: false,
        };
        welcome(call, request, wish, (&proof, Map::new()), pass)
    })
}

fn with(
    call: &Call,
    answer: impl FnOnce(&Call, &AuthorizationRequest, Upstream, &Wish, &mut Pass) -> Encoded,
) -> Reply {
    let mut pass = call.pass();
    let encoded = match understand(&call.state, &call.query) {
        Err(refusal) => refuse(&call.state, refusal, &mut pass),
        Ok(request) => match (named(call, &request), steps::wish(call, &request)) {
            (_, Err(error)) => steps::say(call, &request, &error, &mut pass),
            (Some(upstream), Ok(wish)) => answer(call, &request, upstream, &wish, &mut pass),
            (None, Ok(_)) => to_login_page(call),
        },
    };
    Reply::after(pass, encoded)
}

/// The other provider that the page is about. The URL of a pushed request does not say.
fn named(call: &Call, request: &AuthorizationRequest) -> Option<Upstream> {
    let connection = call.query.given("connection").or_else(|| request.params.given("connection"));
    connection.and_then(upstream)
}

fn to_login_page(call: &Call) -> Encoded {
    redirect(302, format!("{}?{}", call.state.at(path::LOGIN), call.query.encode()))
}

/// The people who sign in there.
fn people(call: &Call, there: Upstream) -> Vec<User> {
    let users = call.state.desk().users();
    let is_there = |user: &&User| user.connection.as_deref().and_then(upstream) == Some(there);
    users.iter().filter(is_there).cloned().collect()
}

fn ask(call: &Call, request: &AuthorizationRequest, upstream: Upstream) -> Encoded {
    let mut back = call.query.clone();
    back.remove("connection");
    let template = SocialPage {
        upstream,
        application: request.client.display_name(),
        action: &format!("{}?{}", call.state.at(path::SOCIAL), call.query.encode()),
        back: &format!("{}?{}", call.state.at(path::LOGIN), back.encode()),
        people: &people(call, upstream),
    };
    page(200, &template)
}

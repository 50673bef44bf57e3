//! Who is signed in, as handlers ask for it.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};

use crate::app::App;
use crate::routes::guard;
use crate::routes::visitor::Visitor;
use crate::session::Session;

/// A person who is signed in. The claims were verified when they signed in; the token itself is not handed out.
#[derive(Clone)]
pub struct User(Arc<Session>);

impl User {
    /// The issuer that vouches for the person. Only together with [`User::subject`] it says who they are.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// The name of the person at their issuer: never given to anybody else, unlike an email address.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// What to call the person. They may have chosen it: it is text, never markup.
    pub fn name(&self) -> &str {
        self.0.display_name()
    }

    /// A claim that is a text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.0.text(claim)
    }

    /// The access token with which the app acts for the person, where `offline_access` is in the scope: renewed when due.
    /// It is for requests of the app's own and never for a page or a script.
    pub fn access_token(&self) -> Option<&str> {
        self.0.data.kept.as_ref().map(|kept| kept.access_token.as_str())
    }

    /// The claims about the person and who vouches for them, without those about the token.
    pub fn claims(&self) -> Map<String, Value> {
        self.0.user()
    }
}

impl fmt::Debug for User {
    /// Says nothing about the person: logs are read by others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User")
    }
}

/// The person who asks. Anybody else is turned away before the handler runs: who opened a page logs in and comes back
/// to it, and a script is answered as [`Settings::api_unauthenticated`](crate::Settings::api_unauthenticated) says.
#[derive(Clone, Debug)]
pub struct RequireUser(pub User);

/// The person who asks, if they are signed in.
#[derive(Clone, Debug)]
pub struct MaybeUser(pub Option<User>);

impl<S: Sync> FromRequestParts<S> for RequireUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        if let Some(user) = user(parts) {
            return Ok(Self(user));
        }
        let Some(app) = parts.extensions.get::<Arc<App>>().cloned() else {
            tracing::error!("RequireUser is asked for outside of Login::protect");
            return Err((StatusCode::INTERNAL_SERVER_ERROR, "RequireUser needs Login::protect around it")
                .into_response());
        };
        Err(guard::turn_away(&app, parts).await)
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeUser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(user(parts)))
    }
}

fn user(parts: &Parts) -> Option<User> {
    parts.extensions.get::<Visitor>().and_then(Visitor::shared_session).map(User)
}

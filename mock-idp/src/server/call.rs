//! What a handler gets, and what it gives back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::client_auth::claimed_id;
use crate::fault::Pass;
use crate::protocol::{AuthorizationResponse, Encoded, Params};
use crate::tenant::State;
use crate::trace::Endpoint;
use crate::trace::Fired;

/// Where the control API is, if there is one, for the landing page.
#[derive(Clone)]
pub(crate) struct ControlUrl(pub(crate) Option<String>);

/// One request to an issuer, understood as far as HTTP goes.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) state: Arc<State>,
    /// The parameters in the URL.
    pub(crate) query: Params,
    /// The parameters in the body.
    pub(crate) form: Params,
    /// The body, if it is JSON.
    pub(crate) json: Bytes,
    pub(crate) is_post: bool,
    pub(crate) endpoint: Endpoint,
    /// Nothing may be used up for this request: see [`crate::fault::Context`].
    pub(crate) bystander: bool,
    pub(crate) marker: Option<String>,
    /// The request's path and query.
    pub(crate) target: String,
    /// Scheme, host and port under which the request was made, as far as that can be believed.
    pub(crate) asked_at: String,
    /// The header `Authorization`.
    pub(crate) authorization: Option<String>,
    /// The header `Cookie`.
    pub(crate) cookies: String,
    /// Whether a browser says that another site sent it here. It then leaves cookies out of a POST.
    pub(crate) is_from_elsewhere: bool,
}

impl Call {
    /// The parameters of a request that may come as GET or POST.
    pub(crate) fn params(&self) -> &Params {
        if self.is_post { &self.form } else { &self.query }
    }

    /// Puts others in their place.
    pub(crate) fn replace_params(&mut self, params: Params) {
        *if self.is_post { &mut self.form } else { &mut self.query } = params;
    }

    /// The id of the client that the request is about. At the provider's pages the request stays in the URL, and
    /// the body is what a person typed.
    fn client_id(&self) -> Option<&str> {
        let is_page = matches!(self.endpoint, Endpoint::Login | Endpoint::Consent);
        let request = if is_page { &self.query } else { self.params() };
        request.given("client_id")
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
    }

    /// Starts the way past the seams.
    pub(crate) fn pass(&self) -> Pass {
        self.state.armory.pass(crate::fault::Context {
            client: self.client_id().map(str::to_owned).or_else(|| claimed_id(self)),
            marker: self.marker.clone(),
            pause: self.state.desk().pause && !self.bystander,
            bystander: self.bystander,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Taken, not copied: one handler answers, and nobody else asks.
        Ok(parts.extensions.remove::<Self>().expect("the recorder puts a call into every request"))
    }
}

/// A handler's answer.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) encoded: Encoded,
    /// The faults that fired inside the handler.
    pub(crate) fired: Vec<Fired>,
    paused: Option<Paused>,
}

/// A response to the application that is to stop at a page: the recorder sends the browser there instead.
#[derive(Clone, Debug)]
pub(crate) struct Paused(pub(crate) Box<AuthorizationResponse>);

impl Reply {
    /// An answer that went past seams.
    pub(crate) fn after(mut pass: Pass, encoded: Encoded) -> Self {
        let paused = pass.take_paused().map(Paused);
        Self { encoded, fired: pass.into_fired(), paused }
    }

    /// Whether it is to stop at a page.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// An answer in which these lies were told by hand.
    pub(crate) fn told(fired: Vec<Fired>, encoded: Encoded) -> Self {
        Self { encoded, fired, paused: None }
    }
}

impl From<Encoded> for Reply {
    fn from(encoded: Encoded) -> Self {
        Self { encoded, fired: Vec::new(), paused: None }
    }
}

impl IntoResponse for Reply {
    /// As it is, for the recorder: what it traces and sends need not be made into headers and back first.
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::empty());
        if let Some(paused) = self.paused.take() {
            response.extensions_mut().insert(paused);
        }
        response.extensions_mut().insert(self);
        response
    }
}

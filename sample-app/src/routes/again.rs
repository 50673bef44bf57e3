//! An answer of the provider that comes a second time, as by a double click where no script prevents that.
//!
//! It is worth nothing any more. But whoever the first one signed in is led to where that led, and does not read that they
//! are not logged in. Who that is, their session says. The cookie of it does not come along with a form from another site, so
//! this app asks for it: `POST /callback` → 303 to `GET /callback/again?form=…` → 303 to where the person was, or the page that
//! says why not. The address holds a digest, which opens nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::callback::refuse;
use super::visitor::Visitor;
use crate::app::App;
use crate::error::Refusal;
use crate::oidc::callback::{CONSUMED, UNMATCHED};
use crate::params::Params;
use crate::session::Session;

/// For so many seconds an answer that comes again is taken for the same click. Who waits longer reads that it is used.
const MOMENT: i64 = 60;

/// What an answer was worth when it came first.
#[derive(Clone)]
pub(crate) struct Finished {
    /// The name of the session that it began.
    session: String,
    return_to: String,
    at: i64,
}

/// Remembers the answer that began a session, for a moment.
pub(super) fn remember(app: &App, params: &Params, session: &Session, return_to: &str) {
    let (session, return_to) = (session.name().to_owned(), return_to.to_owned());
    app.finished.keep(&params.digest(), Finished { session, return_to, at: app.ambient.clock.unix() });
}

/// Where an answer leads that was refused and had been accepted a moment ago.
pub(crate) fn onward(app: &App, visitor: &Visitor, params: &Params, refusal: &Refusal) -> Option<Response> {
    if refusal.is_outage() {
        return None;
    }
    let form = params.digest();
    let finished = known(app, &form)?;
    if visitor.session().is_some() {
        return back(app, visitor, &finished);
    }
    redirect(app, format!("/callback/again?form={form}"))
}

/// Who asks now may be the one whom that answer signed in.
pub(super) async fn again(State(app): State<Arc<App>>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let query = Params::parse(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let finished = query.first("form").and_then(|form| known(&app, form));
    let onward = finished.as_ref().and_then(|finished| back(&app, &visitor, finished));
    onward.unwrap_or_else(|| {
        let refusal = if finished.is_some() { CONSUMED } else { UNMATCHED };
        refuse(&app, &visitor, &refusal, &Params::default())
    })
}

fn known(app: &App, form: &str) -> Option<Finished> {
    let now = app.ambient.clock.unix();
    app.finished.get(form).filter(|finished| now < finished.at.saturating_add(MOMENT))
}

/// For whoever is in the very session that the answer began, and for nobody else.
fn back(app: &App, visitor: &Visitor, finished: &Finished) -> Option<Response> {
    visitor.session().filter(|session| session.name() == finished.session)?;
    tracing::info!("the same answer once more");
    redirect(app, (app.policy.return_at_end)(&finished.return_to, app.settings.base_url.url()))
}

fn redirect(app: &App, place: String) -> Option<Response> {
    let location = HeaderValue::try_from(place).ok()?;
    Some((app.policy.callback.redirect, [(header::LOCATION, location)]).into_response())
}

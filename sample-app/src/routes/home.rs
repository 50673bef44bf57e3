//! The pages of the app itself.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::note::Notes;
use super::visitor::Visitor;
use crate::app::App;
use crate::pages::{self, Message};
use crate::user::MaybeUser;

/// `GET /` → the home page, for everyone.
pub(crate) async fn home(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    MaybeUser(user): MaybeUser,
    Extension(notes): Extension<Notes>,
) -> Response {
    let note = user.map(|user| notes.of(&user)).unwrap_or_default();
    pages::home(&app, &visitor, &note)
}

/// `GET /profile` → what the ID token said about the person.
pub(crate) async fn profile(State(app): State<Arc<App>>, Extension(visitor): Extension<Visitor>) -> Response {
    match visitor.session() {
        Some(session) => pages::profile(&app, &visitor, session),
        None => Redirect::to("/").into_response(),
    }
}

/// Anything else.
pub(crate) async fn not_found(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    pages::message(&app, &visitor, &Message::NOT_FOUND)
}

//! `GET /api/note` and `POST /api/note`: the smallest thing that a call can change, a line that the app keeps for a person
//! until it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::user::{RequireUser, User};

/// The longest note, in bytes: the page's 200 characters, whatever they are.
const LONGEST: usize = 600;
/// So many people may have one.
const MOST: usize = 1000;

/// The notes, by issuer and subject.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<BTreeMap<Whose, String>>>);

type Whose = (String, String);

impl Notes {
    /// What this person noted down; nothing at first.
    pub(super) fn of(&self, user: &User) -> String {
        self.all().get(&whose(user)).cloned().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Whose, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn whose(user: &User) -> Whose {
    (user.issuer().to_owned(), user.subject().to_owned())
}

/// A note as it is sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) note: String,
}

/// The note of whoever asks.
pub(crate) async fn read(RequireUser(user): RequireUser, Extension(notes): Extension<Notes>) -> Json<Note> {
    Json(Note { note: notes.of(&user) })
}

/// Is that the type of JSON? A form cannot have it, and a script of another site has to ask first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads one.
pub(crate) fn from_json(body: &[u8]) -> Option<Note> {
    serde_json::from_slice(body).ok()
}

/// Changes it.
pub(crate) async fn write(
    RequireUser(user): RequireUser,
    Extension(notes): Extension<Notes>,
    Extension(app): Extension<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let refused = |reason: &str, status| {
        tracing::info!(reason, "note refused");
        status
    };
    if !(app.policy.call_type)(&headers) {
        return refused("note-type", StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let Some(note) = (app.policy.call_body)(&body) else {
        return refused("note-form", StatusCode::UNPROCESSABLE_ENTITY);
    };
    if note.note.len() > LONGEST {
        return refused("note-too-long", StatusCode::PAYLOAD_TOO_LARGE);
    }
    let (mut notes, whose) = (notes.all(), whose(&user));
    if notes.len() >= MOST && !notes.contains_key(&whose) {
        return refused("notes-full", StatusCode::SERVICE_UNAVAILABLE);
    }
    notes.insert(whose, note.note);
    StatusCode::NO_CONTENT
}

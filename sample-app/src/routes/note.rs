//! `GET /api/note` and `POST /api/note`: the smallest thing that a call can change, a line that the app keeps for a person
//! until it stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::user::RequireUser;

/// The longest note, in bytes.
const LONGEST: usize = 200;
/// So many people may have one.
const MOST: usize = 1000;

/// The notes, by issuer and subject.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<BTreeMap<(String, String), String>>>);

/// A note as it is sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note {
    note: String,
}

/// The note of whoever asks.
pub(crate) async fn read(RequireUser(user): RequireUser, Extension(notes): Extension<Notes>) -> Json<Note> {
    let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    let whose = (user.issuer().to_owned(), user.subject().to_owned());
    Json(Note { note: notes.get(&whose).cloned().unwrap_or_default() })
}

/// Changes it.
pub(crate) async fn write(
    RequireUser(user): RequireUser,
    Extension(notes): Extension<Notes>,
    Json(note): Json<Note>,
) -> StatusCode {
    let mut notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    let whose = (user.issuer().to_owned(), user.subject().to_owned());
    if note.note.len() > LONGEST {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    if notes.len() >= MOST && !notes.contains_key(&whose) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    notes.insert(whose, note.note);
    StatusCode::NO_CONTENT
}

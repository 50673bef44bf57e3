//! What some vendors tell once about a person, beside the first response (Sign in with Apple: "user").

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::state::State;
use crate::grant::Granted;
use crate::protocol::ResponseMode;

/// So many people are remembered at most; then it begins anew.
const MOST: usize = 4096;

/// Who was introduced to which client.
#[derive(Default)]
pub(super) struct Introductions(Mutex<HashSet<(String, String)>>);

impl Introductions {
    /// Whether this is the first time.
    fn is_first(&self, granted: &Granted) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((granted.client_id.clone(), granted.user.sub.clone()))
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl State {
    /// The field `user` of a response, if the vendor that is imitated sends one with it.
    pub(crate) fn introduction(&self, granted: &Granted, mode: ResponseMode) -> Option<String> {
        let wants = |word: &str| granted.scope.split(' ').any(|scope| scope == word);
        let is_asked_for = wants("name") || wants("email");
        if !self.place.preset.user_field || mode != ResponseMode::FormPost || !is_asked_for {
            return None;
        }
        if !self.introductions.is_first(granted) {
            return None;
        }
        let claims = &granted.user.claims;
        let mut told = Map::new();
        if wants("name") {
            let part = |name: &str| claims.get(name).cloned().unwrap_or_else(|| Value::from(""));
            told.insert(
                "name".into(),
                json!({ "firstName": part("given_name"), "lastName": part("family_name") }),
            );
        }
        if let Some(email) = claims.get("email").filter(|_| wants("email")) {
            told.insert("email".into(), email.clone());
        }
        Some(Value::Object(told).to_string())
    }
}

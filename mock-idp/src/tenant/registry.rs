//! The issuers of a provider, by slug.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::state::{Desk, State};
use crate::ambient::{Clock, Ids};

/// Every issuer of one provider.
pub(crate) struct Registry {
    pub(crate) base_url: String,
    made: Desk,
    default: Arc<State>,
    tenants: RwLock<HashMap<String, Arc<State>>>,
}

impl Registry {
    pub(crate) fn new(base_url: String, made: Desk, clock: Clock, ids: Ids) -> Self {
        let default = Arc::new(State::new(None, &base_url, made.clone(), clock, ids));
        Self { base_url, made, default, tenants: RwLock::default() }
    }

    pub(crate) fn default_state(&self) -> Arc<State> {
        Arc::clone(&self.default)
    }

    /// Makes an issuer; one with the same slug is replaced.
    pub(crate) fn add(&self, slug: &str, clock: Clock, ids: Ids) -> Arc<State> {
        self.add_with(slug, self.new_desk(), clock, ids)
    }

    /// What a new issuer has unless told otherwise: what the settings say.
    pub(crate) fn new_desk(&self) -> Desk {
        self.made.clone()
    }

    /// Makes an issuer that has this, and comes back to it when it is reset.
    pub(crate) fn add_with(&self, slug: &str, desk: Desk, clock: Clock, ids: Ids) -> Arc<State> {
        let state = Arc::new(State::new(Some(slug.to_owned()), &self.base_url, desk, clock, ids));
        self.tenants
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(slug.to_owned(), Arc::clone(&state));
        state
    }

    pub(crate) fn remove(&self, slug: &str) -> bool {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(slug).is_some()
    }

    pub(crate) fn get(&self, slug: &str) -> Option<Arc<State>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// The slugs, sorted.
    pub(crate) fn slugs(&self) -> Vec<String> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        let mut slugs: Vec<String> = tenants.keys().cloned().collect();
        slugs.sort();
        slugs
    }
}

//! The issuers of a provider, by slug.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::place::Bases;
use super::state::{Desk, State};
use crate::ambient::{Clock, Ids};
use crate::settings::Settings;

/// Every issuer of one provider.
pub(crate) struct Registry {
    /// The URL that browsers use.
    pub(crate) base_url: String,
    pub(crate) bases: Bases,
    made: Mutex<Desk>,
    default: Arc<State>,
    tenants: RwLock<HashMap<String, Arc<State>>>,
    /// The issuers that are there from the start.
    settled: Mutex<Settled>,
}

/// What the settings name.
#[derive(Default)]
struct Settled {
    settings: Settings,
    /// The issuers that were made of them.
    issuers: HashMap<String, Arc<State>>,
}

impl Registry {
    pub(crate) fn new(bases: Bases, made: Desk, clock: Clock, ids: Ids) -> Self {
        let default = Arc::new(State::new(None, &bases, made.clone(), clock, ids));
        Self {
            base_url: bases.public.clone(),
            bases,
            made: Mutex::new(made),
            default,
            tenants: RwLock::default(),
            settled: Mutex::default(),
        }
    }

    /// Says that nothing more will happen at any issuer, which ends whoever follows.
    pub(crate) fn close_traces(&self) {
        self.default.trace.close();
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.values().for_each(|state| state.trace.close());
    }

    pub(crate) fn default_state(&self) -> Arc<State> {
        Arc::clone(&self.default)
    }

    /// Makes an issuer as the default one was made; one with the same slug is replaced.
    pub(crate) fn add(&self, slug: &str, clock: Clock, ids: Ids) -> Arc<State> {
        self.add_with(slug, self.new_desk(), clock, ids)
    }

    /// The clock and the source of ids of a new issuer: what it is not told itself, the settings say.
    pub(crate) fn new_ambient(&self, now: Option<i64>, seed: Option<u64>) -> (Clock, Ids) {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        made_of(now.or(settled.settings.now), seed.or(settled.settings.seed))
    }

    /// What a new issuer has unless told otherwise: what the settings say.
    pub(crate) fn new_desk(&self) -> Desk {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes an issuer that has this, and comes back to it when it is reset.
    pub(crate) fn add_with(&self, slug: &str, desk: Desk, clock: Clock, ids: Ids) -> Arc<State> {
        let state = Arc::new(State::new(Some(slug.to_owned()), &self.bases, desk, clock, ids));
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(replaced) = tenants.insert(slug.to_owned(), Arc::clone(&state)) {
            replaced.trace.close();
        }
        state
    }

    /// Takes over new settings: for the default issuer, and for those that the settings name. Issuers that were
    /// made otherwise stay as they are.
    pub(crate) fn reload(&self, settings: &Settings) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).adopt(settings);
        self.default.reload(settings);
        self.settle(settings);
    }

    /// Makes, changes and removes the issuers that the settings name.
    pub(crate) fn settle(&self, settings: &Settings) {
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in settled.settings.tenants.keys().filter(|slug| !settings.tenants.contains_key(*slug)) {
            self.remove(gone);
        }
        settled.issuers.retain(|slug, _| settings.tenants.contains_key(slug));
        settled.settings.clone_from(settings);
        for (slug, tenant) in &settings.tenants {
            let own = tenant.over(settings);
            if let Some(state) = self.get(slug) {
                state.reload(&own);
            } else {
                let (clock, ids) = ambient(&own);
                let desk = Desk::new(&own).at_root(tenant.at_root.unwrap_or(false));
                let state = self.add_with(slug, desk, clock, ids);
                settled.issuers.insert(slug.clone(), state);
            }
        }
    }

    /// Puts everything back to how it was made: the issuers that the settings name are there, and no others.
    pub(crate) fn start_over(&self) {
        self.default.reset();
        let settings = {
            let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            for slug in self.slugs() {
                let made = settled.issuers.get(&slug);
                match self.get(&slug).filter(|state| made.is_some_and(|made| Arc::ptr_eq(made, state))) {
                    // Who follows its trace goes on following.
                    Some(state) => {
                        state.start_over(settled.settings.tenants[&slug].over(&settled.settings).now);
                    }
                    None => {
                        self.remove(&slug);
                    }
                }
            }
            settled.settings.clone()
        };
        self.settle(&settings);
    }

    pub(crate) fn remove(&self, slug: &str) -> bool {
        let removed = self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
        removed.inspect(|state| state.trace.close()).is_some()
    }

    /// The issuer at `/{slug}` that a path lies below, if it does.
    pub(crate) fn at_root(&self, path: &str) -> Option<Arc<State>> {
        let slug = path.strip_prefix('/')?.split('/').next()?;
        self.get(slug).filter(|state| state.place.is_at_root())
    }

    pub(crate) fn get(&self, slug: &str) -> Option<Arc<State>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// Every issuer, the default one first.
    #[cfg(feature = "tls")]
    pub(crate) fn states(&self) -> Vec<Arc<State>> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.default).chain(tenants.values()).cloned().collect()
    }

    /// The slugs, sorted.
    pub(crate) fn slugs(&self) -> Vec<String> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        let mut slugs: Vec<String> = tenants.keys().cloned().collect();
        slugs.sort();
        slugs
    }
}

/// The clock and the source of ids that settings ask for.
pub(crate) fn ambient(settings: &Settings) -> (Clock, Ids) {
    made_of(settings.now, settings.seed)
}

fn made_of(now: Option<i64>, seed: Option<u64>) -> (Clock, Ids) {
    (now.map_or_else(Clock::system, Clock::frozen), seed.map_or_else(Ids::random, Ids::seeded))
}

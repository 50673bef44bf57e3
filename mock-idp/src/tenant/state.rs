//! What an issuer holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::introduction::Introductions;
use super::place::{Bases, Place};
use super::snapshot::{Kept, KeptKeys};
use crate::ambient::{Clock, Ids};
use crate::checks::Rules;
use crate::client::Client;
use crate::fault::Armory;
use crate::grant::{Grants, Vault};
use crate::login::{LoginPolicy, User};
use crate::offer::Offer;
use crate::preset::Preset;
use crate::session::{Register, Sessions};
use crate::settings::Settings;
use crate::token::{Junk, KeyName, SigningKeys};
use crate::trace::Trace;

/// What becomes of the old keys when keys are rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grace {
    /// They stay published, beside the new ones.
    KeepOld,
    /// They are gone at once.
    DropOld,
}

/// An issuer.
pub(crate) struct State {
    pub(crate) slug: Option<String>,
    /// The issuer identifier. It may end with a slash: see [`State::at`] for where something is.
    pub(crate) issuer: String,
    /// The URL below which everything is, without a final slash.
    pub(crate) base: String,
    pub(crate) place: Place,
    pub(super) introductions: Introductions,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) trace: Trace,
    pub(crate) armory: Armory,
    /// Codes, tokens and what they stand for.
    pub(crate) grants: Grants,
    /// Who is signed in here, and in which browser.
    pub(crate) sessions: Sessions,
    made: Mutex<Desk>,
    desk: Mutex<Desk>,
    pub(super) metadata: Kept,
    pub(super) key_set: KeptKeys,
}

/// How long what an issuer gives out is good for, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) code: i64,
    pub(crate) id_token: i64,
    pub(crate) access_token: i64,
    pub(crate) refresh_token: i64,
}

impl Lifetimes {
    fn of(settings: &Settings) -> Self {
        Self {
            code: settings.code_lifetime,
            id_token: settings.id_token_lifetime,
            access_token: settings.access_token_lifetime,
            refresh_token: settings.refresh_token_lifetime,
        }
    }
}

/// What can be changed about an issuer while it runs.
#[derive(Clone)]
pub(crate) struct Desk {
    clients: Arc<Vec<Client>>,
    users: Arc<Vec<User>>,
    policy: LoginPolicy,
    marked: HashMap<String, LoginPolicy>,
    pub(crate) rules: Rules,
    pub(crate) issuer_parameter: bool,
    pub(crate) offer: Arc<Offer>,
    pub(crate) registration_token: Option<String>,
    /// Whether a person who signs in on the page is asked what the application may know.
    pub(crate) consent: bool,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) keys: SigningKeys,
    published: Vec<KeyName>,
    pub(crate) junk: Vec<Junk>,
    /// Whether responses stop at a page where a person may change them.
    pub(crate) pause: bool,
    /// What the issuer looks like; it counts when the issuer is made.
    preset: Preset,
}

impl State {
    pub(crate) fn new(slug: Option<String>, bases: &Bases, desk: Desk, clock: Clock, ids: Ids) -> Self {
        let mut place = Place::new(bases, slug.as_deref(), desk.preset.clone());
        if desk.preset.at_root {
            place = place.at_root();
        }
        Self {
            slug,
            issuer: place.issuer(),
            base: place.base(),
            place,
            introductions: Introductions::default(),
            clock,
            ids,
            trace: Trace::default(),
            armory: Armory::default(),
            grants: Grants::default(),
            sessions: Sessions::default(),
            made: Mutex::new(desk.clone()),
            desk: Mutex::new(desk),
            metadata: Kept::default(),
            key_set: KeptKeys::default(),
        }
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The URL of a path, under which browsers reach it.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Takes over new settings, in place of whatever the old ones and those who changed them said.
    pub(crate) fn reload(&self, settings: &Settings) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).adopt(settings);
        self.desk().adopt(settings);
    }

    /// Back to how it was made, its clock and its ids included.
    pub(crate) fn start_over(&self, now: Option<i64>) {
        self.reset();
        self.ids.start_over();
        match now {
            Some(now) => self.clock.freeze(now),
            None => self.clock.resume(),
        }
    }

    pub(crate) fn reset(&self) {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *self.desk() = made;
        self.introductions.clear();
        self.armory.clear();
        self.trace.clear();
        *self.grants.open() = Vault::default();
        *self.sessions.open() = Register::default();
    }
}

impl Desk {
    /// As the settings say. They have been checked.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            clients: Arc::new(settings.clients.clone()),
            users: Arc::new(settings.users.clone()),
            policy: settings.login_policy().unwrap_or_default(),
            marked: HashMap::new(),
            rules: settings.rules,
            issuer_parameter: settings.issuer_parameter,
            offer: Arc::new(settings.offer.clone()),
            registration_token: settings.registration_token.clone(),
            consent: settings.consent,
            lifetimes: Lifetimes::of(settings),
            keys: SigningKeys::FIRST,
            published: SigningKeys::FIRST.list().to_vec(),
            junk: Vec::new(),
            pause: settings.pause,
            preset: Preset::of(settings).unwrap_or_default(),
        }
    }

    /// Takes over what can change while an issuer runs: clients, people, rules, policy, lifetimes and what stops a
    /// person. Keys, and policies that count for a marker only, stay.
    pub(crate) fn adopt(&mut self, settings: &Settings) {
        let new = Self::new(settings);
        self.clients = new.clients;
        self.users = new.users;
        self.policy = new.policy;
        self.rules = new.rules;
        self.issuer_parameter = new.issuer_parameter;
        self.consent = new.consent;
        self.pause = new.pause;
        self.offer = new.offer;
        self.registration_token = new.registration_token;
        self.lifetimes = new.lifetimes;
    }

    /// For an issuer at `/{slug}`.
    pub(crate) fn at_root(mut self, at_root: bool) -> Self {
        self.preset.at_root = at_root;
        self
    }

    /// Whether anybody can register a client: strict rules want a token, which nobody can have unless one is set.
    pub(crate) fn registers(&self) -> bool {
        self.rules == Rules::Lenient || self.registration_token.is_some()
    }

    pub(crate) fn clients(&self) -> Arc<Vec<Client>> {
        Arc::clone(self.clients_held())
    }

    pub(super) fn clients_held(&self) -> &Arc<Vec<Client>> {
        &self.clients
    }

    pub(crate) fn users(&self) -> Arc<Vec<User>> {
        Arc::clone(&self.users)
    }

    pub(crate) fn add_client(&mut self, client: Client) {
        let clients = Arc::make_mut(&mut self.clients);
        clients.retain(|known| known.client_id != client.client_id);
        clients.push(client);
    }

    pub(crate) fn add_user(&mut self, user: User) {
        let users = Arc::make_mut(&mut self.users);
        users.retain(|known| known.username != user.username);
        users.push(user);
    }

    /// Has these clients, people and rules instead, where given.
    pub(crate) fn furnish(
        &mut self,
        clients: Option<Vec<Client>>,
        users: Option<Vec<User>>,
        rules: Option<Rules>,
    ) {
        self.clients = clients.map_or_else(|| self.clients(), Arc::new);
        self.users = users.map_or_else(|| self.users(), Arc::new);
        self.rules = rules.unwrap_or(self.rules);
    }

    pub(crate) fn remove_client(&mut self, client_id: &str) -> bool {
        let clients = Arc::make_mut(&mut self.clients);
        let before = clients.len();
        clients.retain(|known| known.client_id != client_id);
        clients.len() < before
    }

    pub(crate) fn remove_user(&mut self, username: &str) -> bool {
        let users = Arc::make_mut(&mut self.users);
        let before = users.len();
        users.retain(|known| known.username != username);
        users.len() < before
    }

    pub(crate) fn set_keys(&mut self, keys: super::Keys) {
        self.keys = SigningKeys::among(keys.signing, &keys.published);
        self.published = keys.published;
        self.junk = keys.junk;
    }

    pub(crate) fn set_policy(&mut self, marker: Option<&str>, policy: LoginPolicy) {
        match marker {
            Some(marker) => {
                self.marked.insert(marker.to_owned(), policy);
            }
            None => self.policy = policy,
        }
    }

    pub(crate) fn policy(&self, marker: Option<&str>) -> &LoginPolicy {
        marker.and_then(|marker| self.marked.get(marker)).unwrap_or(&self.policy)
    }

    /// Notes that the policy signed somebody in, which uses `once` up.
    pub(crate) fn use_policy_up(&mut self, marker: Option<&str>) {
        let policy = match marker.and_then(|marker| self.marked.get_mut(marker)) {
            Some(policy) => policy,
            None => &mut self.policy,
        };
        if matches!(policy, LoginPolicy::Once { .. }) {
            *policy = LoginPolicy::Ask;
        }
    }

    /// Signs with the next key of every kind.
    pub(crate) fn rotate(&mut self, grace: Grace) {
        let (old, new) = (self.keys.list(), self.keys.next().list());
        self.keys = self.keys.next();
        self.published = match grace {
            Grace::KeepOld => std::iter::zip(new, old).flat_map(<[_; 2]>::from).collect(),
            Grace::DropOld => new.to_vec(),
        };
    }

    pub(crate) fn published(&self) -> &[KeyName] {
        &self.published
    }
}

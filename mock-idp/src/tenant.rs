//! An issuer of its own: clients, people, keys, clock, ids, faults, policy and trace, isolated from others.

mod change;
mod guard;
pub(crate) mod hand_out;
mod introduction;
pub(crate) mod issue;
mod mint;
mod place;
mod registry;
mod snapshot;
mod state;

use std::sync::{Arc, Weak};

pub use change::{Keys, Manner};
pub use guard::FaultGuard;
pub use mint::{MintError, MintOrder};
pub(crate) use place::Bases;
pub(crate) use registry::{Registry, ambient};
pub use state::Grace;
pub(crate) use state::{Desk, State};

use crate::ambient::Clock;
use crate::checks::Rules;
use crate::client::Client;
use crate::device::DeviceError;
use crate::fault::{Binding, Fault, FaultError, FaultReport};
use crate::login::{LoginPolicy, User};
use crate::logout::{Delivery, Logout, LogoutError};
use crate::offer::Offer;
use crate::trace::Trace;

/// A handle to an issuer. Cheap to clone.
#[derive(Clone)]
pub struct Tenant {
    state: Arc<State>,
    registry: Weak<Registry>,
    marker: Option<String>,
}

impl Tenant {
    pub(crate) fn new(state: Arc<State>, registry: &Arc<Registry>) -> Self {
        Self { state, registry: Arc::downgrade(registry), marker: None }
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> String {
        self.state.issuer.clone()
    }

    /// The issuer's clock.
    pub fn clock(&self) -> Clock {
        self.state.clock.clone()
    }

    /// The same issuer, seen through a marker: what is armed or set as policy through this handle counts only
    /// for requests that carry the marker (header `mock-idp-marker` or cookie `mock_idp_marker`), and the
    /// trace shows those and the back leg. Seams that the application triggers ignore the marker. A fault that
    /// is already bound to a client keeps that binding instead.
    #[must_use]
    pub fn marked(&self, marker: &str) -> Self {
        Self { marker: Some(marker.to_owned()), ..self.clone() }
    }

    /// Arms faults, in order, behind those that are armed already. They are disarmed when the guard is dropped.
    pub fn arm(&self, faults: Vec<Fault>) -> Result<FaultGuard, FaultError> {
        let faults: Vec<Fault> = faults.into_iter().map(|fault| self.bind(fault)).collect();
        faults.iter().try_for_each(Fault::check)?;
        if self.state.armory.is_full(faults.len()) {
            return Err(FaultError::TooMany);
        }
        Ok(FaultGuard::new(self.state.armory.clone(), faults))
    }

    /// Every fault that is armed at this issuer, with what became of it.
    pub fn armed(&self) -> Vec<FaultReport> {
        self.state.armory.reports()
    }

    /// Disarms everything, whoever armed it.
    pub fn disarm_all(&self) {
        self.state.armory.clear();
    }

    fn bind(&self, fault: Fault) -> Fault {
        match (&self.marker, &fault.binding) {
            (Some(marker), Binding::Any) => fault.marked(marker),
            _ => fault,
        }
    }

    /// Decides who logs in from now on.
    pub fn set_policy(&self, policy: LoginPolicy) {
        self.state.desk().set_policy(self.marker.as_deref(), policy);
    }

    /// Who logs in at the next authorization.
    pub fn policy(&self) -> LoginPolicy {
        self.state.desk().policy(self.marker.as_deref()).clone()
    }

    /// Registers a client; one with the same id is replaced.
    pub fn add_client(&self, client: Client) {
        self.state.desk().add_client(client);
    }

    /// The registered clients.
    pub fn clients(&self) -> Vec<Client> {
        self.state.desk().clients().to_vec()
    }

    /// Adds a person; one with the same username is replaced.
    pub fn add_user(&self, user: User) {
        self.state.desk().add_user(user);
    }

    /// The people.
    pub fn users(&self) -> Vec<User> {
        self.state.desk().users().to_vec()
    }

    /// How picky the issuer is.
    pub fn set_rules(&self, rules: Rules) {
        self.state.desk().rules = rules;
    }

    /// What the issuer offers; an error says what cannot be offered.
    pub fn set_offer(&self, offer: Offer) -> Result<(), String> {
        offer.check()?;
        self.state.desk().offer = Arc::new(offer);
        Ok(())
    }

    /// What the issuer offers.
    pub fn offer(&self) -> Offer {
        (*self.state.desk().offer).clone()
    }

    /// Whether responses name the issuer (RFC 9207), which the metadata then says.
    pub fn set_issuer_parameter(&self, on: bool) {
        self.state.desk().issuer_parameter = on;
    }

    /// Whether a person who signs in on the page is asked what the application may know, once for each
    /// application. Off at first: then only `prompt=consent` asks. A policy that signs in never asks.
    pub fn set_consent(&self, on: bool) {
        self.state.desk().consent = on;
    }

    /// From now on signs with the other RSA key, under its own `kid`.
    pub fn rotate_keys(&self, grace: Grace) {
        self.state.desk().rotate(grace);
    }

    /// The exchanges, as the provider recorded them.
    pub fn trace(&self) -> Trace {
        self.state.trace.marked(self.marker.clone())
    }

    /// Lets a person allow the device that shows this code (RFC 8628).
    pub fn approve_device(&self, user_code: &str, username: &str) -> Result<(), DeviceError> {
        self.state.approve_device(user_code, username)
    }

    /// Lets a person refuse the device that shows this code.
    pub fn deny_device(&self, user_code: &str) -> Result<(), DeviceError> {
        self.state.deny_device(user_code)
    }

    /// The last part of the issuer's path, if it is not the default issuer.
    pub fn slug(&self) -> Option<String> {
        self.state.slug.clone()
    }

    /// Ends sessions as if somebody had signed out elsewhere: every application that took part and has a
    /// `backchannel_logout_uri` is sent a logout token, past the seams `logout-token-*`, and its answer is
    /// waited for (five seconds at most) and traced.
    pub async fn back_channel_logout(&self, logout: &Logout) -> Result<Vec<Delivery>, LogoutError> {
        crate::logout::on_demand(&self.state, logout).await
    }

    /// Puts the issuer back to how it was made: faults, policies, keys, trace, added clients and people.
    /// The clock is left alone, because it may be shared.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Takes the issuer out of the provider. The default issuer stays.
    pub fn remove(&self) {
        if let (Some(registry), Some(slug)) = (self.registry.upgrade(), &self.state.slug) {
            registry.remove(slug);
        }
    }
}

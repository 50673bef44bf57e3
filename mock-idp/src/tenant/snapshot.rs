//! What an issuer is like at one moment: what the checks ask, and what the metadata tells.

use std::sync::{Arc, Mutex, PoisonError};

use super::state::State;
use crate::checks::{Rulebook, Rules};
use crate::client::Client;
use crate::offer::Offer;
use crate::protocol::metadata::{Facts, metadata};

/// Clients, rules and offer.
pub(crate) struct Snapshot {
    clients: Arc<Vec<Client>>,
    rules: Rules,
    offer: Arc<Offer>,
}

impl Snapshot {
    pub(crate) fn book(&self) -> Rulebook<'_> {
        Rulebook { clients: &self.clients, rules: self.rules, offer: &self.offer }
    }
}

/// The metadata as it was made last.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<Metadata>>);

/// The metadata, and what it was made from.
struct Metadata {
    offer: Arc<Offer>,
    rules: Rules,
    issuer_parameter: bool,
    registers: bool,
    internal: bool,
    text: Arc<str>,
}

impl State {
    /// Clients, rules and offer as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let desk = self.desk();
        Snapshot { clients: desk.clients(), rules: desk.rules, offer: Arc::clone(&desk.offer) }
    }

    /// The metadata, made anew only if something that it depends on has changed.
    /// Back ends may be told other URLs than browsers.
    pub(crate) fn metadata(&self, internal: bool) -> Arc<str> {
        let (offer, rules, issuer_parameter, registers) = {
            let desk = self.desk();
            (Arc::clone(&desk.offer), desk.rules, desk.issuer_parameter, desk.registers())
        };
        let mut kept = self.metadata.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |kept: &&Metadata| {
            Arc::ptr_eq(&kept.offer, &offer)
                && (kept.rules, kept.issuer_parameter) == (rules, issuer_parameter)
                && (kept.registers, kept.internal) == (registers, internal)
        };
        if let Some(kept) = kept.as_ref().filter(fits) {
            return Arc::clone(&kept.text);
        }
        let (issuer, base) = (&self.issuer, &self.base);
        let facts = Facts { issuer, base, offer: &offer, rules, issuer_parameter, registers };
        let text: Arc<str> = self.place.relocated(metadata(&facts), internal).to_string().into();
        *kept =
            Some(Metadata { offer, rules, issuer_parameter, registers, internal, text: Arc::clone(&text) });
        text
    }
}

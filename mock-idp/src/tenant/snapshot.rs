//! What an issuer is like at one moment: what the checks ask, and what the metadata tells.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::state::{Desk, State};
use crate::checks::{Rulebook, Rules};
use crate::client::Client;
use crate::offer::Offer;
use crate::protocol::metadata::{Facts, metadata};
use crate::token::{Junk, KeyName, key_set, with_junk};

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
    text: Bytes,
}

/// The key set as it was made last.
#[derive(Default)]
pub(super) struct KeptKeys(Mutex<Option<KeySet>>);

/// The key set, and what it was made from. It holds the list of clients, so that another list cannot be in the same
/// place.
struct KeySet {
    published: Vec<KeyName>,
    junk: Vec<Junk>,
    clients: Arc<Vec<Client>>,
    text: Bytes,
}

impl KeySet {
    fn fits(&self, desk: &Desk) -> bool {
        Arc::ptr_eq(&self.clients, desk.clients_held())
            && self.published == desk.published()
            && self.junk == desk.junk
    }
}

impl State {
    /// Clients, rules and offer as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let desk = self.desk();
        Snapshot { clients: desk.clients(), rules: desk.rules, offer: Arc::clone(&desk.offer) }
    }

    /// The metadata, made anew only if something that it depends on has changed.
    /// Back ends may be told other URLs than browsers.
    pub(crate) fn metadata(&self, internal: bool) -> Bytes {
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
            return kept.text.clone();
        }
        let (issuer, base) = (&self.issuer, &self.base);
        let facts = Facts { issuer, base, offer: &offer, rules, issuer_parameter, registers };
        let text: Bytes = self.place.relocated(metadata(&facts), internal).to_string().into();
        *kept = Some(Metadata { offer, rules, issuer_parameter, registers, internal, text: text.clone() });
        text
    }

    /// The public keys as a JWK Set, made anew only if something that it depends on has changed.
    pub(crate) fn key_set(&self) -> Bytes {
        let desk = self.desk();
        let mut kept = self.key_set.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.fits(&desk)) {
            return kept.text.clone();
        }
        let (published, junk, clients) = (desk.published().to_vec(), desk.junk.clone(), desk.clients());
        let text = Bytes::from(with_junk(key_set(&published, &further(&clients)), &junk).to_string());
        *kept = Some(KeySet { published, junk, clients, text: text.clone() });
        text
    }
}

/// RSA algorithms other than RS256 that some client has registered.
fn further(clients: &[Client]) -> Vec<&str> {
    let registered = clients.iter().flat_map(|client| {
        [client.id_token_signed_response_alg.as_deref(), client.userinfo_signed_response_alg.as_deref()]
    });
    let mut algs: Vec<&str> = registered.flatten().filter(|alg| is_rsa(alg) && *alg != "RS256").collect();
    algs.sort_unstable();
    algs.dedup();
    algs
}

fn is_rsa(alg: &str) -> bool {
    matches!(alg, "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512")
}

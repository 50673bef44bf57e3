//! What is spoken on one port: with which certificate, and to whom that is a lie.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

use super::authority::Authority;
use crate::fault::{BadCertificate, Lies};
use crate::tenant::Registry;

/// TLS on one port, whose names are the same whichever issuer is asked.
pub(crate) struct Server {
    authority: Authority,
    names: Vec<String>,
    /// When it was started, in Unix seconds.
    started: i64,
    honest: Arc<ServerConfig>,
    bad: Mutex<HashMap<BadCertificate, Arc<ServerConfig>>>,
    registry: Arc<Registry>,
}

impl Server {
    /// How to serve under these names. The certificate is made for this start.
    pub(crate) fn new(
        authority: Authority,
        names: Vec<String>,
        started: i64,
        registry: Arc<Registry>,
    ) -> Result<Self, String> {
        let honest = config(&authority, &names, started, None)?;
        Ok(Self { authority, names, started, honest, bad: Mutex::default(), registry })
    }

    /// How to begin the connection that is there now. Which issuer will be asked nobody knows yet: a lie of any of
    /// them counts, and the last one wins.
    pub(crate) fn begin(&self) -> (TlsAcceptor, Option<Lies>) {
        let states = self.registry.states();
        let lies = Lies::due(states.iter().map(|state| &state.armory));
        let told = lies.as_ref().and_then(Lies::bad_certificate).and_then(|bad| self.lying(bad));
        (told.unwrap_or_else(|| Arc::clone(&self.honest)).into(), lies)
    }

    /// Only what cannot be signed is not there, and the same names were signed before.
    fn lying(&self, bad: BadCertificate) -> Option<Arc<ServerConfig>> {
        let mut made = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        let lying = match made.entry(bad) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => {
                place.insert(config(&self.authority, &self.names, self.started, Some(bad)).ok()?)
            }
        };
        Some(Arc::clone(lying))
    }
}

fn config(
    authority: &Authority,
    names: &[String],
    now: i64,
    bad: Option<BadCertificate>,
) -> Result<Arc<ServerConfig>, String> {
    let identity = authority.identity(names, now, bad)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config.with_no_client_auth().with_single_cert(vec![identity.certificate], identity.key)
        });
    let mut config = config.map_err(|error| format!("TLS cannot be spoken: {error}"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

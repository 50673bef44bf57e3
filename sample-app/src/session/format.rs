//! How a session becomes a cookie value and back.

use std::sync::Arc;

use super::recent::Recent;
use super::{Data, Session};
use crate::ambient::Random;
use crate::vault::{Opened, Times, Vault};

/// A way to write sessions. There is one; a second exists only to show what the harness would say of it.
pub(crate) trait SessionFormat: Send + Sync {
    /// Reads a cookie value with the times it claims, or nothing.
    fn open(&self, vault: &Vault, value: &str) -> Option<Found>;

    /// Writes a session. `presented` is the value the browser sent before, of whatever origin.
    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String>;
}

/// A session, and the times that its value claims.
pub(crate) type Found = (Times, Arc<Session>);

/// What is needed to write a session.
pub(crate) struct Making<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) random: &'a Random,
    pub(crate) exp: i64,
}

/// Sealed with a key derived from the secret: cannot be read, changed or made outside.
pub(crate) struct Sealed;

impl SessionFormat for Sealed {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        let Opened { times, plaintext, before } = vault.open(value)?;
        let data: Data = serde_json::from_slice(&plaintext).ok()?;
        let session = Session::new(data, times.iat, times.uat)?;
        Some((times, Arc::new(Session { sealed_before: before, ..session })))
    }

    fn write(&self, making: &Making<'_>, session: &Session, _: Option<&str>) -> Option<String> {
        let times = Times { iat: session.iat, uat: session.uat, exp: making.exp };
        making.vault.seal(times, &serde_json::to_vec(&session.data).ok()?, making.random.bytes())
    }
}

/// The same, and what was opened lately need not be opened again: of a value that was sealed here nothing can change but the
/// time, which is looked at elsewhere.
#[derive(Default)]
pub(crate) struct Reopened(Recent<Found>);

impl SessionFormat for Reopened {
    fn open(&self, vault: &Vault, value: &str) -> Option<Found> {
        self.0.get_or(value, || Sealed.open(vault, value))
    }

    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String> {
        Sealed.write(making, session, presented)
    }
}

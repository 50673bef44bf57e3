//! How a session becomes a cookie value and back.

use super::{Data, Session};
use crate::ambient::Random;
use crate::vault::{Opened, Times, Vault};

/// A way to write sessions. There is one; a second exists only to show what the harness would say of it.
pub(crate) trait SessionFormat: Send + Sync {
    /// Reads a cookie value with the times it claims, or nothing.
    fn open(&self, vault: &Vault, value: &str) -> Option<(Times, Session)>;

    /// Writes a session. `presented` is the value the browser sent before, of whatever origin.
    fn write(&self, making: &Making<'_>, session: &Session, presented: Option<&str>) -> Option<String>;
}

/// What is needed to write a session.
pub(crate) struct Making<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) random: &'a Random,
    pub(crate) exp: i64,
}

/// Sealed with a key derived from the secret: cannot be read, changed or made outside.
pub(crate) struct Sealed;

impl SessionFormat for Sealed {
    fn open(&self, vault: &Vault, value: &str) -> Option<(Times, Session)> {
        let Opened { times, plaintext, before } = vault.open(value)?;
        let data: Data = serde_json::from_slice(&plaintext).ok()?;
        let session = Session::new(data, times.iat, times.uat)?;
        Some((times, Session { sealed_before: before, ..session }))
    }

    fn write(&self, making: &Making<'_>, session: &Session, _: Option<&str>) -> Option<String> {
        let times = Times { iat: session.iat, uat: session.uat, exp: making.exp };
        making.vault.seal(times, &serde_json::to_vec(&session.data).ok()?, making.random.bytes())
    }
}

//! Renewals under way and just done: of all requests that bring the same refresh token, one asks the provider, and all
//! get what it was given. A refresh token serves once, and browsers send several requests with one cookie.
//!
//! What is remembered is in memory, bounded, and gone after some minutes; by then the browser has the new cookie.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use tokio::sync::watch;

use super::refresh::Renewal;

/// For how many seconds the outcome serves requests that still bring the old token.
const GRACE: i64 = 300;
/// For how many seconds a provider that could not be asked is left in peace.
const PATIENCE: i64 = 10;
/// So many renewals are remembered; a session beyond them is renewed later.
const MOST: usize = 100_000;

type Name = [u8; 32];

/// Tells the outcome once there is one.
pub(crate) type Landing = watch::Receiver<Option<Renewal>>;

/// The renewals of this app.
#[derive(Default)]
pub(crate) struct Renewals(Mutex<State>);

#[derive(Default)]
struct State {
    flights: HashMap<Name, Flight>,
    swept: i64,
}

struct Flight {
    landing: Landing,
    begun: i64,
}

impl Renewals {
    /// The renewal of this refresh token: if it is shared the one that is under way or done, or a new one, which `begin`
    /// sets off. Nothing where there is no room.
    pub(crate) fn join(
        &self,
        refresh_token: &str,
        now: i64,
        shared: bool,
        begin: impl FnOnce(watch::Sender<Option<Renewal>>),
    ) -> Option<Landing> {
        let name = name(refresh_token);
        let mut state = self.lock();
        state.sweep(now);
        if let Some(flight) = state.flights.get(&name).filter(|flight| shared && flight.serves(now)) {
            return Some(flight.landing.clone());
        }
        if state.flights.len() >= MOST {
            return None;
        }
        let (sender, landing) = watch::channel(None);
        state.flights.insert(name, Flight { landing: landing.clone(), begun: now });
        drop(state);
        begin(sender);
        Some(landing)
    }

    /// What became of this refresh token, if that is known already.
    pub(crate) fn outcome(&self, refresh_token: &str, now: i64) -> Option<Renewal> {
        let state = self.lock();
        let flight = state.flights.get(&name(refresh_token)).filter(|flight| flight.serves(now))?;
        flight.landing.borrow().clone()
    }

    /// A panic elsewhere leaves the list whole: every change is complete before the lock is given back.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    fn serves(&self, now: i64) -> bool {
        let age = now - self.begun;
        let is_later = matches!(*self.landing.borrow(), Some(Renewal::Later));
        let is_lost = self.landing.has_changed().is_err() && self.landing.borrow().is_none();
        age < GRACE && !(is_later && age >= PATIENCE) && !is_lost
    }
}

impl State {
    /// Twice in a grace, what serves no longer is forgotten: seldom enough that nobody notices the cost.
    fn sweep(&mut self, now: i64) {
        if now - self.swept >= GRACE / 2 {
            self.swept = now;
            self.flights.retain(|_, flight| flight.serves(now));
        }
    }
}

/// Tokens are not kept as names: who reads this memory learns none that still serves.
fn name(refresh_token: &str) -> Name {
    let mut name = Name::default();
    name.copy_from_slice(digest(&SHA256, refresh_token.as_bytes()).as_ref());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(renewals: &Renewals, now: i64, outcome: Option<Renewal>) -> bool {
        let mut begun = false;
        renewals.join("r", now, true, |sender| {
            begun = true;
            if let Some(outcome) = outcome {
                sender.send_replace(Some(outcome));
            } else {
                std::mem::forget(sender);
            }
        });
        begun
    }

    #[test]
    fn one_token_is_shown_once_however_many_bring_it() {
        let renewals = Renewals::default();

        assert!(begins(&renewals, 0, None));
        assert!(!begins(&renewals, 1, None), "it is under way");
        assert!(renewals.outcome("r", 1).is_none());
        assert!(begins(&renewals, 300, Some(Renewal::Over)));
        assert!(!begins(&renewals, 599, None), "it is done");
        assert!(matches!(renewals.outcome("r", 599), Some(Renewal::Over)));
        assert!(renewals.outcome("r", 600).is_none(), "it is forgotten");
    }

    #[test]
    fn an_unreachable_provider_is_asked_again_after_ten_seconds() {
        let renewals = Renewals::default();

        assert!(begins(&renewals, 0, Some(Renewal::Later)));
        assert!(!begins(&renewals, 9, None));
        assert!(begins(&renewals, 10, None));
    }

    #[test]
    fn a_renewal_that_got_lost_is_begun_again() {
        let renewals = Renewals::default();

        renewals.join("r", 0, true, drop);

        assert!(begins(&renewals, 0, Some(Renewal::Over)));
    }
}

//! Keeping faults armed for as long as somebody wants them.

use std::sync::Arc;

use crate::fault::{Armed, Armory, Fault, FaultReport};

/// Keeps faults armed. Dropping it disarms them.
#[must_use = "dropping the guard disarms the faults at once; keep it for as long as they shall lie"]
pub struct FaultGuard {
    armory: Armory,
    armed: Vec<Arc<Armed>>,
    kept: bool,
}

impl FaultGuard {
    pub(super) fn new(armory: Armory, faults: Vec<Fault>) -> Self {
        let armed = armory.arm(faults);
        Self { armory, armed, kept: false }
    }

    /// What became of each fault, in the order in which they were given.
    pub fn report(&self) -> Vec<FaultReport> {
        self.armed.iter().map(|armed| armed.report()).collect()
    }

    /// The number of each fault, for [`crate::Tenant::disarm`].
    pub fn ids(&self) -> Vec<u64> {
        self.armed.iter().map(|armed| armed.id()).collect()
    }

    /// Leaves the faults armed for good.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for FaultGuard {
    fn drop(&mut self) {
        if !self.kept {
            self.armory.disarm(&self.armed);
        }
    }
}

//! The sample with one check left out, or made too strict, to prove that the harness notices.

use crate::policy::Policy;

/// One check of the sample that is left out, or made over-strict.
#[derive(Clone, Copy)]
pub struct Weakness {
    name: &'static str,
    omits: &'static str,
    edit: fn(&mut Policy),
}

impl Weakness {
    /// Every weakness there is.
    pub const ALL: &'static [Self] = &[Self {
        name: "nonce-check",
        omits: "The nonce in the token is not compared with the one that was sent.",
        edit: |policy| policy.claim_rules.retain(|rule| rule.name != "nonce-check"),
    }];

    /// The weakness of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|weakness| weakness.name == name).copied()
    }

    /// Its name, after what it omits.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it omits, in a sentence.
    pub fn omits(&self) -> &'static str {
        self.omits
    }

    pub(crate) fn edit(self, policy: &mut Policy) {
        (self.edit)(policy);
    }
}

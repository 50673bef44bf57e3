//! Who is signed in at the provider: in which browser, since when, how, and at which applications.
//!
//! Everything here is pure; the cookie that names a browser is [`crate::endpoints`]' business.

mod acr;
mod register;
mod wish;

pub(crate) use acr::{Strength, acr_values_supported, told};
pub(crate) use register::{Register, Sessions, Ticket};
pub(crate) use wish::{Next, Wish};

/// One person's session (OIDC Session Management 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Its id, which every token of it names.
    pub(crate) sid: String,
    pub(crate) username: String,
    pub(crate) sub: String,
    /// When the person last proved who they are.
    pub(crate) auth_time: i64,
    /// How well they did.
    pub(crate) strength: Strength,
    /// By which means (RFC 8176).
    pub(crate) amr: Vec<String>,
    /// The clients that got something in this session.
    pub(crate) clients: Vec<String>,
}

/// A sign-in that just happened.
#[derive(Clone, Debug)]
pub(crate) struct Proof<'p> {
    pub(crate) username: &'p str,
    pub(crate) sub: &'p str,
    pub(crate) strength: Strength,
    pub(crate) amr: &'p [&'static str],
    /// Whether the session outlives the browser's.
    pub(crate) remembered: bool,
}

impl Proof<'_> {
    /// How long the session lasts, in seconds.
    pub(crate) fn lifetime(&self) -> i64 {
        if self.remembered { REMEMBERED } else { LIFETIME }
    }
}

/// A session whose browser is not asked to remember it: half a day.
const LIFETIME: i64 = 12 * 3600;
/// One that is remembered: two weeks.
pub(crate) const REMEMBERED: i64 = 14 * 24 * 3600;

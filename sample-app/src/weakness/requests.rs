//! Requests that change something, and those of the provider's frame, which are looked at too little.
//!
//! `front-iss-required` is not among them: an address without an issuer breaks the next rule as well.

use super::{Weakness, change, omit};

pub(super) const WEAKNESSES: &[Weakness] = &[
    omit("change-site", "A page of a sibling host may change something."),
    omit("change-origin", "A page of any origin may change something, where browsers tell no site."),
    omit("change-proof", "What says nothing of where it comes from may change something."),
    omit("change-api-header", "A form may change something by the API, as scripts do."),
    omit("front-duplicate-check", "Of two sessions that the provider's frame names, the first one ends."),
    omit("front-iss-check", "A frame of any provider is told that it ended a session."),
    omit("front-sid-required", "A frame that names no session is told that it ended one."),
    change("front-frame-restriction", "Anybody may frame the page that ends sessions.", |policy| {
        policy.headers.framed.retain(|(name, _)| *name != "content-security-policy");
    }),
];

//! The endpoints. Every handler reads: understand, decide, build, send; faults are applied in between, by the
//! seams of [`crate::fault::Pass`].

pub(crate) mod account;
pub(crate) mod authorize;
mod browser;
pub(crate) mod check_session;
pub(crate) mod claims;
pub(crate) mod consent;
pub(crate) mod device;
pub(crate) mod discovery;
pub(crate) mod end_session;
pub(crate) mod home;
pub(crate) mod introspection;
pub(crate) mod jwks;
pub(crate) mod login;
mod page;
pub(crate) mod par;
pub(crate) mod path;
pub(crate) mod pause;
pub(crate) mod registration;
pub(crate) mod revocation;
pub(crate) mod social;
mod steps;
pub(crate) mod token;
pub(crate) mod userinfo;
pub(crate) mod webfinger;

pub(crate) use home::{nothing_here, unknown_tenant};
pub(crate) use path::{is_taken, place_of};
pub(crate) use pause::stop_at_page;

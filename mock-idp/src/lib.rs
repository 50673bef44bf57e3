//! A mock OpenID Provider that tells the truth, or lies on command.

pub mod ambient;
pub mod login;
pub mod protocol;
pub mod trace;

pub use ambient::{Clock, Ids};

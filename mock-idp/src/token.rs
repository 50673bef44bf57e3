//! ID Tokens: what they say, with which key they are signed, and their compact form.
//!
//! The assembler is our own because it must be able to write what no library writes: header and payload are
//! our bytes, and the key need not fit the algorithm that the header names.

mod compact;
#[cfg(feature = "weak-keys")]
mod curves;
mod foreign;
#[cfg(feature = "cli")]
mod fresh_keys;
mod hash;
mod junk;
mod jwk;
mod keyring;
mod own_keys;
mod rendering;
mod signing;
mod signing_keys;
mod spec;
mod verify;
#[cfg(feature = "weak-keys")]
mod weak;

pub(crate) use compact::{ALPHABET, base64url, decode};
#[cfg(feature = "weak-keys")]
pub(crate) use curves::OtherCurve;
pub(crate) use foreign::{CLIENT_ALGS, ForeignToken};
#[cfg(feature = "cli")]
pub(crate) use fresh_keys::fresh_keys;
pub(crate) use hash::uuid_of;
pub use hash::{half_hash, whole_hash};
pub use junk::Junk;
pub(crate) use junk::with_junk;
pub(crate) use jwk::key_set;
pub use jwk::public_jwk;
pub use keyring::KeyName;
pub(crate) use keyring::warm_up;
#[cfg(feature = "cli")]
pub(crate) use own_keys::OWN_NAMES;
pub(crate) use own_keys::use_keys;
pub use rendering::certificate;
pub(crate) use rendering::rendering;
pub(crate) use signing::{SIGNING_ALGS, Signing};
pub use signing_keys::SigningKeys;
pub use spec::{Grant, TokenSpec};
pub(crate) use spec::{claims_of, claims_supported};
pub(crate) use verify::{Hint, read_hint};
#[cfg(feature = "weak-keys")]
pub(crate) use weak::WeakRsa;

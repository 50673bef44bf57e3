//! The protocol without a network: what requests and responses are, and how they are written down.

pub mod params;

pub use params::{Params, ResponseMode};

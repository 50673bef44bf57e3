//! What happened on the wire: every exchange with the provider, in order, with the faults that fired.

mod exchange;
mod ring;

pub use exchange::{Endpoint, Exchange, Fired, Leg, Recorder, Request, Response};
pub use ring::Trace;

//! What happened on the wire: every exchange with the provider, in order, with the faults that fired.

mod curl;
mod exchange;
mod filter;
mod follow;
mod har;
mod jwt;
mod ring;

pub use exchange::{Endpoint, Exchange, Fired, Leg, Recorder, Request, Response};
pub use filter::Filter;
pub use follow::Follow;
pub use har::har;
pub(crate) use har::timestamp;
pub use jwt::SeenToken;
pub use ring::Trace;

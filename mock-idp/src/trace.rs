//! What happened on the wire: every exchange with the provider, in order, with the faults that fired.

mod curl;
mod exchange;
mod filter;
mod follow;
mod har;
mod jwt;
mod kept;
mod ring;

pub use exchange::{Endpoint, Exchange, Fired, Leg, Recorder, Request, Response};
pub use filter::Filter;
pub(crate) use filter::position;
pub use follow::Follow;
pub use har::har;
pub(crate) use har::timestamp;
pub use jwt::SeenToken;
pub(crate) use kept::{Kept, Transcript};
pub use ring::Trace;

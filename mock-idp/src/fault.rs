//! Lies on command: a fault is a value, applied at a named seam to an artefact that is already complete.
//!
//! The honest path does not branch. Without faults the bytes are what they are; with faults they are applied
//! in the order of the list, each either changes the bytes or leaves them as they were, and says which.
//!
//! ```
//! use mock_idp::fault::{ID_TOKEN, named};
//!
//! let fault = ID_TOKEN.set("aud", "someone-else").first();
//! assert_eq!(fault.to_string(), "the id_token's aud is \"someone-else\", the first time only");
//! assert_eq!(
//!     serde_json::to_string(&fault).unwrap(),
//!     r#"{"seam":"id-token-claims","verb":"set","name":"aud","value":"someone-else","occurrence":"first"}"#
//! );
//! assert_eq!(named::alg_none().len(), 2);
//! ```

mod alter;
mod argument;
mod armed;
mod certificate;
mod clause;
mod json;
#[cfg(test)]
mod laws;
mod lies;
mod members;
pub mod named;
mod packed;
mod rendering;
mod response;
mod seal;
mod seam;
mod value;
mod verb;
mod wire;
mod words;

pub use armed::FaultReport;
pub(crate) use armed::{Armed, Armory, Context, Pass};
pub(crate) use certificate::Lies;
pub use certificate::{BadCertificate, CERTIFICATE, CertificateSeam};
pub use lies::{LIES, Lie};
pub use rendering::KeyRendering;
pub use seam::Seam;
pub use value::{Binding, Fault, FaultError, Occurrence};
pub use verb::{Alteration, Corruption, KeyChoice, Order, Verb};
pub(crate) use wire::{Header, Wire};
pub use words::{
    DISCOVERY, HEADER, ID_TOKEN, JWKS, JsonSeam, LOGOUT_HEADER, LOGOUT_SEAL, LOGOUT_TOKEN, RESPONSE,
    ResponseSeam, SEAL, SealSeam, TOKEN_RESPONSE, USERINFO, WIRE, WireAt, WireSeam,
};

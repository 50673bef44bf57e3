//! A mock OpenID Provider that tells the truth, or lies on command.
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`MockIdp`], [`Tenant`] | starting a provider in a test, and what can be told to it |
//! | [`fault`] | lies as values, applied at named seams |
//! | [`trace`] | what happened on the wire |
//! | [`lint`] | what the application should send differently |
//! | [`login`] | who logs in |
//! | [`logout`] | telling applications that a session is over |
//! | [`client`] | which applications are known |
//! | [`Offer`] | what is offered at all |
//! | [`checks`] | what an authorization request must be like |
//! | [`protocol`] | requests and responses without a network |
//! | [`token`] | ID Tokens and keys |
//! | `tls` | the local certificate authority, with the feature of that name |
//! | [`settings`], [`config`] | the settings file and the command line |
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use mock_idp::fault::named;
//! use mock_idp::{LoginPolicy, MockIdp};
//!
//! let provider = MockIdp::start().await?;
//! let tenant = provider.tenant();
//! tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
//! let lie = tenant.arm(named::expired_by(60))?;
//! // … log in at the application …
//! assert_eq!(lie.report()[0].changed, 1);
//! # Ok(())
//! # }
//! ```

pub mod ambient;
mod carried;
pub mod checks;
pub mod client;
mod client_auth;
#[cfg(feature = "cli")]
pub mod config;
mod control;
mod device;
#[cfg(doctest)]
mod docs;
mod endpoints;
pub mod fault;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod grant;
pub mod lint;
pub mod login;
pub mod logout;
#[cfg(feature = "cli")]
pub mod migrate;
mod offer;
mod outgoing;
mod pages;
mod preset;
#[cfg(any(feature = "cli", feature = "tls"))]
mod private_file;
pub mod protocol;
mod routes;
pub mod server;
mod session;
pub mod settings;
mod sources;
pub mod tenant;
#[cfg(feature = "tls")]
pub mod tls;
pub mod token;
pub mod trace;

pub use ambient::{Clock, Ids};
pub use checks::Rules;
pub use client::{AuthMethod, Client};
pub use device::DeviceError;
pub use fault::{Fault, FaultError, FaultReport, Seam};
pub use login::{LoginPolicy, User};
pub use logout::{Delivery, Logout, LogoutError};
pub use offer::Offer;
pub use protocol::{Params, ResponseMode};
pub use server::{Builder, MockIdp, StartError};
pub use settings::Settings;
pub use tenant::{FaultGuard, Grace, Keys, Manner, MintError, MintOrder, Tenant};
pub use trace::{Endpoint, Exchange, Leg, Recorder, Request, Response, Trace};

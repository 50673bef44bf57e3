//! The reference relying party: a single-page app served by its own back end, which signs people in by OpenID
//! Connect (in the implicit, code and hybrid flows, by form post unless told otherwise) and keeps them signed in by a sealed cookie.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `login`, `user` | the login around an app of one's own: [`Login`], [`RequireUser`], [`MaybeUser`] |
//! | `config` | settings from the environment, every complaint naming the variable |
//! | `policy` | every rule, limit and mark of the app in one value |
//! | `rule` | what a rule is: a row of an ordered table |
//! | `oidc` | the login: request, transaction, decision, token, keys, metadata, logout |
//! | `session` | the sealed cookie, its chunks and its life |
//! | `store` | where sessions live and what is remembered: in memory, or in a file |
//! | `routes` | which address leads where |
//! | `pages` | what people see |
//! | `server` | starting and stopping |

mod ambient;
mod app;
mod config;
mod cookies;
mod error;
mod ledger;
mod login;
mod oidc;
mod pages;
mod params;
mod policy;
mod program;
mod routes;
mod rule;
mod server;
mod session;
mod store;
mod user;
mod vault;
#[cfg(feature = "weakness")]
mod weakness;

pub use ambient::{Ambient, Clock, Fill, Random};
pub use config::{
    ApiUnauthenticated, ClientAuth, ClientKey, CookiePrefix, IdTokenAlg, IssuerSettings, LogoutForm, Origin,
    ResponseMode, ResponseType, Secret, SessionSettings, Settings, SettingsError, TlsFiles, Wishes,
};
pub use login::Login;
pub use program::{ProgramError, run};
pub use server::{SampleApp, StartError};
pub use user::{MaybeUser, RequireUser, User};
#[cfg(feature = "weakness")]
pub use weakness::{Composite, Weakness};

//! The Rust examples of the documentation, compiled and run as tests. Each page of `docs/` is listed here.

#[doc = include_str!("../README.md")]
mod readme {}

#[doc = include_str!("../docs/clients.md")]
mod clients {}

#[doc = include_str!("../docs/containers.md")]
mod containers {}

#[doc = include_str!("../docs/control-api.md")]
mod control_api {}

#[doc = include_str!("../docs/endpoints.md")]
mod endpoints {}

#[doc = include_str!("../docs/faults.md")]
mod faults {}

#[doc = include_str!("../docs/interop.md")]
mod interop {}

#[doc = include_str!("../docs/logout.md")]
mod logout {}

#[doc = include_str!("../docs/migrating.md")]
mod migrating {}

#[doc = include_str!("../docs/presets.md")]
mod presets {}

#[doc = include_str!("../docs/requests.md")]
mod requests {}

#[doc = include_str!("../docs/running.md")]
mod running {}

#[doc = include_str!("../docs/settings.md")]
mod settings {}

#[doc = include_str!("../docs/signing-in.md")]
mod signing_in {}

#[doc = include_str!("../docs/speed.md")]
mod speed {}

#[doc = include_str!("../docs/tls.md")]
mod tls {}

#[doc = include_str!("../docs/tokens.md")]
mod tokens {}

#[doc = include_str!("../docs/trace.md")]
mod trace {}

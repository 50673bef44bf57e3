//! The Rust examples of the documentation, compiled and run as tests. Each page of `docs/` is listed here.

#[doc = include_str!("../docs/running.md")]
mod running {}

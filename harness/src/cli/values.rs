//! Values of flags. What cannot be read is refused with what to write; clap adds flag and value.

use std::net::SocketAddr;

pub(super) fn from_zero(text: &str) -> Result<u64, String> {
    at_least(0, text)
}

pub(super) fn from_one(text: &str) -> Result<u64, String> {
    at_least(1, text)
}

/// How many of something there are at once.
pub(super) fn amount(text: &str) -> Result<usize, String> {
    from_one(text).and_then(|number| usize::try_from(number).map_err(|error| error.to_string()))
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "write an IP address and a port, like 127.0.0.1:9000; port 0 takes a free one".to_owned()
    })
}

fn at_least(least: u64, text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("write a whole number from {least} to {}", u64::MAX))
}

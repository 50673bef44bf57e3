//! Values of flags and variables. What cannot be read is refused with what to write; clap adds flag and value.

use std::net::IpAddr;

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "write a port from 0 to 65535; 0 takes a free one".to_owned())
}

pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| {
        "write an IP address, like 127.0.0.1, 0.0.0.0 or ::1; names are not looked up".to_owned()
    })
}

/// As large as a settings file can hold.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| format!("write a whole number from 0 to {}", i64::MAX))
}

pub(super) fn unix_seconds(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "write a whole number of seconds since 1970, like 1767225600".to_owned())
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "t" | "y" => Ok(true),
        "false" | "no" | "off" | "0" | "f" | "n" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

//! Ports for what others start: one that is chosen here is free now, and still when the application is started again.

use crate::target::TargetError;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// Systems hand out ports from 32768 on, some from 49152, to whoever asks for any. A port below is given to nobody while
/// the application is down between two starts.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_767;

/// So many are tried.
const TRIES: usize = 100;

/// How long a program that was ended may still be seen listening.
const GONE_BY: Duration = Duration::from_secs(2);

/// A port that nobody uses.
pub(super) fn free() -> Result<u16, TargetError> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        match tried() {
            Ok(port) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(TargetError::Provider(format!("no port is free on 127.0.0.1: {last}")))
}

/// The system's choice is the dice.
fn tried() -> io::Result<u16> {
    let thrown = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let port = FIRST + thrown % (LAST - FIRST + 1);
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(|_| port)
}

/// Waits until nobody listens where the application is to be: whoever does would answer in its place.
pub(super) async fn vacant(name: &str, base_url: &Url) -> Result<(), TargetError> {
    let Some(host) = base_url.host_str() else { return Ok(()) };
    let port = base_url.port_or_known_default().unwrap_or_default();
    let vacated = async {
        let mut pulse = tokio::time::interval(Duration::from_millis(25));
        loop {
            pulse.tick().await;
            if TcpStream::connect((host, port)).await.is_err() {
                return;
            }
        }
    };
    let vacated = tokio::time::timeout(GONE_BY, vacated).await;
    vacated.map_err(|_| TargetError::Occupied { name: name.to_owned(), host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_chosen_is_free_and_none_that_systems_hand_out() {
        let port = free().unwrap();
        assert!((FIRST..=LAST).contains(&port), "{port}");
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok(), "{port}");
    }
}

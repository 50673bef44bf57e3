//! Time and randomness, handed in from outside so that expiry and replay can be tested without waiting.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Tells the time in Unix seconds. Clones share the source.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The wall clock of the machine.
    pub fn system() -> Self {
        Self(Arc::new(|| {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place where the sample reads the wall clock"
            )]
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        }))
    }

    /// A clock that asks `now` for the Unix time in seconds.
    pub fn from_fn(now: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self(now)
    }

    /// The present time in Unix seconds.
    pub fn unix(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.unix())
    }
}

/// What fills a buffer with random bytes.
pub type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Fills buffers with random bytes. Clones share the source.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

impl Random {
    /// The cryptographic generator of aws-lc.
    pub fn system() -> Self {
        Self(Arc::new(|bytes| {
            aws_lc_rs::rand::fill(bytes).expect("the system's random source works");
        }))
    }

    /// A source that fills buffers by `fill`. For tests: whoever predicts it forges logins.
    pub fn from_fn(fill: Arc<Fill>) -> Self {
        Self(fill)
    }

    /// `N` fresh bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// A fresh value for `state` or `nonce`: 256 bits, 43 characters that need no escaping anywhere.
    pub(crate) fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A fresh name for a transaction: 96 bits, 16 characters that are legal in a cookie name.
    pub(crate) fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<12>())
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

/// What the app takes from its surroundings.
#[derive(Clone, Debug)]
pub struct Ambient {
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub random: Random,
    /// Where hosts are that are not asked for; the port is for addresses without one.
    pub hosts: Vec<(String, SocketAddr)>,
}

impl Ambient {
    /// The machine's clock, random source and names.
    pub fn system() -> Self {
        Self { clock: Clock::system(), random: Random::system(), hosts: Vec::new() }
    }
}

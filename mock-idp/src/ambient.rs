//! Time and ids as parameters: nothing else in this crate reads the wall clock or the random source.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What time it is, for everything a provider issues or checks. Clones share one time.
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Clone, Copy)]
enum Time {
    /// The wall clock plus an offset in milliseconds.
    Running {
        offset_millis: i64,
    },
    Frozen {
        millis: i64,
    },
}

impl Clock {
    /// The wall clock.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Time::Running { offset_millis: 0 })))
    }

    /// A clock that stands still at the given time, in seconds since 1970.
    pub fn frozen(unix_seconds: i64) -> Self {
        Self(Arc::new(Mutex::new(Time::Frozen { millis: unix_seconds.saturating_mul(1000) })))
    }

    /// Seconds since 1970.
    pub fn unix(&self) -> i64 {
        self.unix_millis().div_euclid(1000)
    }

    /// Milliseconds since 1970.
    pub fn unix_millis(&self) -> i64 {
        match *self.time() {
            Time::Running { offset_millis } => wall_millis().saturating_add(offset_millis),
            Time::Frozen { millis } => millis,
        }
    }

    /// Stops the clock at the given time, in seconds since 1970.
    pub fn freeze(&self, unix: i64) {
        *self.time() = Time::Frozen { millis: unix.saturating_mul(1000) };
    }

    /// Sets the clock to the given time, in seconds since 1970, and lets it run from there.
    pub fn set(&self, unix: i64) {
        let offset_millis = unix.saturating_mul(1000).saturating_sub(wall_millis());
        *self.time() = Time::Running { offset_millis };
    }

    /// Moves the clock by so many seconds; it goes on running or standing still as it did.
    pub fn advance(&self, seconds: i64) {
        let step = seconds.saturating_mul(1000);
        let mut time = self.time();
        *time = match *time {
            Time::Running { offset_millis } => {
                Time::Running { offset_millis: offset_millis.saturating_add(step) }
            }
            Time::Frozen { millis } => Time::Frozen { millis: millis.saturating_add(step) },
        };
    }

    /// Goes back to the wall clock.
    pub fn resume(&self) {
        *self.time() = Time::Running { offset_millis: 0 };
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(*self.time(), Time::Frozen { .. })
    }

    fn time(&self) -> std::sync::MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.unix())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
fn wall_millis() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}

/// Where ids (`sid`, …) come from: the random source, or a seed that makes a run reproducible.
/// Clones continue one sequence.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    Random,
    Seeded { seed: u64, drawn: Arc<AtomicU64> },
}

impl Ids {
    /// Unguessable ids.
    pub fn random() -> Self {
        Self(Source::Random)
    }

    /// The same ids in the same order for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded { seed, drawn: Arc::new(AtomicU64::new(0)) })
    }

    /// Begins the sequence of a seed again.
    pub(crate) fn start_over(&self) {
        if let Source::Seeded { drawn, .. } = &self.0 {
            drawn.store(0, Ordering::Relaxed);
        }
    }

    /// The next id: 128 bits in base64url, 22 characters.
    pub fn fresh(&self) -> String {
        let mut bytes = [0_u8; 16];
        match &self.0 {
            Source::Random => {
                rand::fill(&mut bytes).expect("the operating system has a random source");
            }
            Source::Seeded { seed, drawn } => {
                let number = drawn.fetch_add(1, Ordering::Relaxed);
                let mut input = seed.to_be_bytes().to_vec();
                input.extend(number.to_be_bytes());
                bytes.copy_from_slice(&digest::digest(&digest::SHA256, &input).as_ref()[..16]);
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_clock_see_the_same_time() {
        let clock = Clock::frozen(1_000);
        let other = clock.clone();

        clock.advance(60);

        assert_eq!(other.unix(), 1_060);
    }

    #[test]
    fn a_running_clock_keeps_its_offset_until_it_is_resumed() {
        let clock = Clock::system();

        clock.advance(-86_400);

        assert!(clock.unix() < Clock::system().unix() - 86_000);
        clock.resume();
        assert!(clock.unix() > Clock::system().unix() - 1_000);
    }

    #[test]
    fn a_clock_that_is_set_runs_on_from_there() {
        let clock = Clock::frozen(5);

        clock.set(1_000_000);

        assert!(!clock.is_frozen());
        assert!((1_000_000..1_000_060).contains(&clock.unix()));
    }

    #[test]
    fn equal_seeds_give_equal_ids_and_no_id_comes_twice() {
        let (one, two) = (Ids::seeded(7), Ids::seeded(7));

        let first: Vec<String> = (0..3).map(|_| one.fresh()).collect();
        let second: Vec<String> = (0..3).map(|_| two.fresh()).collect();

        assert_eq!(first, second);
        assert_ne!(first[0], first[1]);
        assert_ne!(Ids::random().fresh(), Ids::random().fresh());
    }
}

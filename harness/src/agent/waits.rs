//! Whom a trial waits for, and how long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Whom a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The application, or whoever else is not the provider.
    App,
    /// The provider.
    Provider,
}

/// How long a trial has waited. Every moment counts once, however many requests are under way: for the application
/// while one of them goes there, with what it asks the provider meanwhile; otherwise for the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// For the application.
    pub app: Duration,
    /// For the provider alone.
    pub provider: Duration,
}

/// The requests of one trial that are under way.
#[derive(Default)]
pub struct Waits(Mutex<Tally>);

#[derive(Default)]
struct Tally {
    at_app: usize,
    at_provider: usize,
    since: Option<Instant>,
    waited: Waited,
}

impl Tally {
    fn pass(&mut self, now: Instant) {
        let spent =
            self.since.replace(now).map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        if self.at_app > 0 {
            self.waited.app += spent;
        } else if self.at_provider > 0 {
            self.waited.provider += spent;
        }
    }

    fn under_way(&mut self, whom: Whom) -> &mut usize {
        match whom {
            Whom::App => &mut self.at_app,
            Whom::Provider => &mut self.at_provider,
        }
    }

    fn begin(&mut self, whom: Whom, now: Instant) {
        self.pass(now);
        *self.under_way(whom) += 1;
    }

    fn end(&mut self, whom: Whom, now: Instant) {
        self.pass(now);
        *self.under_way(whom) -= 1;
    }
}

impl Waits {
    /// A request is under way until the value is dropped.
    pub fn begin(self: &Arc<Self>, whom: Whom) -> Waiting {
        self.tally().begin(whom, Instant::now());
        Waiting { waits: Arc::clone(self), whom }
    }

    /// How long it has been so far.
    pub fn waited(&self) -> Waited {
        let mut tally = self.tally();
        tally.pass(Instant::now());
        tally.waited
    }

    // Counting cannot fail half-way: go on with what is there.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is under way.
pub struct Waiting {
    waits: Arc<Waits>,
    whom: Whom,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waits.tally().end(self.whom, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was waited for when these begin (`true`) and end at these seconds.
    fn waited(requests: &[(u64, Whom, bool)], until: u64) -> [u64; 2] {
        let (start, mut tally) = (Instant::now(), Tally::default());
        for (at, whom, begins) in requests {
            let now = start + Duration::from_secs(*at);
            if *begins { tally.begin(*whom, now) } else { tally.end(*whom, now) }
        }
        tally.pass(start + Duration::from_secs(until));
        [tally.waited.app.as_secs(), tally.waited.provider.as_secs()]
    }

    #[test]
    fn requests_one_after_the_other_are_waited_for_each_and_nothing_between_them() {
        let requests = [
            (1, Whom::App, true),
            (3, Whom::App, false),
            (10, Whom::Provider, true),
            (15, Whom::Provider, false),
        ];

        assert_eq!(waited(&requests, 100), [2, 5]);
    }

    #[test]
    fn every_moment_of_requests_side_by_side_counts_once_and_for_the_app_first() {
        let requests = [
            (0, Whom::Provider, true),
            (1, Whom::App, true),
            (2, Whom::App, true),
            (4, Whom::App, false),
            (6, Whom::App, false),
            (9, Whom::Provider, false),
        ];

        assert_eq!(waited(&requests, 9), [5, 4]);
    }

    #[test]
    fn what_is_under_way_counts_so_far() {
        assert_eq!(waited(&[(0, Whom::App, true)], 7), [7, 0]);
    }
}

//! A document kept by the provider: fetched when first needed, kept for a while, fetched by one at a time.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::ProviderError;

/// How long a fetched document is fresh, and how long it serves when no newer one can be fetched, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ages {
    pub(crate) fresh: i64,
    pub(crate) stale: i64,
}

/// Ten minutes, and a day: whoever cuts the app off from the provider cannot keep a withdrawn key alive for longer.
pub(crate) const AGES: Ages = Ages { fresh: 600, stale: 86_400 };

/// How long to leave an unreachable provider in peace while an old copy serves.
const PATIENCE: i64 = 10;

/// How often a fresh document may be fetched again on demand: a bucket of `burst`, refilled by one `every` so
/// many seconds. A rotation of keys is noticed at once; a flood of made-up key ids costs `burst` requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(crate) burst: u32,
    pub(crate) every: i64,
}

/// Two at once, then one in ten seconds.
pub(crate) const ALLOWANCE: Allowance = Allowance { burst: 2, every: 10 };

/// The outcome of asking for a document.
pub(crate) type Fetched<T> = Result<Arc<T>, ProviderError>;

pub(crate) struct Remote<T> {
    state: Mutex<State<T>>,
    /// Held while fetching: whoever waits for it uses what the holder brought home.
    flight: tokio::sync::Mutex<()>,
    landed: AtomicU64,
}

struct State<T> {
    value: Option<Arc<T>>,
    fresh_until: i64,
    /// From then on not even an unreachable provider is a reason to use it.
    stale_until: i64,
    last_error: Option<ProviderError>,
    /// Refetches left, and since when they are counted.
    left: Option<(u32, i64)>,
}

impl<T> Remote<T> {
    pub(crate) fn new() -> Self {
        let never = i64::MIN;
        let state =
            State { value: None, fresh_until: never, stale_until: never, last_error: None, left: None };
        Self { state: Mutex::new(state), flight: tokio::sync::Mutex::default(), landed: AtomicU64::new(0) }
    }

    /// The document, from the cache while it is fresh. Failures are not kept; an old copy serves while the
    /// provider cannot be reached, until it is too old.
    pub(crate) async fn get<F>(&self, now: i64, ages: Ages, fetch: impl FnOnce() -> F) -> Fetched<T>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        if let Some(fresh) = self.fresh(now) {
            return Ok(fresh);
        }
        let seen = self.landed.load(Ordering::SeqCst);
        let _flight = self.flight.lock().await;
        if self.landed.load(Ordering::SeqCst) != seen {
            return self.brought_home(now);
        }
        self.land(fetch().await, now, ages);
        self.brought_home(now)
    }

    /// Fetches the document again although it is fresh, if the allowance permits; otherwise the copy at hand.
    /// A failure leaves that copy in place.
    pub(crate) async fn again<F>(
        &self,
        now: i64,
        (ages, allowance): (Ages, Allowance),
        fetch: impl FnOnce() -> F,
    ) -> Fetched<T>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let seen = self.landed.load(Ordering::SeqCst);
        let _flight = self.flight.lock().await;
        if self.landed.load(Ordering::SeqCst) == seen && self.state().may_refetch(now, allowance) {
            self.land(fetch().await, now, ages);
        }
        let state = self.state();
        match &state.last_error {
            Some(error) => Err(error.clone()),
            None => state.value.clone().ok_or(NEVER_FETCHED),
        }
    }

    /// Did the last fetch succeed?
    pub(crate) fn is_sound(&self) -> bool {
        self.state().last_error.is_none()
    }

    fn fresh(&self, now: i64) -> Option<Arc<T>> {
        let state = self.state();
        state.value.clone().filter(|_| now < state.fresh_until.min(state.stale_until))
    }

    fn brought_home(&self, now: i64) -> Fetched<T> {
        let state = self.state();
        match (&state.value, &state.last_error) {
            (Some(value), None) => Ok(value.clone()),
            (Some(value), Some(ProviderError::Unreachable { .. })) if now < state.stale_until => {
                Ok(value.clone())
            }
            (_, Some(error)) => Err(error.clone()),
            (None, None) => Err(NEVER_FETCHED),
        }
    }

    fn land(&self, outcome: Result<T, ProviderError>, now: i64, ages: Ages) {
        let mut state = self.state();
        match outcome {
            Ok(value) => {
                state.value = Some(Arc::new(value));
                state.fresh_until = now.saturating_add(ages.fresh);
                state.stale_until = now.saturating_add(ages.stale);
                state.last_error = None;
            }
            Err(error) => {
                tracing::warn!(reason = error.reason(), %error, "provider");
                if matches!(error, ProviderError::Unreachable { .. }) {
                    state.fresh_until = state.fresh_until.max(now.saturating_add(PATIENCE));
                }
                state.last_error = Some(error);
            }
        }
        drop(state);
        self.landed.fetch_add(1, Ordering::SeqCst);
    }

    /// A panic elsewhere leaves the state whole: it is never locked across more than assignments.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cannot be seen: a landing always leaves a value or an error.
const NEVER_FETCHED: ProviderError =
    ProviderError::Unusable { document: "document", why: "it was never fetched" };

impl<T> State<T> {
    fn may_refetch(&mut self, now: i64, allowance: Allowance) -> bool {
        let Allowance { burst, every } = allowance;
        let (left, since) = self.left.unwrap_or((burst, now));
        let gained = if every > 0 { (now - since).max(0) / every } else { 0 };
        let left = u32::try_from(gained).unwrap_or(u32::MAX).saturating_add(left).min(burst);
        let since = if left == burst { now } else { since + gained * every };
        self.left = Some((left.saturating_sub(1), since));
        left > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Origin, Settings};
    use crate::policy::Policy;

    const DOWN: Result<u8, ProviderError> =
        Err(ProviderError::Unreachable { document: "key set", why: String::new() });

    async fn ask(remote: &Remote<u8>, now: i64, ages: Ages, answer: Result<u8, ProviderError>) -> Option<u8> {
        remote.get(now, ages, || async { answer }).await.ok().map(|value| *value)
    }

    #[tokio::test]
    async fn a_document_serves_for_a_day_while_the_provider_is_down_and_not_a_second_longer() {
        let settings = Settings::unauthenticated(Origin::parse("http://localhost:3000").unwrap());
        let ages = Policy::honest(&settings).keys.ages;
        let remote = Remote::new();
        assert_eq!(ask(&remote, 0, ages, Ok(1)).await, Some(1));

        assert_eq!(ask(&remote, 599, ages, Ok(2)).await, Some(1), "it is fresh");
        assert_eq!(ask(&remote, 600, ages, DOWN).await, Some(1));
        assert_eq!(ask(&remote, 86_399, ages, DOWN).await, Some(1));
        assert_eq!(ask(&remote, 86_400, ages, Ok(3)).await, Some(3), "patience does not prolong it");
    }

    #[tokio::test]
    async fn a_document_of_yesterday_is_an_outage_until_the_provider_is_back() {
        let ages = Ages { fresh: 10, stale: 20 };
        let remote = Remote::new();
        assert_eq!(ask(&remote, 0, ages, Ok(1)).await, Some(1));

        assert_eq!(ask(&remote, 20, ages, DOWN).await, None);
        assert_eq!(ask(&remote, 21, ages, DOWN).await, None);

        assert_eq!(ask(&remote, 22, ages, Ok(2)).await, Some(2));
        assert_eq!(ask(&remote, 23, ages, DOWN).await, Some(2));
    }
}

//! Values that are good for a while, found by a key that nobody can guess.

use std::collections::{HashMap, VecDeque};

/// More than this is never kept of one kind; the oldest makes room.
const CAPACITY: usize = 1024;

/// Values by key, each until its time. Time is whatever the caller's clock says.
#[derive(Debug)]
pub(crate) struct Store<T> {
    kept: HashMap<String, Kept<T>>,
    /// Every key that was put, oldest first; some may be gone already.
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Kept<T> {
    until: i64,
    value: T,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Store<T> {
    /// Keeps a value until the given time, in seconds since 1970. What is over by now is forgotten.
    pub(crate) fn put(&mut self, key: String, now: i64, until: i64, value: T) {
        if self.kept.insert(key.clone(), Kept { until, value }).is_some() {
            // Otherwise the older of the two would take the newer along.
            self.order.retain(|known| *known != key);
        }
        self.order.push_back(key);
        while let Some(oldest) = self.order.front() {
            let is_over = self.kept.get(oldest).is_none_or(|kept| kept.until <= now);
            if !is_over && self.order.len() <= CAPACITY {
                break;
            }
            if let Some(oldest) = self.order.pop_front() {
                self.kept.remove(&oldest);
            }
        }
    }

    /// The value, if it is still good.
    pub(crate) fn get(&self, key: &str, now: i64) -> Option<&T> {
        self.kept.get(key).filter(|kept| kept.until > now).map(|kept| &kept.value)
    }

    /// The value to change, if it is still good.
    pub(crate) fn get_mut(&mut self, key: &str, now: i64) -> Option<&mut T> {
        self.kept.get_mut(key).filter(|kept| kept.until > now).map(|kept| &mut kept.value)
    }

    /// The value, if it is still good; it is gone afterwards in any case.
    pub(crate) fn take(&mut self, key: &str, now: i64) -> Option<T> {
        let kept = self.kept.remove(key)?;
        (kept.until > now).then_some(kept.value)
    }

    /// The values that are still good.
    pub(crate) fn iter(&self, now: i64) -> impl Iterator<Item = &T> {
        self.kept.values().filter(move |kept| kept.until > now).map(|kept| &kept.value)
    }

    /// Keeps only the values that fit.
    pub(crate) fn retain(&mut self, mut fits: impl FnMut(&T) -> bool) {
        self.kept.retain(|_, kept| fits(&kept.value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_good_until_its_time_and_no_longer() {
        let mut store = Store::default();
        store.put("key".into(), 0, 100, "value");

        assert_eq!(store.get("key", 99), Some(&"value"));
        assert_eq!(store.get("key", 100), None);
        assert_eq!(store.take("key", 100), None);
        assert_eq!(store.get("key", 99), None);
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut store = Store::default();
        store.put("old".into(), 0, 100, 1);
        store.put("new".into(), 100, 200, 2);

        assert_eq!((store.kept.len(), store.order.len()), (1, 1));
    }

    #[test]
    fn a_key_that_is_put_again_and_again_stays_and_pushes_nobody_out() {
        let mut store = Store::default();
        store.put("other".into(), 0, 100, 0);
        for number in 1..=2 * CAPACITY {
            store.put("key".into(), 0, 100, number);
        }

        assert_eq!((store.get("other", 0), store.get("key", 0)), (Some(&0), Some(&(2 * CAPACITY))));
        assert_eq!(store.order.len(), 2);
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut store = Store::default();
        for number in 0..=CAPACITY {
            store.put(number.to_string(), 0, 100, number);
        }

        assert_eq!(store.get("0", 0), None);
        assert_eq!(store.get("1", 0), Some(&1));
        assert_eq!(store.kept.len(), CAPACITY);
    }
}

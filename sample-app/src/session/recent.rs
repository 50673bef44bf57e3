//! What was found lately under a text, so that it need not be worked out at every request.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// So many are remembered, of browsers that are at work just now.
const MOST: usize = 256;
/// Longer texts are worked out each time: they are rare, and what they hold is large.
const LONGEST: usize = 4096;

/// A memory of few things, of which the oldest gives way.
pub(crate) struct Recent<T>(Mutex<Entries<T>>);

struct Entries<T> {
    found: HashMap<Arc<str>, T>,
    order: VecDeque<Arc<str>>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::new(Entries { found: HashMap::new(), order: VecDeque::new() }))
    }
}

impl<T: Clone> Recent<T> {
    /// What is known of the whole `text`, or what `find` says. What it does not find is not remembered.
    pub(crate) fn get_or(&self, text: &str, find: impl FnOnce() -> Option<T>) -> Option<T> {
        if let Some(found) = self.get(text) {
            return Some(found);
        }
        let found = find()?;
        if text.len() <= LONGEST {
            self.keep(text, found.clone());
        }
        Some(found)
    }

    /// What is known of the whole `text`.
    pub(crate) fn get(&self, text: &str) -> Option<T> {
        self.entries(|entries| entries.found.get(text).cloned())
    }

    /// Remembers what was found under `text`.
    pub(crate) fn keep(&self, text: &str, found: T) {
        self.entries(|entries| entries.keep(text.into(), found));
    }

    /// A panic elsewhere leaves at worst a text in the order that is not there.
    fn entries<R>(&self, work: impl FnOnce(&mut Entries<T>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Entries<T> {
    fn keep(&mut self, text: Arc<str>, found: T) {
        if self.found.insert(text.clone(), found).is_none() {
            self.order.push_back(text);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.found.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_not_looked_for_again_and_what_was_not_is() {
        let recent = Recent::default();

        assert_eq!(recent.get_or("a", || None::<u8>), None);
        assert_eq!(recent.get_or("a", || Some(1)), Some(1));
        assert_eq!(recent.get_or("a", || panic!("it is known")), Some(1));
        assert_eq!(recent.get_or("b", || Some(2)), Some(2));
    }

    #[test]
    fn of_too_many_the_oldest_gives_way_and_a_long_one_is_never_kept() {
        let recent = Recent::default();
        for number in 0..=MOST {
            recent.get_or(&number.to_string(), || Some(number));
        }
        let long = "x".repeat(LONGEST + 1);

        assert_eq!(recent.get_or("0", || None), None, "it gave way");
        assert_eq!(recent.get_or("1", || None), Some(1));
        assert_eq!(recent.get_or(&long, || Some(7)), Some(7));
        assert_eq!(recent.get_or(&long, || None), None);
        assert_eq!(recent.entries(|entries| (entries.found.len(), entries.order.len())), (MOST, MOST));
    }
}

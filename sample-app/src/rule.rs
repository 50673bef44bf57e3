//! Rules as rows: every check of the app stands in an ordered table, under its own name.
//!
//! The name is the reason code that a refused user sees and the log records. A table that omits a row is how
//! the harness proves that the row matters.

use axum::http::StatusCode;

use crate::error::Refusal;

/// One thing that must hold of `S`, given what `E` says we expect.
pub(crate) struct Rule<S: ?Sized, E: ?Sized> {
    /// The reason code of a refusal.
    pub(crate) name: &'static str,
    /// Where it is written.
    pub(crate) clause: &'static str,
    /// What a refusal is answered with.
    pub(crate) status: StatusCode,
    /// The check itself.
    pub(crate) holds: fn(&S, &E) -> bool,
}

impl<S: ?Sized, E: ?Sized> Rule<S, E> {
    pub(crate) const fn new(name: &'static str, clause: &'static str, holds: fn(&S, &E) -> bool) -> Self {
        Self { name, clause, status: StatusCode::BAD_REQUEST, holds }
    }

    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

/// The table without the rows of these names.
pub(crate) fn without<S: ?Sized, E: ?Sized>(mut rules: Vec<Rule<S, E>>, names: &[&str]) -> Vec<Rule<S, E>> {
    rules.retain(|rule| !names.contains(&rule.name));
    rules
}

/// Refuses by the first row that does not hold.
pub(crate) fn check<S: ?Sized, E: ?Sized>(
    rules: &[Rule<S, E>],
    subject: &S,
    expected: &E,
) -> Result<(), Refusal> {
    match rules.iter().find(|rule| !(rule.holds)(subject, expected)) {
        None => Ok(()),
        Some(rule) => Err(Refusal { reason: rule.name, clause: rule.clause, status: rule.status }),
    }
}

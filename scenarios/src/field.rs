//! Failures that people have met in the field, played again.

mod answers;
mod large;
pub mod rows;

use harness::Scenario;

pub(crate) const SCENARIOS: [&[Scenario]; 2] = [answers::SCENARIOS, large::SCENARIOS];

//! Failures that people have met in the field, played again.

mod answers;
mod large;
mod logins;
mod renewals;
pub mod rows;
mod sessions;
mod silent;

use harness::Scenario;

pub(crate) const SCENARIOS: [&[Scenario]; 6] = [
    answers::SCENARIOS,
    large::SCENARIOS,
    logins::SCENARIOS,
    silent::SCENARIOS,
    sessions::SCENARIOS,
    renewals::SCENARIOS,
];

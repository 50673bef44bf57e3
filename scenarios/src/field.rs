//! Failures that people have met in the field, played again.

mod answers;
mod large;
mod logins;
mod renewals;
pub mod rows;
mod scripts;
mod sessions;
mod silent;

use harness::Scenario;

pub(crate) const SCENARIOS: [&[Scenario]; 7] = [
    answers::SCENARIOS,
    scripts::SCENARIOS,
    large::SCENARIOS,
    logins::SCENARIOS,
    silent::SCENARIOS,
    sessions::SCENARIOS,
    renewals::SCENARIOS,
];

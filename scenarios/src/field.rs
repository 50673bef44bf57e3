//! Failures that people have met in the field, played again.

mod answers;
mod large;
mod logins;
mod parts;
mod renewals;
pub mod rows;
mod scripts;
mod sessions;
mod silent;

use harness::Scenario;

pub(crate) const SCENARIOS: [&[Scenario]; 8] = [
    answers::SCENARIOS,
    scripts::SCENARIOS,
    large::SCENARIOS,
    logins::SCENARIOS,
    silent::SCENARIOS,
    sessions::SCENARIOS,
    renewals::SCENARIOS,
    parts::SCENARIOS,
];

//! Everything that runs a scenario against an application and judges what happened; nothing about any one
//! application or any one scenario.
//!
//! Data flows one way: a [`Scenario`] is run as a [`Trial`] on a [`Stage`] that a [`Target`] sets up; agents
//! play its users and record what they see; the judgement reads where a user landed, an authenticated probe
//! and the faults that fired; the [`runner`] turns all of it into events, and every [`report`] consumes those.

pub mod agent;
pub mod cli;
pub mod coverage;
mod cut;
pub mod deviations;
pub mod event;
pub mod field;
pub mod fuzz;
pub mod landing;
pub mod libtest;
pub mod redact;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod stage;
pub mod target;
pub mod trial;
pub mod verdict;

pub use landing::Landing;
pub use scenario::{Expect, Facts, Input, Level, Need, Scenario};
pub use stage::{App, Stage};
pub use target::{Target, TargetError, profile::TargetProfile};
pub use trial::{Outcome, Trial, TrialAgent};
pub use verdict::{Finding, Reason, Stop, Symptom, Verdict};

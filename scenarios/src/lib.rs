//! The catalogue: one file per topic, and the bundled sample app as a target.
//!
//! Adding a scenario takes one file: write a `const` in its topic and list it in that topic's `SCENARIOS`.
//! A scenario that is not listed stops the build.

mod again;
mod answer;
mod answers_behind;
mod asked_for;
mod asking;
mod audience;
mod authentication;
mod back_channel;
mod backend;
mod bff;
mod binding;
mod callback;
mod callback_methods;
mod callback_places;
mod changes;
mod code_claims;
mod cookie_browsers;
mod cookie_ends;
mod cookie_tossing;
mod cookies;
mod crowd;
mod declared;
mod decoy;
mod discovery;
mod duplicates;
mod ecdsa;
mod encoding;
mod error_markup;
mod errors;
pub mod field;
mod flood;
mod flows;
mod front_channel;
mod hashes;
mod https;
mod initiated;
mod issuer;
mod jar;
mod jose;
mod junk_keys;
mod key_sets;
mod keys;
mod log_out;
mod logout;
mod logout_hint;
mod mac;
mod metadata;
mod mix_up;
mod nonce;
mod offered_keys;
mod other_issuer;
mod other_tokens;
mod params;
mod passing_time;
mod payload;
mod places;
mod raw;
mod redirect_uri;
mod refresh;
mod request;
mod return_to;
mod return_to_raw;
mod same_name;
mod secrets;
mod session;
mod signature;
mod silence;
mod state;
mod stored;
mod story;
mod subject;
mod tampering;
mod time;
mod weak_keys;

pub mod sample;

use harness::Scenario;

/// The files, in the order in which reports show their topics.
const FILES: &[&[Scenario]] = &[
    story::SCENARIOS,
    request::SCENARIOS,
    asking::SCENARIOS,
    redirect_uri::SCENARIOS,
    binding::SCENARIOS,
    again::SCENARIOS,
    state::SCENARIOS,
    nonce::SCENARIOS,
    callback::SCENARIOS,
    callback_methods::SCENARIOS,
    callback_places::SCENARIOS,
    encoding::SCENARIOS,
    answer::SCENARIOS,
    answers_behind::SCENARIOS,
    time::SCENARIOS,
    audience::SCENARIOS,
    issuer::SCENARIOS,
    subject::SCENARIOS,
    payload::SCENARIOS,
    authentication::SCENARIOS,
    asked_for::SCENARIOS,
    mix_up::SCENARIOS,
    other_issuer::SCENARIOS,
    same_name::SCENARIOS,
    signature::SCENARIOS,
    mac::SCENARIOS,
    ecdsa::SCENARIOS,
    offered_keys::SCENARIOS,
    jose::SCENARIOS,
    other_tokens::SCENARIOS,
    duplicates::SCENARIOS,
    flows::SCENARIOS,
    code_claims::SCENARIOS,
    hashes::SCENARIOS,
    refresh::SCENARIOS,
    keys::SCENARIOS,
    junk_keys::SCENARIOS,
    weak_keys::SCENARIOS,
    key_sets::SCENARIOS,
    discovery::SCENARIOS,
    metadata::SCENARIOS,
    errors::SCENARIOS,
    error_markup::SCENARIOS,
    silence::SCENARIOS,
    cookies::SCENARIOS,
    cookie_browsers::SCENARIOS,
    cookie_ends::SCENARIOS,
    cookie_tossing::SCENARIOS,
    tampering::SCENARIOS,
    session::SCENARIOS,
    passing_time::SCENARIOS,
    return_to::SCENARIOS,
    return_to_raw::SCENARIOS,
    places::SCENARIOS,
    logout::SCENARIOS,
    log_out::SCENARIOS,
    logout_hint::SCENARIOS,
    bff::SCENARIOS,
    backend::SCENARIOS,
    changes::SCENARIOS,
    initiated::SCENARIOS,
    front_channel::SCENARIOS,
    stored::SCENARIOS,
    secrets::SCENARIOS,
    crowd::SCENARIOS,
    https::SCENARIOS,
];

/// Every scenario, in the order in which reports show them.
pub fn catalogue() -> Vec<Scenario> {
    let files = FILES.iter().copied().chain(back_channel::SCENARIOS).chain(field::SCENARIOS);
    by_topic(files.flatten().copied().collect())
}

/// Several files may tell of one topic: its scenarios stand where the first of them does.
fn by_topic(mut scenarios: Vec<Scenario>) -> Vec<Scenario> {
    let mut topics = Vec::new();
    for scenario in &scenarios {
        if !topics.contains(&scenario.topic()) {
            topics.push(scenario.topic());
        }
    }
    scenarios.sort_by_key(|scenario| topics.iter().position(|topic| *topic == scenario.topic()));
    scenarios
}

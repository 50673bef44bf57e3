//! A linter for the application's sending side: the provider sees every authorization request, so it can judge
//! them over a run, where one request alone looks harmless.
//!
//! ```
//! use mock_idp::lint::lint;
//!
//! # fn example(tenant: &mock_idp::Tenant) {
//! // … log in a few times …
//! for remark in lint(&tenant.trace().snapshot()) {
//!     println!("{remark}");
//! }
//! # }
//! ```

mod asked;
mod over_a_run;
mod per_request;
mod strength;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::trace::Exchange;
use asked::{Asked, asked};

/// One thing that the application should send differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What kind of thing: `nonce-reused`, `pkce-missing`, …
    pub rule: String,
    /// The exchanges that show it, by number.
    pub exchanges: Vec<u64>,
    /// What is wrong and what to send instead, in a sentence.
    pub text: String,
    /// Where it is written.
    pub clause: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.exchanges.iter().map(|seq| format!("#{seq}")).collect();
        write!(f, "{}: {} ({}; exchange {})", self.rule, self.text, self.clause, numbers.join(", "))
    }
}

/// What the linter looks for, each with what it means.
pub const RULES: &[(&str, &str)] = &[
    ("state-missing", "there is no state, so that anybody can finish a login in a victim's browser"),
    ("state-short", "the state has fewer than 16 characters"),
    ("state-low-entropy", "the state can be guessed: few different characters, a counter, or the time"),
    ("state-reused", "two requests have the same state"),
    ("nonce-missing", "an ID Token is asked for without a nonce"),
    ("nonce-short", "the nonce has fewer than 16 characters"),
    ("nonce-low-entropy", "the nonce can be guessed"),
    ("nonce-reused", "two requests have the same nonce"),
    ("nonce-equals-state", "nonce and state are the same value, so that one gives the other away"),
    ("token-in-query", "a token is asked for in the query, where logs and referrers keep it"),
    ("pkce-missing", "a code is asked for without a code_challenge"),
    ("pkce-plain", "the code_challenge is the verifier itself"),
    ("pkce-reused", "two requests have the same code_challenge"),
    ("redirect-uri-unregistered", "only lenient rules accepted the redirect URI"),
    ("parameter-duplicated", "a parameter comes twice"),
    ("secret-in-url", "a client secret or a token stands in a URL"),
];

/// Judges the requests of a run.
pub fn lint(exchanges: &[Exchange]) -> Vec<Remark> {
    judge(exchanges, None)
}

/// Judges the requests of a run, and whether their redirect URIs are registered with these clients.
pub fn lint_with(exchanges: &[Exchange], clients: &[Client]) -> Vec<Remark> {
    judge(exchanges, Some(clients))
}

fn judge(exchanges: &[Exchange], clients: Option<&[Client]>) -> Vec<Remark> {
    let requests: Vec<Asked> = exchanges.iter().filter_map(|exchange| asked(exchange, exchanges)).collect();
    let mut remarks = Vec::new();
    for request in &requests {
        per_request::judge(request, clients, &mut remarks);
    }
    for exchange in exchanges {
        per_request::judge_url(exchange, &mut remarks);
    }
    over_a_run::judge(&requests, &mut remarks);
    together(remarks)
}

/// The same remark about several exchanges is one remark.
fn together(remarks: Vec<Remark>) -> Vec<Remark> {
    let mut merged: Vec<Remark> = Vec::new();
    for remark in remarks {
        match merged.iter_mut().find(|known| known.rule == remark.rule && known.text == remark.text) {
            Some(known) => known.exchanges.extend(remark.exchanges),
            None => merged.push(remark),
        }
    }
    for remark in &mut merged {
        remark.exchanges.sort_unstable();
        remark.exchanges.dedup();
    }
    merged
}

/// A remark about some exchanges.
fn remark(rule: &str, exchanges: &[u64], text: impl Into<String>, clause: &str) -> Remark {
    Remark {
        rule: rule.to_owned(),
        exchanges: exchanges.to_vec(),
        text: text.into(),
        clause: clause.to_owned(),
    }
}

#[cfg(test)]
mod tests;

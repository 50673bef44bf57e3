//! Which rows of the coverage list are covered, by which scenarios.

mod made;

pub use made::{Made, made};

use crate::scenario::Scenario;
use rpcheck_fixtures::coverage::{Row, rows};
use serde::Serialize;

/// How a row stands.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum Status {
    /// Scenarios make its mutation.
    Covered {
        /// Their ids.
        by: Vec<&'static str>,
    },
    /// It does not concern the kind of application that is tested.
    NotApplicable {
        /// Why.
        reason: &'static str,
    },
    /// Nothing covers it yet.
    Open,
}

/// A row and how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Covered {
    /// Where the row comes from.
    pub source: &'static str,
    /// Its name.
    pub id: &'static str,
    /// How strong the rule is.
    pub strength: &'static str,
    /// How it stands.
    #[serde(flatten)]
    pub status: Status,
}

/// How many rows stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All rows.
    pub rows: usize,
    /// Those that scenarios cover.
    pub covered: usize,
    /// Those that do not concern the kind of application that is tested.
    pub not_applicable: usize,
    /// Those that nothing covers yet.
    pub open: usize,
}

/// Rows that need something which no application of this kind has, each with the reason.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    (
        "oidcc-client-test-discovery-webfinger-acct",
        "the app is configured with its issuer and discovers none by WebFinger",
    ),
    (
        "oidcc-client-test-discovery-webfinger-url",
        "the app is configured with its issuer and discovers none by WebFinger",
    ),
    (
        "oidcc-client-test-dynamic-registration",
        "the app is registered beforehand and registers nowhere itself",
    ),
    ("oidcc-client-test-mtls-endpoint-aliases", "the app has no TLS client certificate"),
    (
        "oidcc-client-test-request-uri-signed-rs256",
        "the app publishes no request objects; it may push its requests",
    ),
    (
        "oidcc-client-test-request-uri-signed-none",
        "the app publishes no request objects; it may push its requests",
    ),
    ("oidcc-client-test-aggregated-claims", "the app reads the claims that the provider makes itself"),
    ("oidcc-client-test-distributed-claims", "the app reads the claims that the provider makes itself"),
    (
        "oidcc-client-test-userinfo-bearer-body",
        "one way of sending the token is enough, and the app sends it in a header",
    ),
    (
        "oidcc-client-test-userinfo-signed",
        "the app asks for userinfo in JSON and registers no signature for it",
    ),
    ("oidcc-client-test-session-management", "the app loads no frame of the provider's that it could ask"),
    ("JWE-02", "the app registers no key for encryption"),
    (
        "REDIR-11",
        "what a person may see once they are signed in is the app's own affair, of which the provider knows nothing",
    ),
    (
        "ROB-08",
        "it compares two implementations of JWS by published vectors, whose tokens are no ID Tokens: any app refuses them, whichever is right",
    ),
];

/// Every row of the list and how it stands.
pub fn table(scenarios: &[Scenario]) -> Vec<Covered> {
    rows().into_iter().map(|row| covered(row, scenarios)).collect()
}

fn covered(row: Row, scenarios: &[Scenario]) -> Covered {
    let claims = scenarios.iter().filter(|scenario| scenario.covers.contains(&row.id));
    let by: Vec<_> = claims.map(|scenario| scenario.id).collect();
    let excuse = NOT_APPLICABLE.iter().find(|(id, _)| *id == row.id);
    let status = match excuse {
        _ if !by.is_empty() => Status::Covered { by },
        Some((_, reason)) => Status::NotApplicable { reason },
        None => Status::Open,
    };
    Covered { source: row.source, id: row.id, strength: row.strength, status }
}

/// Counts them.
pub fn totals<'a>(table: impl IntoIterator<Item = &'a Covered>) -> Totals {
    table.into_iter().fold(Totals::default(), |mut totals, row| {
        totals.rows += 1;
        match row.status {
            Status::Covered { .. } => totals.covered += 1,
            Status::NotApplicable { .. } => totals.not_applicable += 1,
            Status::Open => totals.open += 1,
        }
        totals
    })
}

/// Rows that are said to need no scenario and have one, or are not on the list.
pub fn needless_excuses(scenarios: &[Scenario]) -> Vec<&'static str> {
    let table = table(scenarios);
    let is_needed = |id: &&str| {
        let mut excused = table.iter().filter(|row| matches!(row.status, Status::NotApplicable { .. }));
        excused.any(|row| row.id == *id)
    };
    NOT_APPLICABLE.iter().map(|(id, _)| *id).filter(|id| !is_needed(id)).collect()
}

/// Rows that scenarios claim to cover and that are not on the list.
pub fn unknown_rows(scenarios: &[Scenario]) -> Vec<&'static str> {
    let known = rows();
    let claimed = scenarios.iter().flat_map(|scenario| scenario.covers.iter().copied());
    claimed.filter(|claim| known.iter().all(|row| row.id != *claim)).collect()
}

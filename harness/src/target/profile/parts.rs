//! The tables of a profile.

use super::root;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How to see who is signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// A path that answers 200 with JSON for a signed-in user only.
    pub path: String,
    /// Where the `sub` stands in that JSON, as a JSON pointer.
    pub subject: String,
    /// Where the issuer stands in it, if the application says by whom somebody was signed in.
    #[serde(default)]
    pub issuer: Option<String>,
}

/// A call that changes something for the person who makes it, and how to see that.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Where it is posted, and where what it has changed can be read.
    pub path: String,
    /// What is posted.
    pub body: String,
    /// Of which type that is.
    #[serde(default = "json")]
    pub content_type: String,
    /// The header by which the application's own scripts show themselves; empty if there is none.
    #[serde(default)]
    pub header: String,
    /// What can be read once it has been done, and not before.
    pub trace: String,
}

fn json() -> String {
    "application/json".to_owned()
}

/// What a request without a session gets; 0 where the profile does not say.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unauthenticated {
    /// Status of a background call to the API: 302 or 401.
    #[serde(default)]
    pub api: u16,
    /// Status of a navigation to a guarded page; `rpcheck target check` compares it.
    #[serde(default)]
    pub page: u16,
}

/// Another way to set the application up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Environment variables that are added to the usual ones, or take their place.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Application and provider are on https in it. In process only: elsewhere it is `base_url` that says so.
    #[serde(default)]
    pub https: bool,
    /// The address that its provider has in it, without a port; it is reached without asking for the name. In process only.
    #[serde(default)]
    pub provider: Option<String>,
    /// How the application is registered in it, where that differs.
    #[serde(default)]
    pub client: Registration,
}

/// What a provider knows about an application beside its addresses, by the names of OIDC Registration 2.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Its secret.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What its ID Tokens are signed with; RS256 if it does not say.
    #[serde(default)]
    pub id_token_signed_response_alg: Option<String>,
}

/// How rpcheck installs and starts an application. `{port}`, `{base_url}`, `{issuer}` and `{client_id}` are
/// filled in, and for https `{provider_ca}`, `{tls_cert}` and `{tls_key}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Programs that must be on this machine.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Installs the application; run in the profile's folder when `setup_marker` is not there.
    #[serde(default)]
    pub setup: Vec<String>,
    /// What is there once the application is installed; needed where there is a `setup`.
    #[serde(default)]
    pub setup_marker: String,
    /// Seconds that `setup` may take.
    #[serde(default = "three_hundred")]
    pub setup_deadline: u64,
    /// Starts the application.
    pub command: Vec<String>,
    /// A path that answers below 500 once the application is up. Redirects are not followed.
    #[serde(default = "root")]
    pub ready: String,
    /// Seconds that starting may take.
    #[serde(default = "twenty")]
    pub ready_deadline: u64,
    /// Environment variables for `command`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

fn twenty() -> u64 {
    20
}

fn three_hundred() -> u64 {
    300
}

//! What a provider is set up with: the documented defaults, changed by a TOML file, the environment and flags.

mod bases;
mod check;
#[cfg(feature = "settings-file")]
mod file;
mod names;
#[cfg(feature = "settings-file")]
mod origin;
mod restart;
#[cfg(feature = "cli")]
mod show;
mod tenant;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checks::Rules;
use crate::client::Client;
use crate::login::{LoginPolicy, User};
use crate::offer::Offer;

pub use bases::TrustForwarded;
#[cfg(feature = "cli")]
pub(crate) use file::absolute;
#[cfg(feature = "settings-file")]
pub use file::{FromFile, SettingsError};
pub(crate) use names::{names_of, nearest};
#[cfg(feature = "settings-file")]
pub use origin::{Origin, Origins};
#[cfg(feature = "cli")]
pub use show::shown;
pub use tenant::TenantSettings;

/// What to do about a program that knows no TLS.
pub(crate) const WITHOUT_TLS: &str = "this program was built without TLS; build it with \
                                      `cargo build --release -p rpcheck-mock-idp --features tls`";

/// The settings of a provider. [`Settings::default`] is what `fixtures/idp.toml`, `clients.toml` and
/// `users.toml` say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands in the file by itself, as true or false")]
pub struct Settings {
    /// Where the binary listens. [`crate::MockIdp`] takes any free port unless told by its builder.
    pub listen: SocketAddr,
    /// Where the binary's control API listens; on loopback unless `control_hosts` says otherwise.
    pub control: SocketAddr,
    /// Names under which the control API answers besides loopback, like `mock-idp:9001`. It may then listen on other
    /// addresses too, where whoever reaches it can do anything with the provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub control_hosts: Vec<String>,
    /// How picky the provider is.
    pub rules: Rules,
    /// `ask`, `login-hint`, or the username of who is signed in without asking.
    pub policy: String,
    /// For how many seconds a code is good.
    pub code_lifetime: i64,
    /// For how many seconds an ID Token is good.
    pub id_token_lifetime: i64,
    /// For how many seconds an access token is good.
    pub access_token_lifetime: i64,
    /// For how many seconds a refresh token is good.
    pub refresh_token_lifetime: i64,
    /// Whether responses name the issuer (RFC 9207).
    pub issuer_parameter: bool,
    /// Whether people who sign in on the page are asked what they allow, once per application.
    pub consent: bool,
    /// Whether responses stop at a page where a person may change them.
    pub pause: bool,
    /// The URL that browsers use, and with which the issuer begins; `http://127.0.0.1:PORT` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The URL that back ends use, if they cannot reach the public one: in containers, say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_url: Option<String>,
    /// Whether the issuer ends with a slash; as the preset has it if absent, and without one otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailing_slash: Option<bool>,
    /// Whose `Forwarded` and `X-Forwarded-*` headers are believed.
    pub trust_forwarded: TrustForwarded,
    /// The vendor whose paths, issuer and claims are imitated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The realm, tenant id or authorization server of the vendor, if it has such; the preset's own if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// Makes ids, codes and tokens the same in every run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The time at which the clock stands still, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
    /// The folder with the keys to sign with, as `mock-idp keys` makes it; the published test keys if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// What is offered (`[offer]`); everything unless it says less.
    pub offer: Offer,
    /// The initial access token that client registration asks for. Without one registration is open under lenient
    /// rules, and closed under strict ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_token: Option<String>,
    /// Whether to serve over TLS, with a certificate of a local authority.
    pub tls: bool,
    /// Host names for the certificate, beside the loopback ones and those of the URLs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tls_hosts: Vec<String>,
    /// The folder of the local authority; `mock-idp` in the user's data folder if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_folder: Option<PathBuf>,
    /// The registered applications (`[[client]]`).
    #[serde(rename = "client")]
    pub clients: Vec<Client>,
    /// The people (`[[user]]`).
    #[serde(rename = "user")]
    pub users: Vec<User>,
    /// Issuers that are there from the start (`[tenant.NAME]`), by slug.
    #[serde(rename = "tenant", skip_serializing_if = "BTreeMap::is_empty")]
    pub tenants: BTreeMap<String, TenantSettings>,
}

/// The lists in the fixtures' files.
#[derive(Deserialize)]
struct Lists {
    #[serde(default)]
    client: Vec<Client>,
    #[serde(default)]
    user: Vec<User>,
}

/// What a TOML text of our own says, by way of JSON: that is how calls of the control API are read, and a second way to
/// read each type is a tenth of what the library takes to compile. A mistake has no line.
pub(crate) fn own_data<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: Value = toml::from_str(text).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

impl Default for Settings {
    fn default() -> Self {
        let lists = |text: &str| own_data::<Lists>(text).expect("the fixtures are valid lists");
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            listen: loopback(9000),
            control: loopback(9001),
            control_hosts: Vec::new(),
            rules: Rules::Lenient,
            policy: "ask".to_owned(),
            code_lifetime: 60,
            id_token_lifetime: 3600,
            access_token_lifetime: 3600,
            refresh_token_lifetime: 30 * 24 * 3600,
            issuer_parameter: false,
            consent: false,
            pause: false,
            public_url: None,
            internal_url: None,
            trailing_slash: None,
            trust_forwarded: TrustForwarded::Off,
            preset: None,
            realm: None,
            seed: None,
            now: None,
            keys: None,
            tls: false,
            tls_hosts: Vec::new(),
            tls_folder: None,
            offer: Offer::default(),
            registration_token: None,
            clients: lists(rpcheck_fixtures::CLIENTS_TOML).client,
            users: lists(rpcheck_fixtures::USERS_TOML).user,
            tenants: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// What `policy` means.
    pub fn login_policy(&self) -> Result<LoginPolicy, String> {
        match self.policy.as_str() {
            "ask" => Ok(LoginPolicy::Ask),
            "login-hint" => Ok(LoginPolicy::LoginHint),
            user if self.users.iter().any(|known| known.username == user) => {
                Ok(LoginPolicy::Auto { user: user.to_owned() })
            }
            user => {
                let known: Vec<&str> = self.users.iter().map(|user| user.username.as_str()).collect();
                Err(format!(
                    "\"{user}\" is nobody's username; use \"ask\", \"login-hint\" or one of: {}",
                    known.join(", ")
                ))
            }
        }
    }
}

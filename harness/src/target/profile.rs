//! Facts about an application under test, as its author declares them. What a profile does not declare is
//! not run, never failed.

mod check;

use super::TargetError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use url::Url;

pub use check::Place;

/// A profile file as it is written, before ports are known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    name: String,
    base_url: String,
    #[serde(default = "root")]
    home: String,
    start: String,
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    issuer_parameter: String,
    callback: String,
    logout: Option<String>,
    backchannel_logout: Option<String>,
    frontchannel_logout: Option<String>,
    initiate_login: Option<String>,
    page: Option<String>,
    api: Option<String>,
    client_id: String,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default = "id_token")]
    response_type: String,
    #[serde(default)]
    clock_skew: i64,
    #[serde(default)]
    jwks_cool_down: i64,
    #[serde(default)]
    trusted_audiences: Vec<String>,
    #[serde(default)]
    provider: Option<String>,
    probe: Probe,
    #[serde(default)]
    unauthenticated: Unauthenticated,
    change: Option<Change>,
    #[serde(default)]
    variants: BTreeMap<String, Variant>,
    /// How rpcheck installs and starts the application, if it may.
    pub run: Option<Run>,
}

fn root() -> String {
    "/".to_owned()
}

fn id_token() -> String {
    "id_token".to_owned()
}

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
/// filled in.
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

/// Facts about an application under test.
#[derive(Clone, Debug)]
pub struct TargetProfile {
    /// Its name in reports.
    pub name: String,
    /// Where it lives.
    pub base_url: Url,
    /// A public page.
    pub home: String,
    /// Where a login starts.
    pub start: String,
    /// The parameter of `start` that names the page to return to; empty if it has none.
    pub return_to: String,
    /// The parameter of `start` that names the issuer to log in with; empty if it has none.
    pub issuer_parameter: String,
    /// Where the provider posts its answers.
    pub callback: String,
    /// Where a session ends; see [`TargetProfile::missing_fact`].
    pub logout: String,
    /// Where the provider posts logout tokens; see [`TargetProfile::missing_fact`].
    pub backchannel_logout: String,
    /// What the provider opens in a frame at a logout; see [`TargetProfile::missing_fact`].
    pub frontchannel_logout: String,
    /// Where others start a login (`initiate_login_uri`); see [`TargetProfile::missing_fact`].
    pub initiate_login: String,
    /// A guarded page; see [`TargetProfile::missing_fact`].
    pub page: String,
    /// A guarded API; see [`TargetProfile::missing_fact`].
    pub api: String,
    /// Its client id.
    pub client_id: String,
    /// Its client secret.
    pub client_secret: Option<String>,
    /// What its ID Tokens are signed with; RS256 if it does not say.
    pub id_token_signed_response_alg: Option<String>,
    /// The response type that it asks for.
    pub response_type: String,
    /// Seconds that its clock may be off.
    pub clock_skew: i64,
    /// Seconds before it looks up an unknown key again.
    pub jwks_cool_down: i64,
    /// Audiences beside its own client id that it trusts.
    pub trusted_audiences: Vec<String>,
    /// How to see who is signed in.
    pub probe: Probe,
    /// What a request without a session gets.
    pub unauthenticated: Unauthenticated,
    /// A call that changes something.
    pub change: Option<Change>,
    /// Other ways to set it up, by name.
    pub variants: BTreeMap<String, Variant>,
}

impl TargetProfile {
    /// The facts about the application when it is set up in this way.
    #[must_use]
    pub fn in_variant(mut self, name: Option<&str>) -> Self {
        if let Some(variant) = name.and_then(|name| self.variants.get(name)).cloned() {
            let Registration { client_secret, id_token_signed_response_alg } = variant.client;
            self.client_secret = client_secret.or(self.client_secret);
            self.id_token_signed_response_alg = id_token_signed_response_alg;
        }
        self
    }

    /// An address of the application: a path, or a whole address.
    pub fn url(&self, path: &str) -> Url {
        self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone())
    }

    /// What is left out, and which scenarios that leaves not run: sentences for people.
    pub(crate) fn left_out(&self) -> Vec<String> {
        let paths = [
            ("logout", &self.logout),
            ("backchannel_logout", &self.backchannel_logout),
            ("frontchannel_logout", &self.frontchannel_logout),
            ("initiate_login", &self.initiate_login),
            ("page", &self.page),
            ("api", &self.api),
        ];
        let missing = paths.into_iter().filter(|(_, path)| path.starts_with(UNDECLARED)).map(|(key, _)| key);
        let status = (self.unauthenticated.api == 0).then_some("unauthenticated.api");
        let parameter = self.return_to.is_empty().then_some("return_to");
        let change = self.change.is_none().then_some("change");
        let missing = missing.chain(status).chain(parameter).chain(change);
        missing.map(|key| format!("{key} is left out, so scenarios that need it will not run")).collect()
    }

    /// The fact that was left out, if an address was made of it. A path that the profile does not declare is an
    /// address of a scheme that nothing else has, so that whoever asks for it learns which fact is missing.
    pub fn missing_fact(url: &Url) -> Option<String> {
        if url.scheme() == UNDECLARED {
            return Some(url.path().to_owned());
        }
        let mut parameters = url.query_pairs();
        parameters.find_map(|(_, value)| {
            let fact = value.strip_prefix(UNDECLARED)?.strip_prefix(':')?;
            Some(fact.split('?').next().unwrap_or_default().to_owned())
        })
    }
}

const UNDECLARED: &str = "undeclared";

fn undeclared(fact: &str) -> String {
    format!("{UNDECLARED}:{fact}")
}

impl ProfileFile {
    /// Reads a profile; every error names the file, and the line or the key.
    pub fn read(path: &Path) -> Result<Self, TargetError> {
        let unreadable = |cause| TargetError::Unreadable { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let malformed = |cause: String| TargetError::Malformed { path: path.to_owned(), cause };
        let file: Self = toml::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        file.check().and_then(|()| file.check_variants()).map_err(malformed)?;
        Ok(file)
    }

    /// Reads a profile from text, for targets that are built in.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let malformed = |cause| TargetError::Malformed { path: PathBuf::from("(built in)"), cause };
        let file: Self = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        file.check().map_err(malformed)?;
        Ok(file)
    }

    /// True if the application's port is rpcheck's to choose.
    pub fn chooses_port(&self) -> bool {
        self.base_url.contains("{port}")
    }

    /// The facts, once the port is known.
    pub fn resolve(&self, port: u16) -> Result<TargetProfile, String> {
        let written = self.base_url.replace("{port}", &port.to_string());
        let base_url = Url::parse(&written).map_err(|cause| {
            format!("base_url \"{written}\" is no address ({cause}): write \"http://localhost:3000\", say")
        })?;
        if base_url.host_str().is_none() || !matches!(base_url.scheme(), "http" | "https") {
            return Err(format!(
                "base_url \"{written}\" is no web address: write \"http://localhost:3000\", say"
            ));
        }
        let file = self.clone();
        let optional = |path: Option<String>, fact| path.unwrap_or_else(|| undeclared(fact));
        Ok(TargetProfile {
            name: file.name,
            base_url,
            home: file.home,
            start: file.start,
            return_to: file.return_to,
            issuer_parameter: file.issuer_parameter,
            callback: file.callback,
            logout: optional(file.logout, "logout"),
            backchannel_logout: optional(file.backchannel_logout, "backchannel_logout"),
            frontchannel_logout: optional(file.frontchannel_logout, "frontchannel_logout"),
            initiate_login: optional(file.initiate_login, "initiate_login"),
            page: optional(file.page, "page"),
            api: optional(file.api, "api"),
            client_id: file.client_id,
            client_secret: file.client_secret,
            id_token_signed_response_alg: None,
            response_type: file.response_type,
            clock_skew: file.clock_skew,
            jwks_cool_down: file.jwks_cool_down,
            trusted_audiences: file.trusted_audiences,
            probe: file.probe,
            unauthenticated: file.unauthenticated,
            change: file.change,
            variants: file.variants,
        })
    }
}

//! Facts about an application under test, as its author declares them. What a profile does not declare is
//! not run, never failed.

mod check;
mod parts;

use super::TargetError;
use crate::agent::Trust;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use url::Url;

pub use check::Place;
pub use parts::{Change, Probe, Registration, Run, Unauthenticated, Variant};

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
    userinfo: Option<String>,
    parts: Option<String>,
    client_id: String,
    #[serde(default)]
    client_secret: Option<String>,
    #[serde(default = "id_token")]
    response_type: String,
    #[serde(default)]
    clock_skew: i64,
    #[serde(default)]
    jwks_cool_down: i64,
    #[serde(default = "hundred")]
    flood: usize,
    #[serde(default)]
    trusted_audiences: Vec<String>,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    ca: Option<PathBuf>,
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

fn hundred() -> usize {
    100
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
    /// A guarded path that asks the provider's userinfo endpoint before it answers.
    pub userinfo: Option<String>,
    /// A guarded path whose answer is sent in parts, before its length is known.
    pub parts: Option<String>,
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
    /// How many ID Tokens with made-up kids are posted to it.
    pub flood: usize,
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

/// The variant in which application and provider are on https. An application that is always so needs none.
pub const HTTPS: &str = "https";

impl TargetProfile {
    /// Can it be set up in this way, or is it so in any case?
    pub fn declares(&self, variant: &str) -> bool {
        self.variants.contains_key(variant) || (variant == HTTPS && self.base_url.scheme() == "https")
    }

    /// The facts about the application when it is set up in this way.
    #[must_use]
    pub fn in_variant(mut self, name: Option<&str>) -> Self {
        if let Some(variant) = name.and_then(|name| self.variants.get(name)).cloned() {
            if variant.https {
                let secured = self.base_url.set_scheme("https");
                debug_assert!(secured.is_ok(), "http becomes https");
            }
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
        let userinfo = self.userinfo.is_none().then_some("userinfo");
        let parts = self.parts.is_none().then_some("parts");
        let missing = missing.chain(userinfo).chain(parts).chain(status).chain(parameter).chain(change);
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

    /// The authorities that `ca` names, relative to the profile's folder.
    pub fn authorities(&self, folder: &Path) -> Result<Option<Vec<u8>>, String> {
        let Some(ca) = &self.ca else { return Ok(None) };
        let wrong = |why: String| {
            let path = folder.join(ca);
            format!(
                "ca is \"{}\", and {}: {why}; write the path of a PEM file with the authority that signed the \
                 app's certificate, relative to the profile",
                ca.display(),
                path.display()
            )
        };
        let text = std::fs::read(folder.join(ca)).map_err(|error| wrong(error.to_string()))?;
        Trust::with(&text).map_err(wrong)?;
        Ok(Some(text))
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
            userinfo: file.userinfo,
            parts: file.parts,
            client_id: file.client_id,
            client_secret: file.client_secret,
            id_token_signed_response_alg: None,
            response_type: file.response_type,
            clock_skew: file.clock_skew,
            jwks_cool_down: file.jwks_cool_down,
            flood: file.flood,
            trusted_audiences: file.trusted_audiences,
            probe: file.probe,
            unauthenticated: file.unauthenticated,
            change: file.change,
            variants: file.variants,
        })
    }
}

//! What the app is told at start-up: plain values, checked once, each complaint naming the variable.

mod read;
mod urls;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use url::Url;

pub use urls::Origin;

/// A secret that never shows itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text of a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How cookies are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookiePrefix {
    /// `__Host-`: the browser itself guarantees Secure, Path=/ and no Domain.
    Host,
    /// No prefix, for browsers that refuse `Secure` over http on localhost.
    None,
}

/// What an API call without a session is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiUnauthenticated {
    /// 302 to the authorization endpoint; a script sees it as an opaque redirect.
    Redirect,
    /// 401 with a JSON body.
    Status401,
}

/// One OpenID provider the app trusts, and who the app is there.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// The issuer identifier, exactly as the provider's metadata and tokens spell it.
    pub issuer: String,
    /// The client id at this provider.
    pub client_id: String,
    /// Audiences accepted in a token beside the own client id. Empty unless there is a reason.
    pub trusted_audiences: Vec<String>,
    /// The scopes asked for; must contain `openid`.
    pub scope: String,
}

impl IssuerSettings {
    /// A provider with the usual scopes and no further trusted audience.
    pub fn new(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            trusted_audiences: Vec::new(),
            scope: "openid profile email".into(),
        }
    }
}

/// Everything the app is told at start-up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port the binary listens on, at 127.0.0.1.
    pub port: u16,
    /// Where browsers find the app.
    pub base_url: Origin,
    /// The providers; the first is the default. **Empty means no login at all** (loopback only).
    pub issuers: Vec<IssuerSettings>,
    /// Secrets for the cookies: the first seals and signs, all of them open and verify.
    pub secrets: Vec<Secret>,
    /// How cookies are named.
    pub cookie_prefix: CookiePrefix,
    /// What an API call without a session is answered.
    pub api_unauthenticated: ApiUnauthenticated,
    /// How many seconds the clocks of app and provider may differ.
    pub clock_tolerance: i64,
    /// How long the provider may take to answer a request of the app.
    pub http_timeout: Duration,
}

impl Settings {
    /// Settings for a login at one provider; everything else as documented.
    pub fn new(base_url: Origin, issuer: IssuerSettings, secret: Secret) -> Self {
        Self { issuers: vec![issuer], secrets: vec![secret], ..Self::unauthenticated(base_url) }
    }

    /// Settings without any login: the starting point of the story. Loopback only.
    pub fn unauthenticated(base_url: Origin) -> Self {
        Self {
            port: 3000,
            base_url,
            issuers: Vec::new(),
            secrets: Vec::new(),
            cookie_prefix: CookiePrefix::Host,
            api_unauthenticated: ApiUnauthenticated::Redirect,
            clock_tolerance: 60,
            http_timeout: Duration::from_secs(5),
        }
    }

    /// Reads the environment and, where it is silent, a `.env` file in the working directory.
    pub fn from_env() -> Result<Self, SettingsError> {
        let mut values = env_file()?;
        values.extend(
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))),
        );
        Self::from_map(&values)
    }

    /// Reads settings from variables by name; unknown names are ignored.
    pub fn from_map(values: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        read::settings(values)
    }

    /// Is there a login at all?
    pub fn has_login(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// The checks that hold however the settings came about.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        if !self.has_login() {
            return Ok(());
        }
        let Some(secret) = self.secrets.first() else {
            return Err(SettingsError::Missing {
                missing: "SECRET".into(),
                present: "ISSUER_BASE_URL".into(),
            });
        };
        if self.secrets.iter().any(|s| s.bytes().len() < 8) {
            return Err(SettingsError::ShortSecret { length: secret.bytes().len() });
        }
        for issuer in &self.issuers {
            urls::issuer("ISSUER_BASE_URL", &issuer.issuer)?;
            if issuer.client_id.is_empty() {
                return Err(SettingsError::Missing {
                    missing: "CLIENT_ID".into(),
                    present: "ISSUER_BASE_URL".into(),
                });
            }
            if !issuer.scope.split(' ').any(|scope| scope == "openid") {
                return Err(SettingsError::Scope { scope: issuer.scope.clone() });
            }
        }
        Ok(())
    }
}

/// Why the app does not start. Every message names the variable and says what to write instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Some of the four needed variables are set, others are not.
    #[error(
        "missing {missing}: with {present} alone nobody can log in; set all of ISSUER_BASE_URL, CLIENT_ID, \
         BASE_URL and SECRET, or none of them to run without login"
    )]
    Missing {
        /// The variables that are missing.
        missing: String,
        /// The variables that are there.
        present: String,
    },
    /// Something that should be a URL is a bare host name.
    #[error("{variable} is `{value}`, which has no scheme: write `{instead}`")]
    BareHost {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What to write.
        instead: String,
    },
    /// `http:/localhost` instead of `http://localhost`.
    #[error("{variable} is `{value}`, which has one slash after the scheme: write `{instead}`")]
    OneSlash {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What to write.
        instead: String,
    },
    /// A URL that cannot be used.
    #[error("{variable} is `{value}`: {why}")]
    BadUrl {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What is wrong and what to write instead.
        why: String,
    },
    /// The secret is too short to derive keys from.
    #[error(
        "SECRET has {length} bytes, at least 8 are needed and 32 are better: write the output of `openssl rand -hex 32`"
    )]
    ShortSecret {
        /// Its length.
        length: usize,
    },
    /// A scope without `openid`.
    #[error("SCOPE is `{scope}`, without `openid` there is no ID token: write `openid profile email`")]
    Scope {
        /// What it holds.
        scope: String,
    },
    /// A value outside a closed list or a number that is none.
    #[error("{variable} is `{value}`: write {instead}")]
    BadValue {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What to write.
        instead: &'static str,
    },
    /// Several issuers and a different number of client ids.
    #[error(
        "CLIENT_ID names {clients} clients for {issuers} issuers in ISSUER_BASE_URL: write one for all or one for each"
    )]
    ClientCount {
        /// How many client ids there are.
        clients: usize,
        /// How many issuers there are.
        issuers: usize,
    },
    /// The `.env` file cannot be read.
    #[error(".env cannot be read: {why}; write lines of the form NAME=value")]
    EnvFile {
        /// What the reader says.
        why: String,
    },
}

/// The variables of `./.env`. Only a file that is not there counts as none: anything else would fail open. What a
/// broken line says is not repeated, because it may be the secret.
fn env_file() -> Result<BTreeMap<String, String>, SettingsError> {
    let unreadable = |why: String| SettingsError::EnvFile { why };
    let lines = match dotenvy::from_path_iter("./.env") {
        Ok(lines) => lines,
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(BTreeMap::new());
        }
        Err(dotenvy::Error::Io(error)) => return Err(unreadable(error.to_string())),
        Err(_) => return Err(unreadable("it is malformed".to_owned())),
    };
    let pairs = lines.enumerate().map(|(index, pair)| {
        pair.map_err(|_| unreadable(format!("entry {} is malformed (quote values with blanks)", index + 1)))
    });
    pairs.collect()
}

/// May this URL be spoken to without TLS? Only on the own machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

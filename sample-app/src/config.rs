//! What the app is told at start-up: plain values, checked once, each complaint naming the variable.

mod alg;
mod client_auth;
mod client_key;
mod endpoints;
mod env;
mod error;
mod flow;
mod needed;
mod read;
mod session;
mod tls;
mod urls;
mod wishes;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

pub use alg::IdTokenAlg;
pub use client_auth::ClientAuth;
pub use client_key::ClientKey;
pub use endpoints::LogoutForm;
pub use error::SettingsError;
pub use flow::{ResponseMode, ResponseType};
pub use session::SessionSettings;
pub use tls::TlsFiles;
pub use urls::Origin;
pub use wishes::Wishes;

/// In bytes, as in express-openid-connect.
const SHORTEST_SECRET: usize = 8;

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

    pub(crate) fn text(&self) -> &str {
        &self.0
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
    /// No prefix, and over http no `Secure`, for browsers that refuse it on http://localhost.
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
    /// How people are to be signed in there.
    pub wishes: Wishes,
    /// What the authorization endpoint is asked for.
    pub response_type: ResponseType,
    /// The algorithm of the ID Tokens.
    pub id_token_alg: IdTokenAlg,
    /// Is the userinfo endpoint asked at every login?
    pub userinfo: bool,
    /// Is every request pushed to the provider (RFC 9126)? It is in any case where the metadata demands that.
    pub pushes: bool,
    /// How it is told that somebody logs out.
    pub logout_form: LogoutForm,
    /// The secret at this provider, if the app has one there.
    pub client_secret: Option<Secret>,
    /// The private key for `private_key_jwt`.
    pub client_key: Option<ClientKey>,
    /// How the app shows the provider's endpoints who it is.
    pub client_auth: ClientAuth,
}

impl IssuerSettings {
    /// A provider with the usual scopes and no further trusted audience.
    pub fn new(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            trusted_audiences: Vec::new(),
            scope: "openid profile email".into(),
            wishes: Wishes::default(),
            response_type: ResponseType::ID_TOKEN,
            id_token_alg: IdTokenAlg::default(),
            userinfo: false,
            pushes: false,
            logout_form: LogoutForm::default(),
            client_secret: None,
            client_key: None,
            client_auth: ClientAuth::None,
        }
    }
}

impl IssuerSettings {
    /// Does the app ask to go on while the person is away (OIDC Core 11)?
    pub(crate) fn goes_on_offline(&self) -> bool {
        self.scope.split(' ').any(|scope| scope == "offline_access")
    }
}

/// Everything the app is told at start-up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The port the binary listens on, at 127.0.0.1.
    pub port: u16,
    /// Where browsers find the app.
    pub base_url: Origin,
    /// What the login's own pages call the app. Without it the sample is "Sample app", and an app of one's own the host of
    /// its `base_url`.
    pub app_name: Option<String>,
    /// How the app speaks TLS itself, if nothing before it does.
    pub tls: Option<TlsFiles>,
    /// A PEM file with authorities to trust for the providers on https, beside those of the system.
    pub provider_ca: Option<PathBuf>,
    /// The providers; the first is the default. **Empty means no login at all** (loopback only).
    pub issuers: Vec<IssuerSettings>,
    /// How responses of the providers come.
    pub response_mode: ResponseMode,
    /// Is whoever opens a page asked about at the provider first, without being shown anything?
    pub silent_login: bool,
    /// Secrets for the cookies: the first seals and signs, all of them open and verify.
    pub secrets: Vec<Secret>,
    /// How long sessions last.
    pub session: SessionSettings,
    /// The database file in which sessions live; without one they live in their cookies. Needs the cargo feature
    /// `store`.
    pub session_store: Option<PathBuf>,
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
            tls: None,
            provider_ca: None,
            issuers: Vec::new(),
            response_mode: ResponseMode::FormPost,
            silent_login: false,
            secrets: Vec::new(),
            session: SessionSettings::default(),
            session_store: None,
            cookie_prefix: CookiePrefix::Host,
            api_unauthenticated: ApiUnauthenticated::Redirect,
            clock_tolerance: 60,
            app_name: None,
            http_timeout: Duration::from_secs(5),
        }
    }

    /// Reads the environment and, where it is silent, a `.env` file in the working directory.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_map(&env::variables()?)
    }

    /// Reads settings from variables by name; unknown names are ignored.
    pub fn from_map(values: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        read::settings(values)
    }

    /// Is there a login at all?
    pub fn has_login(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// Takes notice of the port that was really opened. Without a login the app's address follows from it; with
    /// one it is `BASE_URL`, and a doubt is returned where browsers would look for the app on another port.
    pub(crate) fn listens_on(&mut self, port: u16) -> Result<Option<String>, SettingsError> {
        self.port = port;
        if !self.has_login() {
            self.base_url = Origin::local(port, self.tls.is_some())?;
            return Ok(None);
        }
        let url = self.base_url.url();
        let (here, own) = (is_loopback(url), url.port_or_known_default() == Some(port));
        let doubt = match (here, own) {
            (true, false) => format!(
                "the app listens on port {port}: make BASE_URL and PORT agree, unless something passes requests on"
            ),
            (true, true) if self.base_url.is_https() && self.tls.is_none() => {
                format!("the app speaks plain http on port {port}: set TLS_CERT and TLS_KEY, or write http")
            }
            _ => return Ok(None),
        };
        Ok(Some(format!("BASE_URL is `{}`, but {doubt}", self.base_url)))
    }

    /// The checks that hold however the settings came about.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        tls::check(self)?;
        if !self.has_login() {
            return Ok(());
        }
        let Some(secret) = self.secrets.first() else {
            return Err(SettingsError::Missing {
                missing: "SECRET".into(),
                present: "ISSUER_BASE_URL".into(),
            });
        };
        if secret.bytes().len() < SHORTEST_SECRET {
            return Err(SettingsError::ShortSecret { variable: "SECRET", length: secret.bytes().len() });
        }
        if let Some(short) = self.secrets.iter().find(|secret| secret.bytes().len() < SHORTEST_SECRET) {
            let length = short.bytes().len();
            return Err(SettingsError::ShortSecret { variable: "PREVIOUS_SECRETS", length });
        }
        let mut known = HashSet::new();
        for issuer in &self.issuers {
            urls::issuer("ISSUER_BASE_URL", &issuer.issuer)?;
            if !known.insert(&issuer.issuer) {
                return Err(SettingsError::TwiceTheIssuer { issuer: issuer.issuer.clone() });
            }
            if issuer.client_id.is_empty() {
                return Err(SettingsError::Missing {
                    missing: "CLIENT_ID".into(),
                    present: "ISSUER_BASE_URL".into(),
                });
            }
            if !issuer.scope.split(' ').any(|scope| scope == "openid") {
                return Err(SettingsError::Scope { scope: issuer.scope.clone() });
            }
            flow::check(issuer, self.response_mode)?;
            client_auth::check(issuer)?;
            alg::check(issuer)?;
            endpoints::check(issuer)?;
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base_url: &str) -> Settings {
        let issuer = IssuerSettings::new("https://idp.example", "c");
        Settings::new(Origin::parse(base_url).unwrap(), issuer, Secret::new("12345678"))
    }

    #[test]
    fn without_a_login_the_address_follows_the_port_that_was_opened() {
        let mut settings = Settings::unauthenticated(Origin::parse("http://localhost:0").unwrap());

        assert_eq!(settings.listens_on(4711), Ok(None));

        assert_eq!((settings.base_url.to_string().as_str(), settings.port), ("http://localhost:4711", 4711));
    }

    #[test]
    fn with_a_login_a_base_url_on_another_port_of_this_machine_is_doubted() {
        let doubt = |base_url: &str, port| settings(base_url).listens_on(port).unwrap();

        assert_eq!(doubt("http://localhost:3000", 3000), None);
        assert_eq!(doubt("http://localhost", 80), None);
        assert_eq!(doubt("https://app.example", 3000), None, "a proxy stands before it");
        let plain = doubt("https://localhost:3000", 3000).unwrap();
        assert!(plain.contains("`https://localhost:3000`") && plain.contains("set TLS_CERT"), "{plain}");
        let doubt = doubt("http://localhost:3000", 4711).unwrap();
        assert!(doubt.contains("`http://localhost:3000`") && doubt.contains("port 4711"), "{doubt}");
    }
}

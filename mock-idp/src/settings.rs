//! What a provider is set up with: the documented defaults, changed by a TOML file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checks::Rules;
use crate::client::Client;
use crate::login::{LoginPolicy, User};
use crate::offer::Offer;

/// The settings of a provider. [`Settings::default`] is what `fixtures/idp.toml`, `clients.toml` and
/// `users.toml` say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the binary listens. [`crate::MockIdp`] takes any free port unless told by its builder.
    pub listen: SocketAddr,
    /// Where the binary's control API listens; on loopback.
    pub control: SocketAddr,
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
    /// The URL under which the provider is known, if it is not `http://127.0.0.1:PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// What is offered (`[offer]`); everything unless it says less.
    #[serde(default)]
    pub offer: Offer,
    /// The initial access token that client registration asks for. Without one registration is open under lenient
    /// rules, and closed under strict ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_token: Option<String>,
    /// The registered applications (`[[client]]`).
    #[serde(rename = "client", default)]
    pub clients: Vec<Client>,
    /// The people (`[[user]]`).
    #[serde(rename = "user", default)]
    pub users: Vec<User>,
}

impl Default for Settings {
    fn default() -> Self {
        let text = format!(
            "{}\n{}\n{}",
            rpcheck_fixtures::IDP_TOML,
            rpcheck_fixtures::CLIENTS_TOML,
            rpcheck_fixtures::USERS_TOML
        );
        toml::from_str(&text).expect("the fixtures are valid settings")
    }
}

impl Settings {
    /// Reads a TOML file over the defaults. A file that lists clients or people replaces the whole list.
    pub fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
        Self::from_toml(&text).map_err(|problem| SettingsError::Invalid { path: path.to_owned(), problem })
    }

    fn from_toml(text: &str) -> Result<Self, String> {
        // Read strictly first, so that the error names line and setting of the file itself.
        let overlay: Overlay = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut settings = Self::default();
        overlay.apply_to(&mut settings);
        settings.check()?;
        Ok(settings)
    }

    /// Refuses settings that contradict each other; the text says what to write instead.
    pub fn check(&self) -> Result<(), String> {
        self.login_policy()?;
        self.offer.check()?;
        for (name, seconds) in [
            ("code_lifetime", self.code_lifetime),
            ("id_token_lifetime", self.id_token_lifetime),
            ("access_token_lifetime", self.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
        ] {
            if seconds <= 0 {
                return Err(format!("{name} = {seconds} must be at least 1 (seconds)"));
            }
        }
        if !self.control.ip().is_loopback() {
            return Err(format!(
                "control = \"{}\" is not on loopback; write \"127.0.0.1:{}\"",
                self.control,
                self.control.port()
            ));
        }
        if let Some(public) = &self.public_url {
            let url = url::Url::parse(public).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let plain = |url: url::Url| url.path() == "/" && url.query().is_none() && !public.ends_with('/');
            if !url.is_some_and(plain) {
                return Err(format!(
                    "public_url = \"{public}\" must be scheme, host and port, without a final slash, like \
                     \"http://localhost:9000\""
                ));
            }
        }
        Ok(())
    }

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

/// What a file may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    listen: Option<SocketAddr>,
    control: Option<SocketAddr>,
    rules: Option<Rules>,
    policy: Option<String>,
    code_lifetime: Option<i64>,
    id_token_lifetime: Option<i64>,
    access_token_lifetime: Option<i64>,
    refresh_token_lifetime: Option<i64>,
    issuer_parameter: Option<bool>,
    public_url: Option<String>,
    offer: Option<Offer>,
    registration_token: Option<String>,
    client: Option<Vec<Client>>,
    user: Option<Vec<User>>,
}

impl Overlay {
    fn apply_to(self, settings: &mut Settings) {
        fn replace<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        replace(&mut settings.listen, self.listen);
        replace(&mut settings.control, self.control);
        replace(&mut settings.rules, self.rules);
        replace(&mut settings.policy, self.policy);
        replace(&mut settings.code_lifetime, self.code_lifetime);
        replace(&mut settings.id_token_lifetime, self.id_token_lifetime);
        replace(&mut settings.access_token_lifetime, self.access_token_lifetime);
        replace(&mut settings.refresh_token_lifetime, self.refresh_token_lifetime);
        replace(&mut settings.issuer_parameter, self.issuer_parameter);
        replace(&mut settings.offer, self.offer);
        settings.registration_token = self.registration_token.or(settings.registration_token.take());
        replace(&mut settings.clients, self.client);
        replace(&mut settings.users, self.user);
        settings.public_url = self.public_url.or(settings.public_url.take());
    }
}

/// Why a settings file is refused.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("cannot read the settings file {}: {source}; give --config the path of a TOML file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It can be read, but not understood.
    #[error("in the settings file {}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why, and what to write instead.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixtures_are_the_defaults() {
        let settings = Settings::default();

        assert_eq!(settings.listen.port(), 9000);
        assert!(settings.users.iter().any(|user| user.username == "alice"));
        settings.check().unwrap();
    }

    #[test]
    fn a_file_changes_only_what_it_names() {
        let settings = Settings::from_toml("rules = \"strict\"\npolicy = \"bob\"").unwrap();

        assert_eq!(settings.rules, Rules::Strict);
        assert_eq!(settings.login_policy(), Ok(LoginPolicy::Auto { user: "bob".into() }));
        assert_eq!(settings.users, Settings::default().users);
    }

    #[test]
    fn an_error_names_line_and_remedy() {
        let error = Settings::from_toml("rules = \"lenient\"\nlisten_on = 1").unwrap_err();
        assert!(error.contains("line 2") && error.contains("expected one of `listen`"), "{error}");

        let error = Settings::from_toml("policy = \"carol\"").unwrap_err();
        assert!(error.contains("alice"), "{error}");

        let error = Settings::from_toml("control = \"0.0.0.0:9001\"").unwrap_err();
        assert!(error.contains("127.0.0.1:9001"), "{error}");
    }
}

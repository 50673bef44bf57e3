//! URLs as people type them, and what to write instead.

use std::fmt;

use url::Url;

use super::{SettingsError, is_loopback};

/// Where browsers find the app: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

impl Origin {
    /// Reads an origin such as `http://localhost:3000`; the complaint names `BASE_URL`.
    pub fn parse(value: &str) -> Result<Self, SettingsError> {
        let url = typed("BASE_URL", value)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            let why = format!(
                "the app lives at the root of its host: write `{}`",
                url.origin().ascii_serialization()
            );
            return Err(SettingsError::BadUrl { variable: "BASE_URL", value: masked(value), why });
        }
        Ok(Self(url))
    }

    /// Where an app without a login is, which is for its own machine only.
    pub(super) fn local(port: u16, is_https: bool) -> Result<Self, SettingsError> {
        Self::parse(&format!("http{}://localhost:{port}", if is_https { "s" } else { "" }))
    }

    /// The URL of a path of the app. The path starts with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl fmt::Display for Origin {
    /// Without a slash at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

/// Checks an issuer identifier; it is kept as typed because it is compared character by character.
pub(super) fn issuer(variable: &'static str, value: &str) -> Result<(), SettingsError> {
    let url = typed(variable, value)?;
    if url.query().is_some() || url.fragment().is_some() {
        let why = "an issuer has neither query nor fragment: write it as the provider's metadata does".into();
        return Err(SettingsError::BadUrl { variable, value: masked(value), why });
    }
    Ok(())
}

/// A URL as it may be shown: what stands before an `@` may be a password.
fn masked(value: &str) -> String {
    let Some((before, after)) = value.rsplit_once('@') else { return value.to_owned() };
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
    format!("{}…@{after}", if is_scheme { format!("{scheme}://") } else { String::new() })
}

fn typed(variable: &'static str, value: &str) -> Result<Url, SettingsError> {
    let owned = || masked(value);
    for scheme in ["http", "https"] {
        if let Some(rest) = value.strip_prefix(scheme).and_then(|rest| rest.strip_prefix(":/"))
            && !rest.starts_with('/')
        {
            let instead = masked(&format!("{scheme}://{rest}"));
            return Err(SettingsError::OneSlash { variable, value: owned(), instead });
        }
    }
    if !value.contains("://") {
        let local = value.starts_with("localhost") || value.starts_with("127.");
        let scheme = if local { "http" } else { "https" };
        let instead = masked(&format!("{scheme}://{}", value.trim_start_matches('/')));
        return Err(SettingsError::BareHost { variable, value: owned(), instead });
    }
    let bad = |why: &str| SettingsError::BadUrl { variable, value: owned(), why: why.into() };
    let url = Url::parse(value).map_err(|e| bad(&format!("it is not a URL ({e})")))?;
    let authority = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
        return Err(bad("a user name or password has no place in it"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(bad("http is accepted for localhost and 127.0.0.1 only: write https")),
        _ => Err(bad("write an https URL")),
    }
}

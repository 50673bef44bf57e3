//! Complaints about settings.

use std::fmt;

/// Why the app does not start. Every message names the variable and says what to write instead.
#[derive(PartialEq, Eq, thiserror::Error)]
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
    /// A variable and an older name of it are set, and do not say the same.
    #[error("{name} and {other} are the same setting with different values: write {instead} alone")]
    Contradiction {
        /// The one.
        name: &'static str,
        /// The other.
        other: &'static str,
        /// The name to keep.
        instead: &'static str,
    },
    /// None of the needed variables is set, and nothing works without a login.
    #[error("no login is configured: set ISSUER_BASE_URL, CLIENT_ID, BASE_URL and SECRET")]
    NoLogin,
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
        "{variable} holds a secret of {length} bytes, at least 8 are needed and 32 are better: write the output of `openssl rand -hex 32`"
    )]
    ShortSecret {
        /// The variable.
        variable: &'static str,
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
    /// Several issuers and a different number of client secrets.
    #[error(
        "CLIENT_SECRET holds {secrets} secrets for {issuers} issuers in ISSUER_BASE_URL: write one for all or one for each, separated by commas and none of them empty"
    )]
    SecretCount {
        /// How many secrets there are.
        secrets: usize,
        /// How many issuers there are.
        issuers: usize,
    },
    /// A private key that cannot be used.
    #[error(
        "CLIENT_KEY is `{path}`: {why}; write the path of a PEM file (PKCS #8) with a private key of RSA, P-256 or Ed25519"
    )]
    ClientKey {
        /// What it holds.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A setting of a part that this build leaves out.
    #[error(
        "{variable} is set, but this program was built without it: build with `--features {feature}`, or leave {variable} out"
    )]
    NotBuilt {
        /// The variable.
        variable: &'static str,
        /// The cargo feature.
        feature: &'static str,
    },
    /// One of the two files that TLS needs.
    #[error(
        "{missing} is missing: with {present} alone the app cannot speak TLS; set both TLS_CERT and TLS_KEY, or neither"
    )]
    HalfTls {
        /// The variable that is missing.
        missing: &'static str,
        /// The variable that is there.
        present: &'static str,
    },
    /// Files for TLS, where somebody else listens.
    #[error(
        "TLS_CERT and TLS_KEY are set, but this app listens by itself and would speak plain http: leave both out, or let the app take them from `Settings::tls` and speak https with them"
    )]
    TlsNotOurs,
    /// A file for TLS that cannot be used.
    #[error("{variable} is `{path}`: {why}; write the path of a PEM file with {instead}")]
    Tls {
        /// The variable.
        variable: &'static str,
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
        /// What it has to hold.
        instead: &'static str,
    },
    /// The database file cannot serve.
    #[error(
        "SESSION_STORE is `{path}`, which cannot be used: {why}; name a file that this program may write, or one that is not there yet"
    )]
    Store {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// One issuer twice.
    #[error("ISSUER_BASE_URL names `{issuer}` twice: write each issuer once")]
    TwiceTheIssuer {
        /// The issuer.
        issuer: String,
    },
    /// A variable of the environment that is no text.
    #[error("{variable} is not valid UTF-8: write it as plain text")]
    NotText {
        /// The variable.
        variable: &'static str,
    },
    /// The `.env` file cannot be read.
    #[error(".env cannot be read: {why}; write lines of the form NAME=value")]
    EnvFile {
        /// What the reader says.
        why: String,
    },
}

impl fmt::Debug for SettingsError {
    /// In words: a `main` that hands a complaint on shows it so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

//! Flags and environment, and the settings that they make of the file and the defaults.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, ValueEnum};

use super::foreign::ForeignArgs;
use super::person::person;
use super::values;
use crate::checks::Rules;
use crate::login::User;
use crate::settings::{FromFile, Origin, Origins, Settings, TrustForwarded, absolute};

/// What is said when the provider listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ready {
    /// For people.
    Text,
    /// One line of JSON: issuer, control, pid.
    Json,
}

/// How to run.
#[derive(Clone, Debug, Args)]
pub(super) struct ServeArgs {
    /// Listen on this port; 0 takes a free one, and says which in a line of JSON [default: 9000]
    #[arg(long, env = "MOCK_IDP_PORT", allow_negative_numbers = true, value_parser = values::port)]
    port: Option<u16>,
    /// Listen on this address [default: 127.0.0.1]
    #[arg(long, env = "MOCK_IDP_HOST", value_parser = values::address)]
    host: Option<IpAddr>,
    /// Offer the control API on this port of 127.0.0.1 [default: 9001]
    #[arg(long, env = "MOCK_IDP_CONTROL_PORT", allow_negative_numbers = true, value_parser = values::port)]
    control_port: Option<u16>,
    /// Offer it on this address, which needs --control-host if it is not on loopback [default: 127.0.0.1]
    #[arg(long, value_name = "HOST", env = "MOCK_IDP_CONTROL_ADDRESS", value_parser = values::address)]
    control_address: Option<IpAddr>,
    /// Let programs use the control API under this name too; whoever reaches it can do anything; again for more
    #[arg(
        long = "control-host",
        value_name = "NAME:PORT",
        env = "MOCK_IDP_CONTROL_HOSTS",
        value_delimiter = ','
    )]
    control_hosts: Vec<String>,
    /// Read settings from this TOML file
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<PathBuf>,
    /// Sign this person in without asking; or ask, or login-hint
    #[arg(long, value_name = "USERNAME", env = "MOCK_IDP_USER")]
    user: Option<String>,
    /// Add a person: a username, which is the password too, or JSON with username, password, sub, claims; again for more
    #[arg(long, value_name = "USER", env = "MOCK_IDP_ADD_USER", value_parser = person)]
    add_user: Vec<User>,
    /// How picky to be: lenient takes any client and any redirect URI on loopback, strict only registered ones
    #[arg(long, value_name = "RULES", env = "MOCK_IDP_RULES", value_parser = rules)]
    rules: Option<Rules>,
    /// Ask who signs in on the page what they allow, once per application
    #[arg(long, value_name = "BOOL", env = "MOCK_IDP_CONSENT", num_args = 0..=1, default_missing_value = "true",
          value_parser = values::yes_or_no)]
    consent: Option<bool>,
    /// Stop every response to an application at a page where a person may change it
    #[arg(long, value_name = "BOOL", env = "MOCK_IDP_PAUSE", num_args = 0..=1, default_missing_value = "true",
          value_parser = values::yes_or_no)]
    pause: Option<bool>,
    /// Be known to browsers under this URL, with which the issuer begins
    #[arg(long, value_name = "URL", env = "MOCK_IDP_PUBLIC_URL")]
    public_url: Option<String>,
    /// Be known to back ends under this URL, if they cannot reach the public one
    #[arg(long, value_name = "URL", env = "MOCK_IDP_INTERNAL_URL")]
    internal_url: Option<String>,
    /// End the issuer with a slash, or not
    #[arg(long, value_name = "BOOL", env = "MOCK_IDP_TRAILING_SLASH", num_args = 0..=1,
          default_missing_value = "true", value_parser = values::yes_or_no)]
    trailing_slash: Option<bool>,
    /// Believe the Forwarded and X-Forwarded-* headers of a proxy [default: off]
    #[arg(long, value_name = "WHOSE", env = "MOCK_IDP_TRUST_FORWARDED")]
    trust_forwarded: Option<TrustForwarded>,
    /// Imitate a vendor's paths, issuer and claims: auth0, entra, google, okta, keycloak or apple
    #[arg(long, value_name = "VENDOR", env = "MOCK_IDP_PRESET")]
    preset: Option<String>,
    /// The realm (keycloak), tenant id (entra) or authorization server (okta) that the preset has in its paths
    #[arg(long, env = "MOCK_IDP_REALM")]
    realm: Option<String>,
    /// Make ids and codes the same in every run, and with --now tokens as well
    #[arg(long, value_name = "NUMBER", env = "MOCK_IDP_SEED", allow_negative_numbers = true,
          value_parser = values::seed)]
    seed: Option<u64>,
    /// Stop the clock at this time, in seconds since 1970
    #[arg(long, value_name = "SECONDS", env = "MOCK_IDP_NOW", allow_negative_numbers = true,
          value_parser = values::unix_seconds)]
    now: Option<i64>,
    /// Sign with the keys of this folder, as `mock-idp keys` makes it
    #[arg(long, value_name = "FOLDER", env = "MOCK_IDP_KEYS")]
    keys: Option<PathBuf>,
    /// Serve over TLS, with a certificate of a local authority that `mock-idp ca` prints
    #[arg(long, env = "MOCK_IDP_TLS", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL",
          value_parser = values::yes_or_no)]
    tls: Option<bool>,
    /// A host name for the certificate, beside the loopback ones and those of the URLs; again for more
    #[arg(long = "tls-host", value_name = "NAME", env = "MOCK_IDP_TLS_HOSTS", value_delimiter = ',')]
    tls_hosts: Vec<String>,
    /// The folder of the local authority [default: mock-idp in the user's data folder]
    #[arg(long, value_name = "FOLDER", env = "MOCK_IDP_TLS_FOLDER")]
    tls_folder: Option<PathBuf>,
    #[command(flatten)]
    foreign: ForeignArgs,
    /// What to say when listening; json says one line only [default: text, after a line of JSON if the port is 0]
    #[arg(long, value_name = "FORM", env = "MOCK_IDP_READY")]
    pub(super) ready: Option<Ready>,
    /// Print the settings that count, each with where it comes from, and stop
    #[arg(long)]
    pub(super) print_config: bool,
}

fn rules(text: &str) -> Result<Rules, String> {
    match text {
        "lenient" => Ok(Rules::Lenient),
        "strict" => Ok(Rules::Strict),
        _ => Err("use lenient or strict".to_owned()),
    }
}

/// The settings that count, and where they come from.
pub(super) struct Effective {
    pub(super) settings: Settings,
    pub(super) origins: Origins,
    /// What was asked for and is not done, in sentences.
    pub(super) notes: Vec<String>,
}

/// The setting that each flag changes, by the flag's id.
const FLAGS: &[(&str, &str)] = &[
    ("port", "listen"),
    ("host", "listen"),
    ("control_port", "control"),
    ("control_address", "control"),
    ("control_hosts", "control_hosts"),
    ("user", "policy"),
    ("add_user", "user"),
    ("rules", "rules"),
    ("consent", "consent"),
    ("pause", "pause"),
    ("public_url", "public_url"),
    ("internal_url", "internal_url"),
    ("trailing_slash", "trailing_slash"),
    ("trust_forwarded", "trust_forwarded"),
    ("preset", "preset"),
    ("realm", "realm"),
    ("seed", "seed"),
    ("now", "now"),
    ("keys", "keys"),
    ("tls", "tls"),
    ("tls_hosts", "tls_hosts"),
    ("tls_folder", "tls_folder"),
];

/// Where a flag's value was written, under the name that it has there.
pub(super) fn written_at(id: &str, matches: &ArgMatches) -> Option<Origin> {
    let command = ServeArgs::augment_args(Command::new("mock-idp"));
    let arg = command.get_arguments().find(|arg| arg.get_id() == id)?;
    match matches.value_source(id)? {
        ValueSource::CommandLine => Some(Origin::Flag(arg.get_long()?.to_owned())),
        ValueSource::EnvVariable => Some(Origin::Environment(arg.get_env()?.to_string_lossy().into_owned())),
        _ => None,
    }
}

impl ServeArgs {
    /// The settings of the file, changed by the environment and the command line.
    pub(super) fn effective(&self, matches: &ArgMatches) -> anyhow::Result<Effective> {
        let (mut settings, mut origins) = match &self.config {
            Some(path) => {
                let read = FromFile::read(path)?;
                (read.settings, read.origins)
            }
            None => (Settings::default(), Origins::default()),
        };
        let notes = self.foreign.apply(matches, &mut settings, &mut origins)?;
        for (id, setting) in FLAGS {
            if let Some(origin) = written_at(id, matches) {
                origins.note(setting, origin);
            }
        }
        let settings = self.over(settings);
        settings.check().map_err(anyhow::Error::msg).context("the settings do not fit together")?;
        Ok(Effective { settings, origins, notes })
    }

    fn over(&self, mut settings: Settings) -> Settings {
        fn replace<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        fn given<T: Clone>(place: &mut Option<T>, value: Option<&T>) {
            *place = value.cloned().or(place.take());
        }
        if let Some(port) = self.port {
            settings.listen.set_port(port);
        }
        if let Some(host) = self.host {
            settings.listen.set_ip(host);
        }
        if let Some(port) = self.control_port {
            settings.control.set_port(port);
        }
        if let Some(address) = self.control_address {
            settings.control.set_ip(address);
        }
        settings.control_hosts.extend(self.control_hosts.iter().cloned());
        for user in &self.add_user {
            settings.users.retain(|known| known.username != user.username);
            settings.users.push(user.clone());
        }
        replace(&mut settings.policy, self.user.as_ref());
        replace(&mut settings.rules, self.rules.as_ref());
        replace(&mut settings.consent, self.consent.as_ref());
        replace(&mut settings.pause, self.pause.as_ref());
        replace(&mut settings.trust_forwarded, self.trust_forwarded.as_ref());
        given(&mut settings.public_url, self.public_url.as_ref());
        given(&mut settings.internal_url, self.internal_url.as_ref());
        given(&mut settings.trailing_slash, self.trailing_slash.as_ref());
        given(&mut settings.preset, self.preset.as_ref());
        given(&mut settings.realm, self.realm.as_ref());
        given(&mut settings.seed, self.seed.as_ref());
        given(&mut settings.now, self.now.as_ref());
        given(&mut settings.keys, self.keys.as_ref());
        replace(&mut settings.tls, self.tls.as_ref());
        settings.tls_hosts.extend(self.tls_hosts.iter().cloned());
        given(&mut settings.tls_folder, self.tls_folder.as_ref());
        for named in [&mut settings.keys, &mut settings.tls_folder].into_iter().flatten() {
            *named = absolute(named);
        }
        settings
    }
}

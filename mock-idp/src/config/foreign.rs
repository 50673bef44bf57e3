//! Configuration of other mocks, from their own environment variables.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::{ArgMatches, Args};

use super::args::written_at;
use crate::migrate;
use crate::settings::{Origin, Origins, Settings};

/// What other mocks are configured with.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Configuration of other mocks")]
pub(super) struct ForeignArgs {
    /// The JSON_CONFIG of navikt's mock-oauth2-server, itself
    #[arg(long, value_name = "JSON", env = "JSON_CONFIG", hide_env_values = true)]
    navikt_json: Option<String>,
    /// The same, in a file
    #[arg(long, value_name = "FILE", env = "JSON_CONFIG_PATH")]
    navikt_config: Option<PathBuf>,
    /// The clients of Soluto's oidc-server-mock, in JSON, itself
    #[arg(long, value_name = "JSON", env = "CLIENTS_CONFIGURATION_INLINE", hide_env_values = true)]
    soluto_clients_json: Option<String>,
    /// The same, in a file
    #[arg(long, value_name = "FILE", env = "CLIENTS_CONFIGURATION_PATH")]
    soluto_clients: Option<PathBuf>,
    /// The users of Soluto's oidc-server-mock, in JSON, itself
    #[arg(long, value_name = "JSON", env = "USERS_CONFIGURATION_INLINE", hide_env_values = true)]
    soluto_users_json: Option<String>,
    /// The same, in a file
    #[arg(long, value_name = "FILE", env = "USERS_CONFIGURATION_PATH")]
    soluto_users: Option<PathBuf>,
}

/// Variables of the other mocks that are not read.
const UNREAD: &[&str] = &[
    "SERVER_OPTIONS_PATH",
    "SERVER_OPTIONS_INLINE",
    "LOGIN_OPTIONS_INLINE",
    "LOGIN_OPTIONS_PATH",
    "LOGOUT_OPTIONS_INLINE",
    "LOGOUT_OPTIONS_PATH",
    "API_SCOPES_INLINE",
    "API_SCOPES_PATH",
    "API_RESOURCES_INLINE",
    "API_RESOURCES_PATH",
    "IDENTITY_RESOURCES_INLINE",
    "IDENTITY_RESOURCES_PATH",
    "ASPNET_SERVICES_OPTIONS_INLINE",
    "ASPNET_SERVICES_OPTIONS_PATH",
];

impl ForeignArgs {
    /// Changes the settings as the other mocks' configuration says, and tells what cannot be honoured.
    pub(super) fn apply(
        &self,
        matches: &ArgMatches,
        settings: &mut Settings,
        origins: &mut Origins,
    ) -> anyhow::Result<Vec<String>> {
        let mut notes = Vec::new();
        let refused = |problem: String| anyhow!(problem);
        let told = |id: &str, inline: Option<&String>, path: Option<&Path>| match inline {
            Some(text) => Ok(Some(Told::inline(text, written_at(id, matches).unwrap_or(Origin::Default)))),
            None => path.map(Told::read).transpose(),
        };
        let (inline, path) = (self.navikt_json.as_ref(), self.navikt_config.as_deref());
        if let Some(told) = told("navikt_json", inline, path)? {
            let before = settings.clone();
            notes.extend(migrate::navikt(&told.place, &told.text, settings).map_err(refused)?);
            for (slug, tenant) in &settings.tenants {
                if before.tenants.get(slug) != Some(tenant) {
                    origins.note(&format!("tenant.{slug}"), told.origin.clone());
                }
            }
            if settings.now != before.now {
                origins.note("now", told.origin);
            }
        }
        let (inline, path) = (self.soluto_clients_json.as_ref(), self.soluto_clients.as_deref());
        if let Some(told) = told("soluto_clients_json", inline, path)? {
            let (clients, more) = migrate::clients(&told.place, &told.text).map_err(refused)?;
            settings.clients = clients;
            notes.extend(more);
            origins.note("client", told.origin);
        }
        let (inline, path) = (self.soluto_users_json.as_ref(), self.soluto_users.as_deref());
        if let Some(told) = told("soluto_users_json", inline, path)? {
            let (users, more) = migrate::users(&told.place, &told.text).map_err(refused)?;
            settings.users = users;
            notes.extend(more);
            origins.note("user", told.origin);
        }
        let unread =
            UNREAD.iter().filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        notes.extend(unread.map(|name| format!("{name} is not honoured: there is nothing like it here")));
        Ok(notes)
    }
}

/// A configuration, and where it stands.
struct Told {
    /// What it is called where something in it is told.
    place: String,
    text: String,
    origin: Origin,
}

impl Told {
    fn inline(text: &str, origin: Origin) -> Self {
        let place = match &origin {
            Origin::Environment(name) => name.clone(),
            other => other.to_string(),
        };
        Self { place, text: text.to_owned(), origin }
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {place}; name a file of the other mock's configuration"))?;
        Ok(Self { place, text, origin: Origin::File { path: path.to_owned(), line: 1 } })
    }
}

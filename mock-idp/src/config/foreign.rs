//! Configuration of other mocks, from their own environment variables.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

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
        settings: &mut Settings,
        origins: &mut Origins,
    ) -> anyhow::Result<Vec<String>> {
        let mut notes = Vec::new();
        let refused = |problem: String| anyhow!(problem);
        if let Some((place, text)) =
            text(self.navikt_json.as_ref(), self.navikt_config.as_deref(), "JSON_CONFIG")?
        {
            notes.extend(migrate::navikt(&place, &text, settings).map_err(refused)?);
            for slug in settings.tenants.keys() {
                note(origins, &format!("tenant.{slug}"), &place);
            }
            if settings.now.is_some() && origins.get("now").is_none() {
                note(origins, "now", &place);
            }
        }
        let clients = "CLIENTS_CONFIGURATION_INLINE";
        if let Some((place, text)) =
            text(self.soluto_clients_json.as_ref(), self.soluto_clients.as_deref(), clients)?
        {
            let (clients, more) = migrate::clients(&place, &text).map_err(refused)?;
            settings.clients = clients;
            notes.extend(more);
            note(origins, "client", &place);
        }
        let users = "USERS_CONFIGURATION_INLINE";
        if let Some((place, text)) =
            text(self.soluto_users_json.as_ref(), self.soluto_users.as_deref(), users)?
        {
            let (users, more) = migrate::users(&place, &text).map_err(refused)?;
            settings.users = users;
            notes.extend(more);
            note(origins, "user", &place);
        }
        let unread =
            UNREAD.iter().filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        notes.extend(unread.map(|name| format!("{name} is not honoured: there is nothing like it here")));
        Ok(notes)
    }
}

/// The text and where it stands.
fn text(
    inline: Option<&String>,
    path: Option<&Path>,
    name: &str,
) -> anyhow::Result<Option<(String, String)>> {
    if let Some(text) = inline {
        return Ok(Some((name.to_owned(), text.clone())));
    }
    let Some(path) = path else { return Ok(None) };
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {place}"))?;
    Ok(Some((place, text)))
}

fn note(origins: &mut Origins, name: &str, place: &str) {
    let origin = if Path::new(place).is_file() {
        Origin::File { path: place.into(), line: 1 }
    } else {
        Origin::Environment(place.to_owned())
    };
    origins.note(name, origin);
}

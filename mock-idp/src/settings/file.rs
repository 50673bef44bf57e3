//! Reading a settings file, and noting on which line each setting stands.

use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::{names_of, nearest};
use super::{Origin, Origins, Settings, TenantSettings};
use crate::client::Client;
use crate::login::User;
use crate::offer::Offer;

/// The settings of a file over the defaults, not yet checked, and where each stands.
#[derive(Clone, Debug)]
pub struct FromFile {
    /// The settings.
    pub settings: Settings,
    /// Where they stand.
    pub origins: Origins,
}

impl FromFile {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| SettingsError::Unreadable { path: path.to_owned(), cause })?;
        Self::understand(path, &text)
    }

    /// Understands a text as the content of a file.
    pub fn understand(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let invalid = |problem: String| SettingsError::Invalid { path: path.to_owned(), problem };
        let table = DeTable::parse(text).map_err(|error| invalid(error.to_string()))?;
        let page = Lines { text };
        page.check(table.get_ref()).map_err(invalid)?;
        let mut settings: Settings = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        // A folder that a file names lies beside the file.
        if let Some(folder) = path.parent() {
            for named in [&mut settings.keys, &mut settings.tls_folder].into_iter().flatten() {
                *named = absolute(&folder.join(&named));
            }
        }
        let mut origins = Origins::default();
        for (name, value) in table.get_ref() {
            let at = |name: &Spanned<_>| Origin::File { path: path.to_owned(), line: page.line(name) };
            origins.note(name.get_ref(), at(name));
            if let ("tenant", DeValue::Table(tenants)) = (name.get_ref().as_ref(), value.get_ref()) {
                for slug in tenants.keys() {
                    origins.note(&format!("tenant.{}", slug.get_ref()), at(slug));
                }
            }
        }
        Ok(Self { settings, origins })
    }
}

impl Settings {
    /// Reads a TOML file over the defaults. A file that lists clients or people replaces the whole list.
    pub fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let read = FromFile::read(path)?;
        read.settings.check().map_err(|problem| SettingsError::Invalid { path: path.to_owned(), problem })?;
        Ok(read.settings)
    }
}

/// Why a settings file is refused.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("cannot read the settings file {}: {cause}; give --config the path of a TOML file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
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

/// The path that means the same from anywhere.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

struct Lines<'t> {
    text: &'t str,
}

impl Lines<'_> {
    fn line<T>(&self, place: &Spanned<T>) -> usize {
        self.text[..place.span().start].matches('\n').count() + 1
    }

    fn check(&self, file: &DeTable<'_>) -> Result<(), String> {
        self.names::<Settings>(file, "")?;
        self.lists(file, "")?;
        self.offer(file, "")?;
        let Some(DeValue::Table(tenants)) = file.get("tenant").map(Spanned::get_ref) else { return Ok(()) };
        for (slug, tenant) in tenants {
            if let DeValue::Table(tenant) = tenant.get_ref() {
                let place = format!("tenant.{}", slug.get_ref());
                self.names::<TenantSettings>(tenant, &format!(" in [{place}]"))?;
                self.lists(tenant, &format!("{place}."))?;
                self.offer(tenant, &format!("{place}."))?;
            }
        }
        Ok(())
    }

    fn lists(&self, table: &DeTable<'_>, before: &str) -> Result<(), String> {
        self.list::<Client>(table, before, "client")?;
        self.list::<User>(table, before, "user")
    }

    fn offer(&self, table: &DeTable<'_>, before: &str) -> Result<(), String> {
        match table.get("offer").map(Spanned::get_ref) {
            Some(DeValue::Table(offer)) => self.names::<Offer>(offer, &format!(" in [{before}offer]")),
            _ => Ok(()),
        }
    }

    fn list<T: for<'de> serde::Deserialize<'de>>(
        &self,
        table: &DeTable<'_>,
        before: &str,
        name: &str,
    ) -> Result<(), String> {
        let Some(DeValue::Array(entries)) = table.get(name).map(Spanned::get_ref) else { return Ok(()) };
        for entry in entries {
            if let DeValue::Table(entry) = entry.get_ref() {
                self.names::<T>(entry, &format!(" in [[{before}{name}]]"))?;
            }
        }
        Ok(())
    }

    /// Refuses a name that nobody reads.
    fn names<T: for<'de> serde::Deserialize<'de>>(
        &self,
        table: &DeTable<'_>,
        place: &str,
    ) -> Result<(), String> {
        let known = names_of::<T>();
        let Some(name) = table.keys().find(|name| !known.contains(&name.get_ref().as_ref())) else {
            return Ok(());
        };
        let hint = match nearest(name.get_ref(), known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("use one of: {}", known.join(", ")),
        };
        let line = self.line(name);
        Err(format!("line {line}: there is no setting `{}`{place}; {hint}", name.get_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Rules;
    use crate::login::LoginPolicy;

    fn understood(text: &str) -> Result<FromFile, String> {
        FromFile::understand(Path::new("/etc/idp.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_fixtures_are_the_defaults() {
        let settings = Settings::default();

        let told = FromFile::understand(Path::new("idp.toml"), rpcheck_fixtures::IDP_TOML).unwrap();
        assert_eq!(told.settings, settings);
        for name in ["listen", "policy", "refresh_token_lifetime", "trust_forwarded"] {
            assert!(told.origins.get(name).is_some(), "{name} is missing in idp.toml");
        }
        assert!(settings.users.iter().any(|user| user.username == "alice"));
        settings.check().unwrap();
    }

    #[test]
    fn a_file_changes_only_what_it_names() {
        let settings = understood("rules = \"strict\"\npolicy = \"bob\"").unwrap().settings;

        assert_eq!(settings.rules, Rules::Strict);
        assert_eq!(settings.login_policy(), Ok(LoginPolicy::Auto { user: "bob".into() }));
        assert_eq!(settings.users, Settings::default().users);
    }

    #[test]
    fn each_setting_is_known_by_its_line() {
        let read = understood("# a comment\nrules = \"strict\"\n\n[tenant.a]\npolicy = \"bob\"\n").unwrap();

        assert_eq!(read.origins.of("rules").to_string(), "/etc/idp.toml:2");
        assert_eq!(read.origins.of("tenant.a").to_string(), "/etc/idp.toml:4");
        assert_eq!(read.origins.of("policy").to_string(), "default");
    }

    #[test]
    fn an_unknown_name_is_told_with_its_line_and_the_nearest_name_wherever_it_stands() {
        for (text, expected) in [
            ("rules = \"lenient\"\nrulez = 1", ["line 2", "`rulez`", "`rules`"]),
            (
                "\n\n[[client]]\nclient_id = \"a\"\nredirect_uri = []",
                ["line 5", "[[client]]", "`redirect_uris`"],
            ),
            ("[tenant.a]\npolici = \"bob\"", ["line 2", "[tenant.a]", "`policy`"]),
            ("[[tenant.a.user]]\nusernam = \"x\"", ["line 2", "[[tenant.a.user]]", "`username`"]),
        ] {
            let error = understood(text).unwrap_err();
            for part in expected {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }

    #[test]
    fn a_value_of_another_kind_is_told_with_its_line() {
        let error = understood("rules = \"lenient\"\ncode_lifetime = \"long\"").unwrap_err();

        assert!(error.contains("line 2") && error.contains("code_lifetime"), "{error}");
    }

    #[test]
    fn a_folder_of_keys_lies_beside_the_file() {
        let settings = understood("keys = \"keys\"\ntls_folder = \"tls\"").unwrap().settings;

        assert_eq!(settings.keys.unwrap(), Path::new("/etc/keys"));
        assert_eq!(settings.tls_folder.unwrap(), Path::new("/etc/tls"));
    }
}

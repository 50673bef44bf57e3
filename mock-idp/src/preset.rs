//! What a vendor's provider looks like from outside, as data: `presets/*.toml`. An application that is
//! configured for the vendor works against the imitation when only the host is changed.

mod claims;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use claims::About;

use crate::settings::{Settings, nearest, own_data};

const PRESETS: &[(&str, &str)] = &[
    ("auth0", include_str!("../presets/auth0.toml")),
    ("entra", include_str!("../presets/entra.toml")),
    ("google", include_str!("../presets/google.toml")),
    ("okta", include_str!("../presets/okta.toml")),
    ("keycloak", include_str!("../presets/keycloak.toml")),
    ("navikt", include_str!("../presets/navikt.toml")),
    ("apple", include_str!("../presets/apple.toml")),
];

/// The shape of an issuer. The default one imitates nobody.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Preset {
    /// The vendor's name; empty for nobody's.
    name: String,
    /// What `{realm}` stands for unless the settings say.
    realm: String,
    /// What the issuer has behind the base URL.
    pub(crate) issuer: String,
    /// Whether the issuer ends with a slash.
    pub(crate) trailing_slash: bool,
    /// The vendor's paths by ours. The first is advertised.
    paths: BTreeMap<String, Vec<String>>,
    /// Members that the vendor's metadata does not have. An endpoint takes with it how clients authenticate there.
    without: Vec<String>,
    /// What the vendor's ID Tokens say on top.
    claims: Map<String, Value>,
    /// Whether a person's first form response has the field `user`.
    pub(crate) user_field: bool,
    /// Whether a tenant is at `/{slug}` and not at `/t/{slug}`.
    #[serde(skip)]
    pub(crate) at_root: bool,
}

impl Preset {
    /// The shape that the settings ask for.
    pub(crate) fn of(settings: &Settings) -> Result<Self, String> {
        let mut preset = match &settings.preset {
            None => Self::default(),
            Some(name) => Self::named(name)?,
        };
        if let Some(realm) = &settings.realm {
            if preset.realm.is_empty() {
                let whom = settings.preset.as_deref().unwrap_or("no preset");
                return Err(format!(
                    "realm = \"{realm}\": with {whom} there is none; use the preset keycloak, entra or okta, or \
                     leave realm out"
                ));
            }
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            if realm.is_empty() || !realm.bytes().all(plain) {
                return Err(format!("realm = \"{realm}\" must be made of letters, digits, -, _ and ."));
            }
            preset.realm.clone_from(realm);
        }
        if let Some(slash) = settings.trailing_slash {
            preset.trailing_slash = slash;
        }
        Ok(preset.settled())
    }

    fn named(name: &str) -> Result<Self, String> {
        let Some((_, text)) = PRESETS.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = PRESETS.iter().map(|(known, _)| *known).collect();
            let hint = nearest(name, &known).map(|meant| format!("did you mean \"{meant}\"? There are: "));
            return Err(format!(
                "preset = \"{name}\" is unknown; {}{}",
                hint.unwrap_or_else(|| "use one of: ".to_owned()),
                known.join(", ")
            ));
        };
        Ok(own_data(text).expect("the presets are valid; a test reads each"))
    }

    /// With `{realm}` inserted.
    fn settled(mut self) -> Self {
        let realm = std::mem::take(&mut self.realm);
        let insert = |text: &mut String| *text = text.replace("{realm}", &realm);
        insert(&mut self.issuer);
        self.paths.values_mut().flatten().for_each(insert);
        self.claims = claims::with_realm(std::mem::take(&mut self.claims), &realm);
        Self { realm, ..self }
    }

    /// Whether nobody is imitated.
    pub(crate) fn is_nobodys(&self) -> bool {
        self.name.is_empty()
    }

    /// Our path for one of the vendor's.
    pub(crate) fn our_path(&self, theirs: &str) -> Option<&str> {
        let known = |(_, aliases): &(&String, &Vec<String>)| aliases.iter().any(|alias| alias == theirs);
        self.paths.iter().find(known).map(|(ours, _)| ours.as_str())
    }

    /// The path that the vendor advertises for one of ours.
    pub(crate) fn their_path<'p>(&'p self, ours: &'p str) -> &'p str {
        self.paths.get(ours).and_then(|aliases| aliases.first()).map_or(ours, String::as_str)
    }

    /// Whether the vendor's metadata has a member.
    pub(crate) fn has_member(&self, name: &str) -> bool {
        let rest_of = |missing: &String| name.strip_prefix(missing.as_str());
        !self.without.iter().filter_map(rest_of).any(|rest| rest.is_empty() || rest.starts_with("_auth_"))
    }

    /// What the vendor's ID Token says on top about somebody.
    pub(crate) fn claims_about<'p>(&'p self, about: &'p About<'_>) -> impl Iterator<Item = (&'p str, Value)> {
        self.claims.iter().filter_map(|(name, value)| Some((name.as_str(), about.insert(value)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(toml: &str) -> Result<Preset, String> {
        Preset::of(&toml::from_str(toml).unwrap())
    }

    #[test]
    fn every_preset_can_be_read_and_no_path_means_two_things() {
        for (name, _) in PRESETS {
            let preset = of(&format!("preset = \"{name}\"")).unwrap();
            let mut aliases: Vec<&String> = preset.paths.values().flatten().collect();
            aliases.sort();
            let count = aliases.len();
            aliases.dedup();
            assert_eq!(aliases.len(), count, "{name}");
            assert!(aliases.iter().all(|alias| alias.starts_with('/') && !alias.contains('{')), "{name}");
        }
    }

    #[test]
    fn the_page_says_what_the_presets_say() {
        let page = include_str!("../docs/presets.md");
        let code = |text: &str| if text.is_empty() { String::new() } else { format!(" `{text}`") };
        for (name, _) in PRESETS.iter().filter(|(name, _)| *name != "navikt") {
            let preset = Preset::named(name).unwrap();
            let issuer = code(&format!("{}{}", preset.issuer, if preset.trailing_slash { "/" } else { "" }));
            let claims: String = preset.claims.keys().map(|name| code(name)).collect();
            // What goes without saying goes with these.
            let derived = |member: &&String| {
                member.ends_with("_session_supported")
                    || member.contains("signing")
                    || member.starts_with("require")
            };
            let without: String =
                preset.without.iter().filter(|member| !derived(member)).map(|name| code(name)).collect();
            let authorize = preset.their_path("/authorize");

            for row in [
                format!("| `{name}` |{issuer} | `{authorize}` |{claims} |\n"),
                format!("| `{name}` |{without} |\n"),
            ] {
                assert!(page.contains(&row), "docs/presets.md lacks {row}");
            }
        }
    }

    #[test]
    fn a_realm_is_inserted_and_refused_where_there_is_none() {
        let preset = of("preset = \"keycloak\"\nrealm = \"acme\"").unwrap();
        assert_eq!(preset.issuer, "/realms/acme");
        assert_eq!(preset.our_path("/realms/acme/protocol/openid-connect/auth"), Some("/authorize"));

        let error = of("preset = \"google\"\nrealm = \"acme\"").unwrap_err();
        assert!(error.contains("keycloak"), "{error}");
        let error = of("preset = \"okta\"\nrealm = \"a/b\"").unwrap_err();
        assert!(error.contains("letters"), "{error}");
    }

    #[test]
    fn an_unknown_vendor_is_refused_with_the_one_that_was_meant() {
        let error = of("preset = \"autho\"").unwrap_err();

        assert!(error.contains("did you mean \"auth0\"") && error.contains("entra"), "{error}");
    }
}

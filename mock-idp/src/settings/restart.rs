//! What a running provider cannot take over.

use super::{Settings, TenantSettings};

impl Settings {
    /// The settings that differ from those a provider was started with, and count only when it starts. Those of
    /// an issuer in the file are named as `tenant.NAME.SETTING`.
    pub fn needs_restart(&self, new: &Self) -> Vec<String> {
        let differences = [
            ("listen", self.listen != new.listen),
            ("control", self.control != new.control),
            ("control_hosts", self.control_hosts != new.control_hosts),
            ("public_url", self.public_url != new.public_url),
            ("internal_url", self.internal_url != new.internal_url),
            ("trust_forwarded", self.trust_forwarded != new.trust_forwarded),
            ("trailing_slash", self.trailing_slash != new.trailing_slash),
            ("preset", self.preset != new.preset),
            ("realm", self.realm != new.realm),
            ("seed", self.seed != new.seed),
            ("now", self.now != new.now),
            ("keys", self.keys != new.keys),
            ("tls", (self.tls, &self.tls_hosts) != (new.tls, &new.tls_hosts)),
            ("tls_folder", self.tls_folder != new.tls_folder),
        ];
        let mut late: Vec<String> = named(differences).map(str::to_owned).collect();
        for (slug, tenant) in &self.tenants {
            // One that is new is made as the file says, and one that is gone is gone.
            if let Some(other) = new.tenants.get(slug) {
                late.extend(tenant.needs_restart(other).map(|name| format!("tenant.{slug}.{name}")));
            }
        }
        late
    }
}

impl TenantSettings {
    fn needs_restart(&self, new: &Self) -> impl Iterator<Item = &'static str> {
        let differences = [
            ("preset", self.preset != new.preset),
            ("realm", self.realm != new.realm),
            ("seed", self.seed != new.seed),
            ("now", self.now != new.now),
            ("at_root", self.at_root != new.at_root),
            ("trailing_slash", self.trailing_slash != new.trailing_slash),
        ];
        named(differences)
    }
}

fn named<const N: usize>(differences: [(&'static str, bool); N]) -> impl Iterator<Item = &'static str> {
    differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_issuer_in_the_file_cannot_take_over_is_named_with_it() {
        let read = |text: &str| toml::from_str::<Settings>(text).unwrap();
        let started = read("[tenant.a]\nnow = 1\n[tenant.gone]\nnow = 1\n");

        let new = read("realm = \"x\"\n[tenant.a]\nat_root = true\npolicy = \"bob\"\n[tenant.b]\nseed = 1\n");

        assert_eq!(started.needs_restart(&new), ["realm", "tenant.a.now", "tenant.a.at_root"]);
    }
}

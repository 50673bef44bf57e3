//! Settings that contradict each other, and what to write instead.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{Settings, WITHOUT_TLS, bases};
use crate::client::Client;
use crate::login::User;
use crate::preset::Preset;

impl Settings {
    /// Refuses settings that contradict each other; the text says what to write instead.
    pub fn check(&self) -> Result<(), String> {
        self.login_policy()?;
        self.offer.check()?;
        self.check_lifetimes()?;
        self.check_lists()?;
        self.check_seed()?;
        self.check_control()?;
        self.check_tls()?;
        bases::check(self)?;
        Preset::of(self)?;
        self.check_tenants()
    }

    fn check_tenants(&self) -> Result<(), String> {
        for (slug, tenant) in &self.tenants {
            if !crate::server::is_slug(slug) || slug == "_default" {
                return Err(format!(
                    "[tenant.{slug}]: a slug is made of letters, digits, - and _, 64 at most, and is not _default"
                ));
            }
            if tenant.at_root == Some(true) && crate::endpoints::is_taken(slug) {
                return Err(format!(
                    "[tenant.{slug}]: at_root = true is not possible, because the provider itself has something at \
                     /{slug}; choose another name"
                ));
            }
            let settings = tenant.over(self);
            settings
                .login_policy()
                .map(drop)
                .and_then(|()| settings.check_lifetimes())
                .and_then(|()| settings.check_lists())
                .and_then(|()| settings.check_seed())
                .and_then(|()| Preset::of(&settings).map(drop))
                .map_err(|problem| format!("[tenant.{slug}]: {problem}"))?;
        }
        Ok(())
    }

    /// Applications and people, each once: of two namesakes only the first would ever be found.
    fn check_lists(&self) -> Result<(), String> {
        self.clients.iter().try_for_each(Client::check)?;
        self.users.iter().try_for_each(User::check)?;
        let clients = self.clients.iter().map(|client| client.client_id.as_str());
        let users = self.users.iter().map(|user| user.username.as_str());
        if let Some(twice) = repeated(clients) {
            return Err(format!("two clients have the client_id \"{twice}\"; rename or remove one of them"));
        }
        match repeated(users) {
            Some(twice) => {
                Err(format!("two people have the username \"{twice}\"; rename or remove one of them"))
            }
            None => Ok(()),
        }
    }

    /// What TOML and the command line can say alike.
    fn check_seed(&self) -> Result<(), String> {
        match self.seed.filter(|seed| i64::try_from(*seed).is_err()) {
            Some(seed) => Err(format!("seed = {seed} is too large; write a number from 0 to {}", i64::MAX)),
            None => Ok(()),
        }
    }

    fn check_control(&self) -> Result<(), String> {
        let is_host = |host: &str| {
            let url = url::Url::parse(&format!("http://{host}"));
            url.is_ok_and(|url| {
                url.path() == "/" && !host.ends_with('/') && !host.contains(['@', '?', '#', '*'])
            })
        };
        if let Some(host) = self.control_hosts.iter().find(|host| !is_host(host)) {
            return Err(format!("control_hosts has \"{host}\"; write name and port, like \"mock-idp:9001\""));
        }
        if self.control_hosts.is_empty() && !self.control.ip().is_loopback() {
            return Err(format!(
                "control = \"{}\" is not on loopback; write \"127.0.0.1:{}\", or name who it is for others, like \
                 control_hosts = [\"mock-idp:{}\"]",
                self.control,
                self.control.port(),
                self.control.port()
            ));
        }
        Ok(())
    }

    fn check_tls(&self) -> Result<(), String> {
        if self.tls && cfg!(not(feature = "tls")) {
            return Err(format!("tls = true: {WITHOUT_TLS}"));
        }
        let Some(first) = self.tls_hosts.first() else { return Ok(()) };
        if !self.tls {
            return Err(format!(
                "tls_hosts has \"{first}\" and tls is false: there is no certificate to name it in; write \
                 tls = true, or leave tls_hosts out"
            ));
        }
        let is_name = |host: &str| match host.parse::<IpAddr>() {
            Ok(_) => true,
            Err(_) => matches!(url::Host::parse(host), Ok(url::Host::Domain(name)) if name == host),
        };
        match self.tls_hosts.iter().find(|host| !is_name(host)) {
            Some(host) => Err(format!(
                "tls_hosts has \"{host}\"; write a name or an address and nothing else, in small letters, like \
                 \"idp.test\""
            )),
            None => Ok(()),
        }
    }

    fn check_lifetimes(&self) -> Result<(), String> {
        let lifetimes = [
            ("code_lifetime", self.code_lifetime),
            ("id_token_lifetime", self.id_token_lifetime),
            ("access_token_lifetime", self.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
        ];
        match lifetimes.into_iter().find(|(_, seconds)| *seconds <= 0) {
            Some((name, seconds)) => Err(format!("{name} = {seconds} must be at least 1 (seconds)")),
            None => Ok(()),
        }
    }
}

/// The first name that comes a second time.
fn repeated<'n>(mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut seen = HashSet::new();
    names.find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::super::TenantSettings;
    use super::*;

    #[cfg(feature = "tls")]
    #[test]
    fn what_no_certificate_can_name_is_refused_before_it_is_signed() {
        let named = |host: &str| {
            Settings { tls: true, tls_hosts: vec![host.to_owned()], ..Settings::default() }.check()
        };

        for host in ["https://idp.test", "idp.test:9000", "a b", "Idp.test", "[::1]", ""] {
            assert!(named(host).unwrap_err().contains("idp.test"), "{host}");
        }
        for host in ["idp.test", "host.docker.internal", "192.168.1.2", "::1", "mock-idp"] {
            named(host).unwrap();
        }
    }

    #[test]
    fn an_impossible_value_is_refused_with_the_possible_ones() {
        let refused = |change: &dyn Fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().unwrap_err()
        };

        assert!(refused(&|settings| settings.policy = "carol".into()).contains("alice"));
        assert!(
            refused(&|settings| settings.control = "0.0.0.0:9001".parse().unwrap())
                .contains("127.0.0.1:9001")
        );
        assert!(
            refused(&|settings| settings.tls_hosts = vec!["idp.test".into()]).contains("write tls = true")
        );
        assert!(refused(&|settings| settings.seed = Some(u64::MAX)).contains("9223372036854775807"));
        assert!(
            refused(&|settings| settings.clients.push(settings.clients[0].clone())).contains("two clients")
        );
        assert!(refused(&|settings| settings.users.push(settings.users[0].clone())).contains("two people"));
        assert!(refused(&|settings| settings.users[0].sub.clear()).contains("\"sub\" is empty"));
        assert!(refused(&|settings| settings.code_lifetime = 0).contains("code_lifetime"));
        let error = refused(&|settings| {
            let tenant = TenantSettings { policy: Some("zoe".into()), ..TenantSettings::default() };
            settings.tenants.insert("a".into(), tenant);
        });
        assert!(error.contains("[tenant.a]") && error.contains("zoe"), "{error}");
    }
}

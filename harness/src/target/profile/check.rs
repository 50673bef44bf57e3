//! What can be wrong with a profile, each with what to write instead.

use super::ProfileFile;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the provider listens, and under which name it is known: on another host than the application, because
/// a request from one port of a host to another port of it is no cross-site request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it listens; port 0 for a free one.
    pub listen: SocketAddr,
    /// It is known as `localhost`, not by its number.
    pub named: bool,
    /// It is on https.
    pub https: bool,
}

/// Where the provider is when an application that somebody else starts does not say.
const USUAL_PORT: u16 = 9000;

/// Seconds by which lies about the time are off, at least: an application whose clock may be off by as much is
/// right to believe them.
const TOLD: i64 = 3600;

/// So many logins one after the other are enough for any application, and most are through with them before a trial
/// is given up.
const MOST_OF_A_FLOOD: usize = 10_000;

impl ProfileFile {
    /// The first thing that is wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_paths()?;
        if !self.probe.subject.starts_with('/') {
            let seen = &self.probe.subject;
            return Err(format!(
                "probe.subject is \"{seen}\": write a JSON pointer, such as \"/sub\" or \"/user/sub\""
            ));
        }
        if self.response_type != "id_token" {
            let seen = &self.response_type;
            return Err(format!(
                "response_type is \"{seen}\": only \"id_token\" can be tested so far; write that, or leave the line out"
            ));
        }
        if !matches!(self.unauthenticated.api, 0 | 302 | 303 | 401 | 403) {
            let seen = self.unauthenticated.api;
            return Err(format!("unauthenticated.api is {seen}: write 302, 303, 401 or 403"));
        }
        if !(0..TOLD).contains(&self.clock_skew) {
            let seen = self.clock_skew;
            return Err(format!(
                "clock_skew is {seen}: write 0 to {} seconds; tokens that are an hour off are to be refused",
                TOLD - 1
            ));
        }
        if !(1..=MOST_OF_A_FLOOD).contains(&self.flood) {
            let seen = self.flood;
            return Err(format!(
                "flood is {seen}: write how many logins with a forged token the app is to refuse, 1 to \
                 {MOST_OF_A_FLOOD}"
            ));
        }
        if self.run.as_ref().is_some_and(|run| !run.setup.is_empty() && run.setup_marker.is_empty()) {
            return Err(
                "run.setup_marker is left out, so that nobody knows whether run.setup is still to be run: \
                        write the path of what it leaves behind, such as \"node_modules/.package-lock.json\""
                    .to_owned(),
            );
        }
        if self.run.as_ref().is_some_and(|run| run.command.is_empty()) {
            return Err("run.command is empty: write the program and its arguments, such as \
                        [\"node\", \"app.js\"], or leave the [run] table out"
                .to_owned());
        }
        if self.ca.is_some() && self.base_url.starts_with("http:") {
            let seen = &self.base_url;
            return Err(format!(
                "ca is set, but base_url is \"{seen}\", which proves itself with nothing: write https, or leave ca out"
            ));
        }
        self.place().map(drop)
    }

    /// Only an application that rpcheck starts can be set up in another way, and none can move to https.
    pub(super) fn check_variants(&self) -> Result<(), String> {
        if let Some((name, _)) = self.variants.iter().find(|(_, variant)| variant.https) {
            return Err(format!(
                "variants.{name}.https is for the bundled sample: leave it out, and write a base_url on https and a \
                 provider such as \"https://127.0.0.1:9443\""
            ));
        }
        if let Some((name, _)) = self.variants.iter().find(|(_, variant)| variant.provider.is_some()) {
            return Err(format!(
                "variants.{name}.provider is for the bundled sample: leave it out, and write the provider that the app \
                 has in any case, such as provider = \"localhost:9000\", above the tables"
            ));
        }
        match self.variants.keys().next().filter(|_| self.run.is_none()) {
            None => Ok(()),
            Some(name) => Err(format!(
                "variants.{name} cannot be started: give the profile a [run] table with a command, or leave the \
                 variant out"
            )),
        }
    }

    fn check_paths(&self) -> Result<(), String> {
        let optional = [
            ("logout", &self.logout),
            ("backchannel_logout", &self.backchannel_logout),
            ("frontchannel_logout", &self.frontchannel_logout),
            ("initiate_login", &self.initiate_login),
            ("page", &self.page),
            ("api", &self.api),
            ("userinfo", &self.userinfo),
            ("parts", &self.parts),
        ];
        let declared = optional.into_iter().filter_map(|(key, path)| path.as_ref().map(|path| (key, path)));
        let needed = [
            ("home", &self.home),
            ("start", &self.start),
            ("callback", &self.callback),
            ("probe.path", &self.probe.path),
        ];
        let change = self.change.as_ref().map(|change| ("change.path", &change.path));
        match needed.into_iter().chain(declared).chain(change).find(|(_, path)| !path.starts_with('/')) {
            Some((key, path)) => Err(format!("{key} is \"{path}\": write a path that starts with \"/\"")),
            None => Ok(()),
        }
    }

    /// Where the provider has to be.
    pub fn place(&self) -> Result<Place, String> {
        let app = self.resolve(1)?.base_url.host_str().unwrap_or_default().to_owned();
        let numeric = matches!(app.as_str(), "127.0.0.1" | "[::1]");
        let other = if numeric { "localhost" } else { "127.0.0.1" };
        let Some(written) = &self.provider else {
            let port = if self.run.is_some() { 0 } else { USUAL_PORT };
            return Ok(Place { listen: (Ipv4Addr::LOCALHOST, port).into(), named: numeric, https: false });
        };
        let secured = written.strip_prefix("https://");
        let address = secured.or_else(|| written.strip_prefix("http://")).unwrap_or(written);
        let name = address.strip_prefix("localhost:");
        let listen = match name {
            Some(port) => port.parse().ok().map(|port| (Ipv4Addr::LOCALHOST, port).into()),
            None => address.parse().ok(),
        };
        let listen: SocketAddr = listen
            .ok_or_else(|| format!("provider is \"{written}\": write an address such as \"{other}:9000\""))?;
        let ours = match listen.ip() {
            _ if name.is_some() => "localhost".to_owned(),
            ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
            IpAddr::V6(ip) => format!("[{ip}]"),
            IpAddr::V4(ip) => ip.to_string(),
        };
        if ours == app {
            let port = listen.port();
            return Err(format!(
                "base_url and provider are both on {app}, so that SameSite would mean nothing: write provider = \
                 \"{other}:{port}\", and give the app the issuer http://{other}:{port}"
            ));
        }
        Ok(Place { listen, named: name.is_some(), https: secured.is_some() })
    }
}

//! Under which URLs a provider is reached, and which combinations cannot work.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::Settings;

/// Whose `Forwarded` and `X-Forwarded-*` headers are believed: they say under which URL a request was made, if
/// a proxy stands in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum TrustForwarded {
    /// Nobody's.
    #[default]
    Off,
    /// Those of a proxy on this machine.
    Loopback,
    /// Everybody's: somebody else has to see to it that only the proxy reaches the provider.
    All,
}

/// Refuses URLs that some party could not live with; the text says which and why.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let public = settings.public_url.as_deref().map(|url| base("public_url", url)).transpose()?;
    let internal = settings.internal_url.as_deref().map(|url| base("internal_url", url)).transpose()?;
    let trusts = settings.trust_forwarded != TrustForwarded::Off;
    let port = settings.listen.port();
    let Some(public) = public else {
        if internal.is_some() {
            return Err(format!(
                "internal_url without public_url: the application would reject every ID Token, because it \
                 finds the provider under one name and `iss` would be http://127.0.0.1:{port}; write also the \
                 URL that browsers use, like public_url = \"http://localhost:{port}\""
            ));
        }
        if trusts {
            return Err(
                "trust_forwarded without public_url: the application behind the proxy would reject every ID \
                 Token, because `iss` would be the address on which the provider listens; write public_url = \
                 the URL that the proxy has for browsers"
                    .to_owned(),
            );
        }
        return Ok(());
    };
    if is_unspecified(&public) {
        return Err(format!(
            "public_url = \"{0}\": browsers would not open it, because no address is {1}; write the name that \
             they use, like public_url = \"http://localhost:{port}\"",
            plain(&public),
            public.host_str().unwrap_or_default()
        ));
    }
    if public.scheme() == "http" && settings.tls && !trusts {
        return Err(format!(
            "public_url = \"{0}\" with tls = true: browsers would speak plain HTTP to a port that starts TLS; \
             write \"https{1}\"",
            plain(&public),
            plain(&public).trim_start_matches("http")
        ));
    }
    if public.scheme() == "https" && !trusts && !settings.tls {
        return Err(format!(
            "public_url = \"{0}\" without TLS: browsers would start TLS on a port that speaks plain HTTP; write \
             trust_forwarded = \"loopback\" (or \"all\") if a proxy ends TLS in front of the provider, or write \
             an http URL",
            plain(&public)
        ));
    }
    match internal {
        Some(internal) => between(settings, &public, &internal),
        None => Ok(()),
    }
}

/// What cannot work between a URL for browsers and one for back ends.
fn between(settings: &Settings, public: &Url, internal: &Url) -> Result<(), String> {
    if internal == public {
        return Err(format!(
            "internal_url = public_url = \"{}\" says nothing; leave internal_url out",
            plain(public)
        ));
    }
    if is_unspecified(internal) {
        return Err(format!(
            "internal_url = \"{}\": back ends could not connect, because that is no address of a machine; write \
             the name of the provider's container, like \"http://mock-idp:{}\"",
            plain(internal),
            settings.listen.port()
        ));
    }
    if internal.scheme() == "https" && settings.trust_forwarded == TrustForwarded::Off && !settings.tls {
        return Err(format!(
            "internal_url = \"{}\" without TLS: back ends would start TLS on a port that speaks plain HTTP; write \
             an http URL",
            plain(internal)
        ));
    }
    if settings.listen.ip().is_loopback()
        && !is_loopback(internal)
        && settings.trust_forwarded == TrustForwarded::Off
    {
        return Err(format!(
            "internal_url = \"{}\" while listening on {}: back ends on other machines would be refused a \
             connection, because a loopback address is reached from this one only; write listen = \"0.0.0.0:{}\" \
             (or --host 0.0.0.0)",
            plain(internal),
            settings.listen,
            settings.listen.port()
        ));
    }
    Ok(())
}

/// A URL that has scheme, host and port only.
fn base(name: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none() && !text.ends_with('/'))
        .ok_or_else(|| {
            format!(
                "{name} = \"{text}\" must be scheme, host and port, without a final slash, like \
                 \"http://localhost:9000\" (whether the issuer ends with one is said by trailing_slash)"
            )
        })
}

fn plain(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

fn is_unspecified(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(toml: &str) -> Result<(), String> {
        check(&toml::from_str(toml).unwrap())
    }

    #[test]
    fn a_combination_that_cannot_work_names_the_party_that_would_reject_it() {
        for (toml, party) in [
            ("public_url = \"http://localhost:9000/\"", "without a final slash"),
            ("public_url = \"http://:secret@localhost:9000\"", "scheme, host and port"),
            ("public_url = \"localhost:9000\"", "http://localhost:9000"),
            ("public_url = \"http://0.0.0.0:9000\"", "browsers would not open it"),
            ("public_url = \"https://idp.test\"", "browsers would start TLS"),
            ("internal_url = \"http://idp:9000\"", "the application would reject every ID Token"),
            ("trust_forwarded = \"all\"", "the application behind the proxy would reject"),
            ("public_url = \"http://a\"\ninternal_url = \"http://a\"", "leave internal_url out"),
            ("public_url = \"http://a\"\ninternal_url = \"http://b\"", "--host 0.0.0.0"),
            ("public_url = \"http://a\"\ninternal_url = \"http://0.0.0.0:1\"", "back ends could not connect"),
        ] {
            let error = judged(toml).unwrap_err();
            assert!(error.contains(party), "{toml}: {error}");
        }
    }

    #[test]
    fn what_can_work_is_accepted() {
        for toml in [
            "",
            "public_url = \"http://localhost:9000\"",
            "public_url = \"https://idp.test\"\ntrust_forwarded = \"loopback\"",
            "public_url = \"http://localhost:9000\"\ninternal_url = \"http://idp:9000\"\nlisten = \"0.0.0.0:9000\"",
        ] {
            judged(toml).unwrap();
        }
    }
}

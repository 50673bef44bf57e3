//! How a connection begins: at once, or with TLS.

use std::net::IpAddr;

use crate::settings::Settings;

/// What stands before the first request of a connection.
#[derive(Clone, Default)]
pub(crate) struct Opening {
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Opening {
    /// What the settings ask for.
    #[cfg(feature = "tls")]
    pub(super) fn of(settings: &Settings, listen: IpAddr, now: i64) -> Result<Self, String> {
        use crate::tls::{Authority, default_folder, names};
        if !settings.tls {
            return Ok(Self::default());
        }
        let folder = settings.tls_folder.clone().unwrap_or_else(default_folder);
        let urls = [settings.public_url.as_deref(), settings.internal_url.as_deref()];
        let names = names(&settings.tls_hosts, listen, urls);
        let config = Authority::of(&folder)?.server(&names, now)?;
        Ok(Self { tls: Some(config.into()) })
    }

    /// Nothing; the settings that ask for more were refused.
    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn of(_: &Settings, _: IpAddr, _: i64) -> Result<Self, String> {
        Ok(Self::default())
    }
}

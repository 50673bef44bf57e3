//! How a connection begins: at once, or with TLS.

use std::net::IpAddr;
use std::sync::Arc;

use crate::settings::Settings;
use crate::tenant::Registry;

/// What stands before the first request of a connection.
#[derive(Clone, Default)]
pub(crate) struct Opening {
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<crate::tls::Server>>,
}

impl Opening {
    /// What the settings ask for.
    #[cfg(feature = "tls")]
    pub(super) fn of(settings: &Settings, listen: IpAddr, registry: &Arc<Registry>) -> Result<Self, String> {
        use crate::tls::{Authority, Server, default_folder, names};
        if !settings.tls {
            return Ok(Self::default());
        }
        let folder = settings.tls_folder.clone().unwrap_or_else(default_folder);
        let urls = [settings.public_url.as_deref(), settings.internal_url.as_deref()];
        let names = names(&settings.tls_hosts, listen, urls);
        let now = registry.default_state().clock.unix();
        let server = Server::new(Authority::of(&folder)?, names, now, Arc::clone(registry))?;
        Ok(Self { tls: Some(Arc::new(server)) })
    }

    /// Nothing; the settings that ask for more were refused.
    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn of(_: &Settings, _: IpAddr, _: &Arc<Registry>) -> Result<Self, String> {
        Ok(Self::default())
    }
}

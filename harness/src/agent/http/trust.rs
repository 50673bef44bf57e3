//! Whom an agent believes over TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder, redirect};

use crate::agent::site::is_localhost_name;

/// The authorities that an agent trusts: those of the system, and perhaps one that was made for the run.
#[derive(Clone, Default)]
pub struct Trust {
    client: Option<Arc<Client>>,
    provider: Option<Arc<Client>>,
}

impl Trust {
    /// The same with these authorities as well, which are certificates in PEM; the error says what is wrong.
    pub fn with(authorities: &[u8]) -> Result<Self, String> {
        let authorities = Certificate::from_pem_bundle(authorities).map_err(|_| "it is malformed")?;
        if authorities.is_empty() {
            return Err("no certificate is in it".to_owned());
        }
        let client = builder().tls_certs_merge(authorities).build();
        Ok(Self { client: Some(Arc::new(client.map_err(|error| error.to_string())?)), provider: None })
    }

    /// The same, where the provider's host is here without being asked for. The port is for addresses without one.
    #[must_use]
    pub fn with_provider_at(self, host: &str, address: SocketAddr) -> Self {
        Self { provider: Some(Arc::new(built(anybody().resolve(host, address)))), ..self }
    }

    /// Are there more than those of the system?
    pub fn is_own(&self) -> bool {
        self.client.is_some()
    }

    /// The client that believes these.
    pub(crate) fn client(&self) -> &Client {
        /// One for the whole process: making one reads the system's certificates.
        static CLIENT: OnceLock<Client> = OnceLock::new();
        match &self.client {
            Some(client) => client,
            None => CLIENT.get_or_init(|| built(builder())),
        }
    }

    /// The client for the provider, which is believed whatever it proves itself with.
    pub(super) fn of_provider(&self) -> &Client {
        static CLIENT: OnceLock<Client> = OnceLock::new();
        match &self.provider {
            Some(client) => client,
            None => CLIENT.get_or_init(|| built(anybody())),
        }
    }
}

/// A client that believes whoever is there.
fn anybody() -> ClientBuilder {
    builder().tls_danger_accept_invalid_certs(true)
}

fn built(builder: ClientBuilder) -> Client {
    builder.build().expect("a client without certificates or proxies of its own can always be built")
}

/// It keeps no connection open, because trials run on runtimes of their own, and a pooled connection stands
/// still as soon as the runtime that opened it does.
fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .http1_only()
        .dns_resolver(Arc::new(LikeBrowsers))
}

/// Resolves `localhost` and everything below it to this machine without asking, as browsers do.
struct LikeBrowsers;

impl Resolve for LikeBrowsers {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = if is_localhost_name(&name) {
                vec![
                    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
                    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
                ]
            } else {
                tokio::net::lookup_host((name, 0)).await?.collect()
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

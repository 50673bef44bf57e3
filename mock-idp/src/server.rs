//! Starting and stopping a provider.

mod call;
mod connection;
mod forwarded;
mod opening;
mod recorder;
mod request;
mod slow;
mod watched;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ambient::{Clock, Ids};
use crate::settings::Settings;
use crate::tenant::{Bases, Desk, Registry, Tenant, ambient};
use crate::{control, routes, token};

pub(crate) use call::{Call, ControlUrl, Paused, Reply};
pub(crate) use connection::{Terms, serve};
use opening::Opening;

/// A running provider. Dropping it stops it at once and closes its connections.
///
/// ```
/// # async fn example() -> Result<(), mock_idp::StartError> {
/// use mock_idp::{LoginPolicy, MockIdp};
///
/// let provider = MockIdp::start().await?;
/// provider.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
/// println!("ISSUER_BASE_URL={}", provider.base_url());
/// # Ok(())
/// # }
/// ```
pub struct MockIdp {
    registry: Arc<Registry>,
    address: SocketAddr,
    control_url: Option<String>,
    tasks: Vec<JoinHandle<()>>,
    stopping: watch::Sender<bool>,
}

impl MockIdp {
    /// Starts on a free port of 127.0.0.1, with the fixtures' clients and people and no control API.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts differently.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            control: None,
            clock: None,
            ids: None,
            settings: Settings::default(),
            patience: Duration::from_secs(10),
        }
    }

    /// `http://127.0.0.1:PORT`, or the public URL of the settings. It is the issuer of the default tenant unless
    /// a preset or a trailing slash says otherwise: see [`Tenant::issuer`].
    pub fn base_url(&self) -> &str {
        &self.registry.base_url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` of the control API, if there is one.
    pub fn control_url(&self) -> Option<&str> {
        self.control_url.as_deref()
    }

    /// Takes over new clients, people, rules, policy and lifetimes, and the issuers that the settings name. What
    /// is running stays: keys, codes, sessions, faults and trace. For what else is different, see
    /// [`Settings::needs_restart`].
    pub fn reload(&self, settings: &Settings) {
        self.registry.reload(settings);
    }

    /// Stops, as a program does that is asked to: nobody is let in any more, and what is being answered is answered
    /// to its end, if that takes no longer than the given time. Streams end.
    pub async fn stop(mut self, grace: Duration) {
        self.stopping.send_replace(true);
        self.registry.close_traces();
        let answered = async {
            for task in &mut self.tasks {
                let _ = task.await;
            }
        };
        let _ = tokio::time::timeout(grace, answered).await;
    }

    /// The issuer identifier of a tenant, if there is one of that slug.
    pub fn issuer_of(&self, slug: &str) -> Option<String> {
        self.registry.get(slug).map(|state| state.issuer.clone())
    }

    /// The default issuer.
    pub fn tenant(&self) -> Tenant {
        Tenant::new(self.registry.default_state(), &self.registry)
    }

    /// The issuer of that slug, if there is one: of the settings, or made since.
    pub fn tenant_of(&self, slug: &str) -> Option<Tenant> {
        self.registry.get(slug).map(|state| Tenant::new(state, &self.registry))
    }

    /// Makes an issuer of its own at `/t/{slug}`, with the clients and people of the settings. One with the
    /// same slug is replaced.
    ///
    /// # Panics
    /// If the slug is not made of letters, digits, `-` and `_`, 64 at most, because it goes into URLs as it is.
    pub fn new_tenant(&self, slug: &str, clock: Clock, ids: Ids) -> Tenant {
        assert!(
            is_slug(slug),
            "the tenant slug \"{slug}\" must be made of letters, digits, - and _, 64 at most"
        );
        Tenant::new(self.registry.add(slug, clock, ids), &self.registry)
    }
}

/// How long a slug is at most: it is part of every URL.
const SLUG: usize = 64;

/// Whether a text can be a tenant's slug.
pub(crate) fn is_slug(text: &str) -> bool {
    (1..=SLUG).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl Drop for MockIdp {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// How to start a provider.
#[must_use = "nothing listens before start() is awaited"]
pub struct Builder {
    listen: SocketAddr,
    control: Option<SocketAddr>,
    clock: Option<Clock>,
    ids: Option<Ids>,
    settings: Settings,
    patience: Duration,
}

impl Builder {
    /// Listens here; port 0 takes a free one.
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// Offers the control API here; it must be on loopback unless the settings have `control_hosts`.
    pub fn control(self, control: SocketAddr) -> Self {
        Self { control: Some(control), ..self }
    }

    /// The default issuer's clock, whatever the settings say.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// The default issuer's source of ids, whatever the settings say.
    pub fn ids(self, ids: Ids) -> Self {
        Self { ids: Some(ids), ..self }
    }

    /// Clients, people, rules and so on. The addresses in the settings are the binary's; here
    /// [`Builder::listen`] and [`Builder::control`] count.
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// How long the head of a request, and then its body, may take to arrive, which is ten seconds each unless
    /// told; then the answer is 408, and the connection ends. It also ends when nobody takes an answer for as
    /// long.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Starts.
    pub async fn start(self) -> Result<MockIdp, StartError> {
        self.settings.check().map_err(StartError::Settings)?;
        if let Some(folder) = &self.settings.keys {
            token::use_keys(folder).map_err(StartError::Settings)?;
        }
        if let Some(control) = self
            .control
            .filter(|address| self.settings.control_hosts.is_empty() && !address.ip().is_loopback())
        {
            return Err(StartError::ControlNotLoopback(control));
        }
        let (listener, address) = bind(self.listen, "--port").await?;
        let scheme = if self.settings.tls { "https" } else { "http" };
        let bases = Bases {
            public: self.settings.public_url.clone().unwrap_or_else(|| url_of(scheme, address)),
            scheme,
            internal: self.settings.internal_url.as_deref().and_then(origin_of),
            trust: self.settings.trust_forwarded,
        };
        let (clock, ids) = ambient(&self.settings);
        let (clock, ids) = (self.clock.unwrap_or(clock), self.ids.unwrap_or(ids));
        let registry = Arc::new(Registry::new(bases, Desk::new(&self.settings), clock, ids));
        registry.settle(&self.settings);
        let (mut tasks, mut control_url) = (Vec::new(), None);
        let (stopping, told) = watch::channel(false);
        let terms = Terms { patience: self.patience, stopping: told };
        if let Some(control) = self.control {
            let (listener, address) = bind(control, "--control-port").await?;
            control_url = Some(url_of("http", address));
            tasks.push(tokio::spawn(serve(
                listener,
                control::service(&registry, address, &self.settings.control_hosts, self.patience),
                terms.clone(),
                Opening::default(),
            )));
        }
        let router = routes::router(&ControlUrl(control_url.clone()));
        let service = recorder::recording(Arc::clone(&registry), self.patience, router);
        let opening = Opening::of(&self.settings, address.ip(), &registry).map_err(StartError::Settings)?;
        tasks.push(tokio::spawn(serve(listener, service, terms, opening)));
        // The port is open; what the first login needs is made ready while nobody waits for it.
        token::warm_up();
        Ok(MockIdp { registry, address, control_url, tasks, stopping })
    }
}

async fn bind(address: SocketAddr, flag: &'static str) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |cause| StartError::Listen { address, flag, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// A URL as an origin is written, so that it can be compared.
fn origin_of(url: &str) -> Option<String> {
    Some(url::Url::parse(url).ok()?.origin().ascii_serialization())
}

/// How this machine reaches a listener.
pub(crate) fn url_of(scheme: &str, address: SocketAddr) -> String {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(IpAddr::from(Ipv4Addr::LOCALHOST));
    }
    format!("{scheme}://{reachable}")
}

/// Why a provider does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error(
        "cannot listen on {address}: {cause}; stop what listens there, or choose another port with {flag}"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag of the binary that chooses the port.
        flag: &'static str,
        /// Why. It is in the message, so it is not the error's source as well.
        cause: std::io::Error,
    },
    /// The control API would be open to others.
    #[error("the control API may listen on loopback only, not on {0}; use 127.0.0.1:{port}", port = .0.port())]
    ControlNotLoopback(SocketAddr),
    /// The settings contradict each other.
    #[error("{0}")]
    Settings(String),
}

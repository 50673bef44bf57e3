//! Starting and stopping the app.

mod connection;
mod transport;

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::instrument::WithSubscriber as _;

use crate::ambient::Ambient;
use crate::config::{Settings, SettingsError};
use crate::login::Login;
use crate::pages::Brand;
use crate::policy::Policy;
use crate::routes;
#[cfg(feature = "weakness")]
use crate::weakness::Weakness;
use transport::Transport;

/// A running app. Dropping it stops it.
#[must_use = "the app stops as soon as this is dropped"]
pub struct SampleApp {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

/// Why the app does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Without login the app must not be reachable from other machines.
    #[error(
        "without login the app listens on this machine only, not on {0}: listen on 127.0.0.1, or configure a login"
    )]
    Exposed(SocketAddr),
    /// The listener does not know its own address.
    #[error("the address to listen on is not known: {0}")]
    Listener(#[from] std::io::Error),
}

impl SampleApp {
    /// Serves the app on `listener` until it is dropped. Asks nothing of the provider until somebody logs in, and logs
    /// where its caller does.
    #[expect(clippy::unused_async, reason = "starting may come to need a store; callers await it already")]
    pub async fn start(
        listener: TcpListener,
        settings: Settings,
        ambient: Ambient,
    ) -> Result<Self, StartError> {
        let policy = Policy::honest(&settings);
        Self::serve(listener, settings, ambient, policy)
    }

    /// The same app without the one check that `weakness` names.
    #[cfg(feature = "weakness")]
    #[expect(clippy::unused_async, reason = "as `start`")]
    pub async fn start_weak(
        listener: TcpListener,
        settings: Settings,
        ambient: Ambient,
        weakness: Weakness,
    ) -> Result<Self, StartError> {
        let mut policy = Policy::honest(&settings);
        weakness.edit(&mut policy);
        Self::serve(listener, settings, ambient, policy)
    }

    fn serve(
        listener: TcpListener,
        settings: Settings,
        ambient: Ambient,
        policy: Policy,
    ) -> Result<Self, StartError> {
        let address = listener.local_addr()?;
        if !settings.has_login() {
            if !address.ip().is_loopback() {
                return Err(StartError::Exposed(address));
            }
            tracing::warn!("no login is configured: every page and the API are open to this machine");
        }
        let transport = Transport::of(&settings, &policy)?;
        let url = settings.base_url.to_string();
        let name = settings.app_name.clone().unwrap_or_else(|| "Sample app".to_owned());
        let Login(app) = Login::with_policy(settings, ambient, policy, Brand { name, has_profile: true })?;
        let router = routes::router(app);
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let server = connection::serve(listener, (router, transport), connection::PATIENCE, stopped);
        let server = tokio::spawn(server.with_current_subscriber());
        Ok(Self { url, stop: Some(stop), server })
    }

    /// Where browsers find the app.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Finishes the answers under way, as far as that takes seconds, then stops.
    pub async fn stop(mut self) {
        self.stop.take();
        let _ = (&mut self.server).await;
    }
}

impl Drop for SampleApp {
    fn drop(&mut self) {
        self.stop.take();
        self.server.abort();
    }
}

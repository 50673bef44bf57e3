//! The program around the app: settings in, address out, until somebody stops it.

use std::io::{ErrorKind, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::ambient::Ambient;
use crate::config::{Settings, SettingsError};
use crate::server::{SampleApp, StartError};

/// Why the program ends without having served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The app does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The system does not say when to stop.
    #[error("Ctrl-C and SIGTERM cannot be listened for: {0}")]
    Signals(std::io::Error),
    /// Somebody else has the port.
    #[error("port {0} is in use: stop what listens there, or choose another with PORT")]
    PortInUse(u16),
    /// The port cannot be had for another reason.
    #[error("port {port} cannot be opened: {error}; choose another with PORT")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        error: std::io::Error,
    },
}

/// Serves the app as the environment says, until Ctrl-C or SIGTERM.
pub async fn run() -> Result<(), ProgramError> {
    let mut signals = Signals::listen().map_err(ProgramError::Signals)?;
    let mut settings = Settings::from_env()?;
    let port = settings.port;
    let listener =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(|error| {
            if error.kind() == ErrorKind::AddrInUse {
                ProgramError::PortInUse(port)
            } else {
                ProgramError::Port { port, error }
            }
        })?;
    let address = listener.local_addr().map_err(|error| ProgramError::Port { port, error })?;
    if let Some(doubt) = settings.listens_on(address.port())? {
        tracing::warn!("{doubt}");
    }
    let app = SampleApp::start(listener, settings, Ambient::system()).await?;
    tracing::info!("listening on {address}");
    // Nobody reads the address if the output is closed; the app serves all the same.
    let _ = writeln!(std::io::stdout(), "sample-app is ready: open {}", app.url());
    signals.next().await;
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        () = app.stop() => {}
        () = signals.next() => {}
    }
    Ok(())
}

/// Ctrl-C and SIGTERM, from the moment this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

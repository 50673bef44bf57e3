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
    let settings = Settings::from_env()?;
    let port = settings.port;
    let listener =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(|error| {
            if error.kind() == ErrorKind::AddrInUse {
                ProgramError::PortInUse(port)
            } else {
                ProgramError::Port { port, error }
            }
        })?;
    let app = SampleApp::start(listener, settings, Ambient::system()).await?;
    // Nobody reads the address if the output is closed; the app serves all the same.
    let _ = writeln!(std::io::stdout(), "sample-app is ready: open {}", app.url());
    stopped().await;
    app.stop().await;
    Ok(())
}

#[cfg(unix)]
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn stopped() {
    let _ = tokio::signal::ctrl_c().await;
}

//! The binary: its command line, what it prints, and how it ends.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;

use crate::server::MockIdp;
use crate::settings::Settings;

/// A mock OpenID Provider that tells the truth, or lies on command.
#[derive(Debug, Parser)]
#[command(name = "mock-idp", version)]
pub struct Args {
    /// Listen on this port [default: 9000]
    #[arg(long, env = "MOCK_IDP_PORT")]
    port: Option<u16>,
    /// Listen on this address [default: 127.0.0.1]
    #[arg(long, env = "MOCK_IDP_HOST")]
    host: Option<IpAddr>,
    /// Offer the control API on this port of 127.0.0.1 [default: 9001]
    #[arg(long, env = "MOCK_IDP_CONTROL_PORT")]
    control_port: Option<u16>,
    /// Read settings from this TOML file
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<PathBuf>,
    /// Sign this person in without asking
    #[arg(long, value_name = "USERNAME", env = "MOCK_IDP_USER")]
    user: Option<String>,
    /// Be known under this URL, which becomes the issuer
    #[arg(long, value_name = "URL", env = "MOCK_IDP_PUBLIC_URL")]
    public_url: Option<String>,
}

impl Args {
    /// The settings of the file, changed by the command line.
    pub fn settings(self) -> anyhow::Result<Settings> {
        let mut settings = match &self.config {
            Some(path) => Settings::from_file(path)?,
            None => Settings::default(),
        };
        if let Some(port) = self.port {
            settings.listen.set_port(port);
        }
        if let Some(host) = self.host {
            settings.listen.set_ip(host);
        }
        if let Some(port) = self.control_port {
            settings.control.set_port(port);
        }
        if let Some(user) = self.user {
            settings.policy = user;
        }
        settings.public_url = self.public_url.or(settings.public_url);
        settings.check().map_err(anyhow::Error::msg).context("the settings do not fit together")?;
        Ok(settings)
    }
}

/// Starts a provider, says where it is, and runs it until Ctrl-C or SIGTERM.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let settings = args.settings()?;
    let (listen, control) = (settings.listen, settings.control);
    let provider =
        MockIdp::builder().listen(listen).control(control).settings(settings.clone()).start().await?;
    // Listening for the signal before anybody is told that we run: who reads that may send it at once.
    let stop = stop_signal()?;
    say(&greeting(&provider, &settings));
    stop.await?;
    say("mock-idp has stopped");
    Ok(())
}

fn greeting(provider: &MockIdp, settings: &Settings) -> String {
    let issuer = provider.base_url();
    let control = provider.control_url().unwrap_or_default();
    let client_id = settings.clients.first().map_or("any-client-id", |client| client.client_id.as_str());
    format!(
        "mock-idp is listening

  landing page   {issuer}/
  discovery      {issuer}/.well-known/openid-configuration
  control API    {control}/

Its keys are published test keys: never trust them outside of tests.

For the .env of your application:

  ISSUER_BASE_URL={issuer}
  CLIENT_ID={client_id}
  BASE_URL=http://localhost:3000
  SECRET=any-long-random-text-of-your-own-32-characters

Stop it with Ctrl-C."
    )
}

#[expect(clippy::print_stdout, reason = "this is what the binary says to the person who started it")]
fn say(text: &str) {
    println!("{text}");
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = interrupt.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on the other systems")]
fn stop_signal() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

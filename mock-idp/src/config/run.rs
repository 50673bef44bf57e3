//! Running until somebody says stop.

use std::time::Duration;

use clap::ArgMatches;
use serde_json::json;

use super::args::{Effective, Ready, ServeArgs};
use super::say;
use crate::server::MockIdp;
use crate::settings::{Settings, shown};

/// How long answers may take that are under way when it is told to stop. Containers are killed after ten seconds.
const GRACE: Duration = Duration::from_secs(5);

/// Starts a provider, says where it is, and runs it until Ctrl-C or SIGTERM.
pub(super) async fn serve(args: &ServeArgs, matches: &ArgMatches) -> anyhow::Result<()> {
    let Effective { settings, origins, notes } = args.effective(matches)?;
    for note in notes {
        eprintln!("mock-idp: {note}");
    }
    if args.print_config {
        say(shown(&settings, &origins).trim_end());
        return Ok(());
    }
    let (listen, control) = (settings.listen, settings.control);
    let provider =
        MockIdp::builder().listen(listen).control(control).settings(settings.clone()).start().await?;
    // Listening for signals before anybody is told that we run: who reads that may send one at once.
    let mut signals = Signals::listen()?;
    let ready = args.ready.unwrap_or(if listen.port() == 0 { Ready::Json } else { Ready::Text });
    if ready == Ready::Json {
        say(&ready_line(&provider));
    }
    // A free port that nobody asked to be told about in JSON only is for people as well.
    let is_quiet = args.ready == Some(Ready::Json);
    if !is_quiet {
        say(&greeting(&provider, &settings));
    }
    while signals.next().await == Signal::Reload {
        reload(args, matches, &provider, &settings);
    }
    tokio::select! {
        () = provider.stop(GRACE) => {}
        // Whoever asks again does not want to wait.
        _ = signals.next() => {}
    }
    if !is_quiet {
        say("mock-idp has stopped");
    }
    Ok(())
}

fn ready_line(provider: &MockIdp) -> String {
    let line = json!({
        "issuer": provider.tenant().issuer(),
        "control": provider.control_url(),
        "pid": std::process::id(),
    });
    line.to_string()
}

/// Reads the settings again. A mistake in them changes nothing. What counts only at the start is compared with
/// what the process was started with, so that it is said again until somebody restarts it.
fn reload(args: &ServeArgs, matches: &ArgMatches, provider: &MockIdp, started: &Settings) {
    match args.effective(matches) {
        Ok(Effective { settings, notes, .. }) => {
            for note in notes {
                eprintln!("mock-idp: {note}");
            }
            provider.reload(&settings);
            let late = started.needs_restart(&settings);
            if late.is_empty() {
                eprintln!("mock-idp: the settings were read again");
            } else {
                eprintln!(
                    "mock-idp: the settings were read again; restart it for what changed in {}",
                    late.join(", ")
                );
            }
        }
        Err(error) => {
            eprintln!("mock-idp: the old settings stay, because the new ones are wrong: {error:#}");
        }
    }
}

fn greeting(provider: &MockIdp, settings: &Settings) -> String {
    let (base, issuer) = (provider.base_url(), provider.tenant().issuer());
    let control = provider.control_url().unwrap_or_default();
    let client_id = settings.clients.first().map_or("any-client-id", |client| client.client_id.as_str());
    let keys = match &settings.keys {
        Some(folder) => format!("It signs with the keys in {}.", folder.display()),
        None => "Its keys are published test keys: never trust them outside of tests.".to_owned(),
    };
    let others: String = settings.tenants.keys().fold(String::new(), |text, slug| {
        format!("{text}\n  issuer         {}", provider.issuer_of(slug).unwrap_or_default())
    });
    format!(
        "mock-idp is listening

  landing page   {base}/
  discovery      {}/.well-known/openid-configuration
  control API    {control}/{others}

{keys}

For the .env of your application:

  ISSUER_BASE_URL={issuer}
  CLIENT_ID={client_id}
  BASE_URL=http://localhost:3000
  SECRET=any-long-random-text-of-your-own-32-characters

Stop it with Ctrl-C.",
        issuer.trim_end_matches('/')
    )
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Stop,
    Reload,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.hang_up.recv() => Signal::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as on the other systems")]
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Stop
    }
}

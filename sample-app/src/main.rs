//! The program `sample-app`: serves the sample app on 127.0.0.1, as its environment says.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// A single-page app signed in by OpenID Connect (id_token by form_post, if nothing else is set) behind a sealed cookie.
///
/// Settings come from the environment or a .env file: ISSUER_BASE_URL, CLIENT_ID, BASE_URL and SECRET (all of
/// them, or none to run without login), PORT, and those in the table of sample-app/README.md. RUST_LOG chooses what is
/// logged.
#[derive(Parser)]
#[command(version)]
struct Arguments;

fn main() -> ExitCode {
    let Arguments = Arguments::parse();
    let filter = match filter() {
        Ok(filter) => filter,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("no threads can be started: {error}");
            return ExitCode::from(2);
        }
    };
    let outcome = runtime.block_on(sample_app::run());
    // Nothing that still hangs, such as the look-up of a name, keeps the program from ending.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::from(2)
        }
    }
}

/// What to log: everything from `info` on, if `RUST_LOG` does not say.
fn filter() -> Result<EnvFilter, String> {
    let told = std::env::var_os("RUST_LOG").filter(|told| !told.is_empty());
    let Some(told) = told else { return Ok(EnvFilter::new("info")) };
    let told = told.to_string_lossy();
    EnvFilter::try_new(&told).map_err(|error| {
        format!("RUST_LOG is `{told}` ({error}): write a level such as `info` or `sample_app=debug`")
    })
}

//! `mock-idp`: the provider as a program. See `mock-idp --help`.

use std::process::ExitCode;

use clap::Parser as _;
use mock_idp::config::{Args, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mock-idp: {error:#}");
            ExitCode::from(2)
        }
    }
}

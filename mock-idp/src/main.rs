//! `mock-idp`: the provider as a program. See `mock-idp --help`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    mock_idp::config::main().await
}

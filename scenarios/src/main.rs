//! `rpcheck`: is your OpenID Connect login right and safe?

use harness::cli::{Suite, main as command_line};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    command_line(Suite {
        scenarios: scenarios::catalogue(),
        from_the_field: scenarios::field::rows::shown_by,
        bundled: scenarios::sample::bundled,
    })
    .await
}

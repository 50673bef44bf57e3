//! `rpcheck serve`: the mock provider with its control API, for a run that somebody else drives.

use crate::report::terminal::say;
use mock_idp::MockIdp;
use std::net::SocketAddr;
use std::process::ExitCode;

pub(super) async fn serve(listen: SocketAddr, control: SocketAddr) -> anyhow::Result<ExitCode> {
    let idp = MockIdp::builder().listen(listen).control(control).start().await?;
    say(&format!("provider  {}", idp.base_url()));
    say(&format!("control   {}", idp.control_url().unwrap_or("off")));
    say("Its keys are published test keys. Ctrl-C ends it.");
    std::future::pending::<()>().await;
    Ok(ExitCode::SUCCESS)
}

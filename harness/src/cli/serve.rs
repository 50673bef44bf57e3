//! `rpcheck serve`: the mock provider with its control API, for a run that somebody else drives.

use crate::report::terminal::say;
use mock_idp::{MockIdp, StartError};
use std::net::SocketAddr;
use std::process::ExitCode;

pub(super) async fn serve(listen: SocketAddr, control: SocketAddr) -> anyhow::Result<ExitCode> {
    let idp = MockIdp::builder().listen(listen).control(control).start().await;
    let idp = idp.map_err(|error| match error {
        StartError::Listen { address, cause, .. } => {
            let flag = if address == control { "--control" } else { "--listen" };
            anyhow::anyhow!(
                "cannot listen on {address}: {cause}; stop what listens there, or choose another address with {flag}"
            )
        }
        StartError::ControlNotLoopback(address) => anyhow::anyhow!(
            "the control API may listen on loopback only, not on {address}: write --control 127.0.0.1:{}",
            address.port()
        ),
        StartError::Settings(_) => error.into(),
    })?;
    say(&format!("provider  {}", idp.base_url()));
    say(&format!("control   {}", idp.control_url().unwrap_or("off")));
    say("Its keys are published test keys. Ctrl-C ends it.");
    std::future::pending::<()>().await;
    Ok(ExitCode::SUCCESS)
}

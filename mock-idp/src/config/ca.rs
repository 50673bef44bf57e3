//! `mock-idp ca`: the certificate that browsers and libraries have to trust.

use std::path::PathBuf;

use clap::Args;

/// Which authority.
#[derive(Debug, Args)]
pub(super) struct CaArgs {
    /// The folder in which it is, or will be [default: mock-idp in the user's data folder]
    #[arg(long, value_name = "FOLDER", env = "MOCK_IDP_TLS_FOLDER")]
    tls_folder: Option<PathBuf>,
}

/// Prints its certificate.
#[cfg(feature = "tls")]
pub(super) fn print(args: &CaArgs) -> anyhow::Result<()> {
    let folder = args.tls_folder.clone().unwrap_or_else(crate::tls::default_folder);
    let authority = crate::tls::Authority::of(&folder).map_err(anyhow::Error::msg)?;
    super::say(authority.certificate().trim_end());
    Ok(())
}

/// There is none.
#[cfg(not(feature = "tls"))]
pub(super) fn print(args: &CaArgs) -> anyhow::Result<()> {
    let folder =
        args.tls_folder.as_ref().map(|folder| format!(" in {}", folder.display())).unwrap_or_default();
    anyhow::bail!("there is no certificate authority{folder}: {}", crate::settings::WITHOUT_TLS)
}

//! `mock-idp keys`: fresh keys in a folder.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::say;
use crate::private_file;
use crate::token::{OWN_NAMES, fresh_keys, key_set, use_keys};

/// Where to.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    /// The folder; it is made if it is not there
    folder: PathBuf,
    /// Replace keys that are there already
    #[arg(long)]
    force: bool,
}

/// Makes the keys.
pub(super) fn make(args: &KeysArgs) -> anyhow::Result<()> {
    let folder = &args.folder;
    let problem = || format!("cannot write the keys to {}", folder.display());
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}; choose a folder that can be made", problem()))?;
    let made = fresh_keys();
    if let Some((name, _)) = made.iter().find(|(name, _)| folder.join(name).exists() && !args.force) {
        bail!(
            "{} is there already; choose another folder, or replace the keys with --force",
            folder.join(name).display()
        );
    }
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        private_file::write(&path, text).with_context(problem)?;
        say(&path.display().to_string());
        anyhow::Ok(())
    };
    made.iter().try_for_each(|(name, text)| write(name, text))?;
    // Read back as a provider does, which also names the keys.
    use_keys(folder).map_err(anyhow::Error::msg)?;
    let set = key_set(OWN_NAMES, &[]);
    write("jwks.json", &format!("{set}\n"))?;
    say(&format!("Sign with them: mock-idp --keys {}", folder.display()));
    Ok(())
}

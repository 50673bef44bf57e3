//! express-openid-connect in Node, one process per question.

use scenarios::sample::START;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The oldest Node that the library runs in.
const NODE: (u32, u32) = (20, 19);

/// The library, installed.
pub(crate) struct Peer {
    folder: PathBuf,
}

impl Peer {
    /// Installs the library unless it is there; otherwise what is missing, and what to do about it.
    pub(crate) fn find() -> Result<Self, String> {
        let remedy = "install Node 20.19 or newer with npm (Debian: apt install nodejs npm)";
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let folder = workspace.join("fixtures/targets/express-openid-connect");
        let version = output(Command::new("node").arg("--version"))
            .map_err(|cause| format!("Node was not found ({cause}): {remedy}"))?;
        if number(&version).is_none_or(|version| version < NODE) {
            return Err(format!("Node {} is too old: {remedy}", version.trim()));
        }
        if !folder.join("node_modules/express-openid-connect").exists() {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
            output(&mut npm).map_err(|cause| {
                let place = folder.display();
                format!(
                    "the library was not installed ({cause}): run `npm ci --ignore-scripts` in {place}, or {remedy}"
                )
            })?;
        }
        Ok(Self { folder })
    }

    /// What the library makes of it at the time at which trials start; otherwise what it says against it.
    pub(crate) fn ask(&self, verb: &str, secret: &str, name: &str, value: &str) -> Result<String, String> {
        let mut node = Command::new("node");
        node.current_dir(&self.folder).args(["cookie-peer.mjs", &format!("--now={START}")]);
        output(node.args([verb, secret, name, value])).map(|said| said.trim_end().to_owned())
    }
}

/// What a program writes, if it ends well; otherwise its complaint.
fn output(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no {}", command.get_program().display()),
        _ => error.to_string(),
    })?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&stderr).trim().to_owned())
    }
}

/// Major and minor number of `v20.19.5`.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

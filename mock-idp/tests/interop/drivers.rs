//! Drivers in other languages: found, installed once, and run as a process per case.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// A login takes a second; a driver that waits for something that never comes shall not hold the run.
const PATIENCE: Duration = Duration::from_secs(90);

/// A script with cases.
#[derive(Clone, Copy)]
pub(crate) struct Driver {
    /// `node` or `python`, as `RPCHECK_REQUIRE` calls it.
    pub(crate) program: &'static str,
    pub(crate) script: &'static str,
    pub(crate) cases: &'static [&'static str],
}

/// Which interpreters are there, with their packages. Looked for once.
#[derive(Default)]
pub(crate) struct Found {
    node: OnceLock<Result<Folder, String>>,
    python: OnceLock<Result<Folder, String>>,
}

/// Where the scripts are, and what runs them.
#[derive(Clone)]
pub(crate) struct Folder {
    scripts: PathBuf,
    interpreter: PathBuf,
}

impl Found {
    pub(crate) fn of(&self, driver: Driver) -> Result<Folder, String> {
        match driver.program {
            "node" => self.node.get_or_init(node).clone(),
            _ => self.python.get_or_init(python).clone(),
        }
    }
}

fn scripts(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(language)
}

fn node() -> Result<Folder, String> {
    let scripts = scripts("node");
    let remedy = "install Node 20.19 or newer with npm (Debian: apt install nodejs npm)";
    let version =
        said(Command::new("node").arg("--version")).map_err(|why| format!("no Node ({why}); {remedy}"))?;
    let numbers: Vec<u32> =
        version.trim_start_matches('v').split('.').filter_map(|part| part.trim().parse().ok()).collect();
    if numbers.as_slice() < [20, 19].as_slice() {
        return Err(format!("Node {} is too old; {remedy}", version.trim()));
    }
    // npm writes this file last, so an installation that broke off is repeated.
    let marker = scripts.join("node_modules/.package-lock.json");
    if is_older(&marker, &scripts.join("package-lock.json")) {
        let mut npm = Command::new("npm");
        said(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&scripts))
            .map_err(|why| format!("`npm ci` failed in {}: {why}", scripts.display()))?;
    }
    Ok(Folder { scripts, interpreter: "node".into() })
}

fn python() -> Result<Folder, String> {
    let scripts = scripts("python");
    let requirements = scripts.join("requirements.txt");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-python");
    let interpreter = place.join("bin/python");
    let marker = place.join("installed");
    if is_older(&marker, &requirements) {
        said(Command::new("python3").args(["-m", "venv"]).arg(&place)).map_err(|why| {
            format!(
                "no Python with venv ({why}); install Python 3.10 or newer (Debian: apt install python3-venv)"
            )
        })?;
        let mut pip = Command::new(&interpreter);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        said(pip.arg(&requirements))
            .map_err(|why| format!("pip could not install {}: {why}", requirements.display()))?;
        std::fs::write(&marker, "").map_err(|why| format!("cannot write {}: {why}", marker.display()))?;
    }
    Ok(Folder { scripts, interpreter })
}

/// Whether a file is missing, or older than another.
fn is_older(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    changed(file) < changed(than)
}

/// What a program writes, if it ends well; otherwise its complaint.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|cause| cause.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

impl Driver {
    /// Runs one case against a provider.
    pub(crate) async fn drive(
        self,
        folder: &Folder,
        case: &str,
        issuer: &str,
        control: &str,
    ) -> Result<(), String> {
        let mut command = tokio::process::Command::new(&folder.interpreter);
        command
            .current_dir(&folder.scripts)
            .args([self.script, case])
            .envs([("ISSUER", issuer), ("CONTROL", control), ("NO_PROXY", "*")])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        match tokio::time::timeout(PATIENCE, command.output()).await {
            Err(_) => Err(format!("{} {case} took longer than {PATIENCE:?}", self.script)),
            Ok(Err(error)) => Err(format!("{} does not start: {error}", folder.interpreter.display())),
            Ok(Ok(output)) if output.status.success() => Ok(()),
            Ok(Ok(output)) => {
                Err(format!("{} {case}: {}", self.script, String::from_utf8_lossy(&output.stderr).trim()))
            }
        }
    }
}

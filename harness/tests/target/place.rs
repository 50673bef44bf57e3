//! A profile for the application, in a folder of its own, and what comes of running scenarios on it.

use harness::deviations::Deviations;
use harness::event::RunRecord;
use harness::runner::{self, Options};
use harness::stage::Browsers;
use harness::target::external::ExternalTarget;
use harness::verdict::TrialRecord;
use harness::{Scenario, TargetError};
use std::sync::Arc;
use std::time::Duration;

/// What is the same for every application here. `{program}` is this program.
pub(crate) const PROFILE: &str = r#"
name = "test app"
base_url = "http://localhost:{port}"
start = "/login"
callback = "/callback"
client_id = "rpcheck-client"

[probe]
path = "/me"
subject = "/sub"

[run]
command = ["{program}"]

[run.env]
RP_PORT = "{port}"
RP_ISSUER = "{issuer}"
RP_BASE_URL = "{base_url}"
"#;

/// The application with these lines more in `[run.env]`.
pub(crate) async fn app(env: &str) -> ExternalTarget {
    open(&format!("{PROFILE}{env}\n")).await.unwrap()
}

/// The application by this profile.
pub(crate) async fn open(profile: &str) -> Result<ExternalTarget, TargetError> {
    let program = std::env::current_exe().unwrap();
    // Its folder has to outlive it: the application is started there again and again.
    let file = tempfile::Builder::new().suffix(".toml").tempfile_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(file.path(), profile.replace("{program}", program.to_str().unwrap())).unwrap();
    ExternalTarget::open(file.path(), Browsers::default()).await
}

/// Runs them four at a time.
pub(crate) async fn run(target: ExternalTarget, scenarios: &[Scenario]) -> RunRecord {
    let options = Options { jobs: 4, strict: false, deadline: Duration::from_mins(1) };
    runner::run(Arc::new(target), scenarios, options, &Deviations::default(), |_| {}).await
}

/// Runs one.
pub(crate) async fn tried(target: ExternalTarget, scenario: Scenario) -> TrialRecord {
    run(target, &[scenario]).await.trials.remove(0)
}

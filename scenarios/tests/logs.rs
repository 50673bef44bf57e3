//! What an application writes to its standard output and error: `callback/token-logged` lets pass what npm's
//! openid-client writes as it is, and finds everything where the same application writes down all that it hears and
//! says.

use harness::runner::run_one;
use harness::stage::Browsers;
use harness::target::external::ExternalTarget;
use harness::verdict::TrialRecord;
use harness::{Scenario, libtest};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let name = "whatever_of_a_login_is_in_the_log_of_an_app_is_found_and_nothing_where_nothing_is";
    libtest_mimic::run(&Arguments::from_args(), vec![Trial::ignorable_test(name, logs)]).exit_code()
}

fn logs() -> Result<Completion, Failed> {
    for program in ["node", "npm"] {
        if let Err(error) = Command::new(program).arg("--version").output() {
            return libtest::missing("node", format!("{program}: {error}"));
        }
    }
    Runtime::new()?.block_on(async {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/targets/openid-client");
        // As it is comes first: that installs what it needs.
        let quiet = tried(&folder.join("profile.toml")).await;
        let place = tempfile::tempdir()?;
        let talkative = tried(&talkative(&folder, place.path())).await;

        assert_eq!(quiet.verdict.name(), "pass", "{:?}", quiet.verdict);
        assert_eq!(quiet.inputs.len(), 5, "the code flow is tried as well");
        let shown: Vec<_> =
            talkative.inputs.iter().map(|input| (input.label.as_str(), found(input))).collect();
        assert_eq!(shown, FOUND);
        Ok(Completion::Completed)
    })
}

const FOUND: [(&str, &str); 5] = [
    ("an accepted login", "in it: a cookie, the ID Token, the nonce, the state"),
    ("a bad signature", "in it: a cookie, the ID Token, the nonce, the state"),
    ("a wrong state", "in it: a cookie, the ID Token, the nonce, the state"),
    (
        "an accepted login by a code",
        "in it: a cookie, the ID Token, the access token, the client secret, the code, the code_verifier, the nonce, the state",
    ),
    (
        "a bad signature of what a code brought",
        "in it: a cookie, the ID Token, the access token, the client secret, the code, the code_verifier, the nonce, the state",
    ),
];

fn found(input: &harness::verdict::InputRecord) -> &str {
    input.verdict.finding().map_or(input.verdict.name(), |finding| finding.actual.as_str())
}

async fn tried(profile: &Path) -> TrialRecord {
    let target = ExternalTarget::open(profile, Browsers::default()).await.expect("the application starts");
    let catalogue = scenarios::catalogue();
    let logged = |scenario: &&Scenario| scenario.id == "callback/token-logged";
    let scenario = *catalogue.iter().find(logged).expect("it is in the catalogue");
    run_one(&target, scenario, Duration::from_mins(2)).await
}

/// The profile of the same application, which writes down everything.
fn talkative(folder: &Path, place: &Path) -> PathBuf {
    let profile = std::fs::read_to_string(folder.join("profile.toml")).expect("the profile");
    let listener = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/everything.mjs");
    let command = ["node", "--import", &shown(&listener), &shown(&folder.join("app.js"))].map(str::to_owned);
    let with = format!("command = {command:?}");
    let lines = profile.lines().filter(|line| !line.starts_with("setup"));
    let lines = lines.map(|line| if line.starts_with("command =") { with.as_str() } else { line });
    let path = place.join("profile.toml");
    std::fs::write(&path, lines.collect::<Vec<_>>().join("\n")).expect("it is written");
    path
}

fn shown(path: &Path) -> String {
    path.canonicalize().expect("it is there").display().to_string()
}

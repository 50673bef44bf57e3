//! The control API, exercised by a stranger: schemathesis reads the OpenAPI document, makes up requests that fit
//! it and requests that do not, and wants the former accepted, the latter refused, and every answer as documented.
//!
//! It needs Python. Where that is missing the test is ignored, with the reason, unless `RPCHECK_REQUIRE` names
//! `python`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mock_idp::MockIdp;
use tokio::runtime::Runtime;

/// What it does in this many made-up requests per route and kind is enough to notice a document that is wrong.
const EXAMPLES: &str = "5";

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemathesis")
}

/// Runs a program to its end; none if it is not installed.
fn run(command: &mut Command) -> Option<Output> {
    command.output().ok()
}

/// The program, installed into a directory of its own unless it is there already.
fn schemathesis() -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis-4.32.5");
    let program = place.join("bin/st");
    if run(Command::new(&program).arg("--version")).is_some_and(|output| output.status.success()) {
        return Ok(program);
    }
    let made = run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place));
    if !made.is_some_and(|output| output.status.success()) {
        return Err("python3 with venv is not installed".to_owned());
    }
    let mut install = Command::new(place.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]);
    match run(install.arg(here().join("requirements.txt"))) {
        Some(output) if output.status.success() => Ok(program),
        Some(output) => Err(format!("pip cannot install it: {}", String::from_utf8_lossy(&output.stderr))),
        None => Err("there is no pip in the virtual environment".to_owned()),
    }
}

fn is_required() -> bool {
    std::env::var("RPCHECK_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == "python"))
}

fn main() -> ExitCode {
    let name = "a_stranger_who_reads_the_document_finds_it_true";
    libtest_mimic::run(&Arguments::from_args(), vec![Trial::ignorable_test(name, stranger)]).exit_code()
}

fn stranger() -> Result<Completion, Failed> {
    let program = match schemathesis() {
        Ok(program) => program,
        Err(why) if is_required() => return Err(format!("RPCHECK_REQUIRE asks for python: {why}").into()),
        Err(why) => return Ok(Completion::ignored_with(format!("not run: {why}"))),
    };
    let runtime = Runtime::new()?;
    let provider = runtime.block_on(MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start())?;
    let control = provider.control_url().ok_or("there is no control API")?;

    // What it remembers of an earlier run would make it ask something else by the same seed.
    let afresh = tempfile::tempdir()?;
    // Streams do not end, waiting takes time, and a logout posts to addresses that were made up.
    let mut command = Command::new(program);
    command
        .args(["run", &format!("{control}/openapi.json"), "--no-color", "--seed", "7"])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES])
        .args(["--exclude-path-regex", "(stream|rows|wait|logout)$"])
        .env("SCHEMATHESIS_HOOKS", here().join("hooks.py"))
        .current_dir(afresh.path());
    let output = command.output()?;

    if output.status.success() {
        return Ok(Completion::Completed);
    }
    Err(String::from_utf8_lossy(&output.stdout).into_owned().into())
}

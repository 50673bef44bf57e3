//! The command line as a person meets it: exit codes, and a sentence that names the thing and the remedy.

#[path = "command_line/documents.rs"]
mod documents;
#[path = "command_line/fuzz.rs"]
mod fuzz;

use harness::scenario::Action;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn rpcheck(arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_rpcheck"))
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("rpcheck runs");
    let Output { status, stdout, stderr } = output;
    Run {
        code: status.code().expect("an exit code"),
        stdout: String::from_utf8(stdout).expect("UTF-8"),
        stderr: String::from_utf8(stderr).expect("UTF-8"),
    }
}

#[track_caller]
fn refuses(arguments: &[&str], naming: &[&str]) {
    let run = rpcheck(arguments);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    for words in naming {
        assert!(run.stderr.contains(words), "“{words}” is not in: {}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

/// A profile with this text for an app on this port, which runs already and so has no variants.
fn profile(folder: &TempDir, port: u16, change: impl Fn(&str) -> String) -> PathBuf {
    let text = include_str!("../src/sample-app.toml").replace("{port}", &port.to_string());
    let (text, _) = text.split_once("[variants").expect("facts, then variants");
    let path = folder.path().join("profile.toml");
    let provider = free_port();
    let text = format!("provider = \"127.0.0.1:{provider}\"\n{}", change(text));
    std::fs::write(&path, text).expect("a writable folder");
    path
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// The port of a server that answers 200 with this body, whatever it is asked.
fn answering(body: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    port
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_run_of_one_topic_prints_totals_that_add_up_and_ends_with_zero() {
    let run = rpcheck(&["run", "id-token/aud", "--format", "json"]);

    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let total = |name: &str| report["totals"][name].as_u64().expect("a number");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(total("planned") >= 5);
    assert_eq!(
        total("planned"),
        total("passed") + total("warned") + total("failed") + total("not_run") + total("broken")
    );
    assert_eq!(report["trials"].as_array().map(Vec::len), usize::try_from(total("planned")).ok());
    assert!(report["trials"][0]["id"].as_str().expect("an id").starts_with("id-token/aud"));
}

#[test]
fn a_run_writes_its_reports_and_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("reports");
    let run = rpcheck(&["run", "request/nonce", "--report", shown(&place)]);

    let page = std::fs::read_to_string(place.join("report.html")).expect("the page is written");
    let json = std::fs::read_to_string(place.join("report.json")).expect("the JSON is written");
    assert!(run.stdout.contains("report.html"), "{}", run.stdout);
    assert!(page.contains("request/nonce") && !page.contains("src=\"http"));
    let report: Value = serde_json::from_str(&json).expect("JSON");
    let said = &report["conversations"]["request/nonce"];
    assert!(said.as_array().is_some_and(|exchanges| !exchanges.is_empty()));
}

#[test]
fn the_list_and_the_coverage_are_there_for_programs() {
    let list: Value = serde_json::from_str(&rpcheck(&["list", "--format", "json"]).stdout).expect("JSON");
    let coverage: Value =
        serde_json::from_str(&rpcheck(&["coverage", "--format", "json"]).stdout).expect("JSON");

    assert_eq!(list.as_array().map(Vec::len), Some(scenarios::catalogue().len()));
    let totals = &coverage["totals"];
    let number = |name: &str| totals[name].as_u64().expect("a number");
    assert_eq!(number("rows"), 424);
    assert_eq!(number("rows"), number("covered") + number("not_applicable") + number("open"));
}

#[test]
fn explain_tells_what_is_done_and_why() {
    let run = rpcheck(&["explain", "id-token/aud-other-client"]);
    assert_eq!(run.code, 0);
    for words in ["OIDC Core 3.1.3.7 (3)", "another client", "someone-else", "professos/trc-2"] {
        assert!(run.stdout.contains(words), "“{words}” is not in: {}", run.stdout);
    }
}

#[test]
fn a_scenario_that_does_not_exist_is_named() {
    refuses(&["run", "id-tokn"], &["id-tokn", "rpcheck list"]);
    refuses(&["explain", "aud-other"], &["aud-other", "id-token/aud-other-client"]);
    refuses(&["run", "--jobs", "0"], &["--jobs"]);
}

#[test]
fn a_profile_that_cannot_be_read_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    refuses(&["run", "--target", "/nowhere/profile.toml"], &["/nowhere/profile.toml"]);

    let path = profile(&folder, 1, |text| text.replace("callback =", "calback ="));
    refuses(&["run", "--target", shown(&path)], &["profile.toml", "calback", "line"]);

    let path = profile(&folder, 1, |text| text.replace("\"/callback\"", "\"callback\""));
    refuses(&["run", "--target", shown(&path)], &["callback", "starts with \"/\""]);

    let path = profile(&folder, 1, |text| text.replace("api = 302", "api = 200"));
    refuses(&["run", "--target", shown(&path)], &["unauthenticated.api", "401"]);

    let path = profile(&folder, 1, |text| text.replace("clock_skew = 60", "clock_skew = 3600"));
    refuses(&["run", "--target", shown(&path)], &["clock_skew is 3600", "3599"]);

    for flood in ["0", "10001"] {
        let path = profile(&folder, 1, |text| text.replace("flood = 1000", &format!("flood = {flood}")));
        refuses(&["run", "--target", shown(&path)], &[&format!("flood is {flood}"), "1 to 10000"]);
    }

    let path = profile(&folder, 1, |text| text.replace("http://localhost", "localhost"));
    refuses(&["run", "--target", shown(&path)], &["base_url", "http://localhost:3000"]);
}

#[test]
fn an_app_that_is_not_up_is_named_with_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let path = profile(&folder, port, str::to_owned);
    refuses(&["run", "--target", shown(&path)], &["sample-app is not up", &port.to_string(), "Start it"]);
}

#[test]
fn an_app_that_signs_nobody_in_is_told_from_a_failing_one() {
    let port = answering("hello");
    let folder = tempfile::tempdir().expect("a folder");
    let path = profile(&folder, port, str::to_owned);
    refuses(&["target", "check", shown(&path)], &["honest login", "probe", "issuer"]);
}

#[test]
fn a_provider_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let port = taken.local_addr().expect("an address").port().to_string();
    refuses(&["serve", "--listen", &address], &[&port, "with --listen"]);
    refuses(&["serve", "--listen", "127.0.0.1:0", "--control", &address], &[&port, "with --control"]);

    let folder = tempfile::tempdir().expect("a folder");
    let path = profile(&folder, 1, str::to_owned);
    let text = std::fs::read_to_string(&path).expect("readable");
    let (_, rest) = text.split_once('\n').expect("the provider's line, and others");
    std::fs::write(&path, format!("provider = \"{address}\"\n{rest}")).expect("written");
    refuses(&["run", "--target", shown(&path)], &[&port, "provider in the profile"]);
}

#[test]
fn a_list_of_deviations_that_is_no_longer_true_fails_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("known.toml");
    std::fs::write(&list, "[[deviation]]\nscenario = \"request/nonce\"\nreason = \"it was so once\"\n")
        .expect("written");

    let run = rpcheck(&["run", "request/nonce", "--known", shown(&list)]);

    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("STALE") && run.stdout.contains("it was so once"), "{}", run.stdout);
}

#[test]
fn a_probe_that_knows_somebody_before_the_login_is_refused() {
    let port = answering("{}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = profile(&folder, port, str::to_owned);
    refuses(&["target", "check", shown(&path)], &["before anybody has logged in", "probe.path"]);
}

#[test]
fn an_app_on_the_providers_own_host_is_refused_because_same_site_would_mean_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = profile(&folder, 1, |text| text.replace("http://localhost", "http://127.0.0.1"));
    refuses(&["run", "--target", shown(&path)], &["base_url", "SameSite", "provider = \"localhost:"]);
}

#[test]
fn a_deviation_that_names_no_scenario_is_refused_with_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("known.toml");
    std::fs::write(&list, "[[deviation]]\nscenario = \"request/nonsense\"\nreason = \"it was so once\"\n")
        .expect("written");
    refuses(&["run", "request/nonce", "--known", shown(&list)], &["known.toml", "request/nonsense"]);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    std::fs::write(&file, "in the way").expect("written");
    let place = file.join("reports");

    let run = rpcheck(&["run", "request/nonce", "--report", shown(&place)]);

    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("a-file/reports") && run.stderr.contains("--report"), "{}", run.stderr);
    assert_eq!(run.stdout, "", "nothing was run");
}

#[test]
fn explain_tells_every_input_by_its_name_and_its_faults_as_they_are_written() {
    let run = rpcheck(&["explain", "callback/state-twice"]);
    for words in [
        "input   right, then wrong",
        r#"{"seam":"authorization-response","verb":"duplicate","name":"state","value":"wrong","order":"last""#,
    ] {
        assert!(run.stdout.contains(words), "“{words}” is not in: {}", run.stdout);
    }
}

#[test]
fn every_scenario_that_only_tells_faults_is_explained_by_them() {
    for scenario in scenarios::catalogue() {
        if matches!(scenario.action, Action::Inputs(..) | Action::Faults(..)) {
            let run = rpcheck(&["explain", scenario.id]);
            assert_eq!(run.code, 0, "{}: {}", scenario.id, run.stderr);
            assert!(run.stdout.contains("told    "), "{}: {}", scenario.id, run.stdout);
        }
    }
}

#[test]
fn a_scenario_that_needs_a_fresh_app_says_so() {
    let explained = rpcheck(&["explain", "discovery/unavailable"]);
    assert!(explained.stdout.contains("an app that rpcheck can restart"), "{}", explained.stdout);

    let listed = rpcheck(&["list", "discovery/unavailable"]).stdout;
    assert!(listed.contains("(restart)"), "{listed}");
    let list = rpcheck(&["list", "discovery/unavailable", "--format", "json"]).stdout;
    let list: Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list[0]["needs"], serde_json::json!(["restart"]));
}

/// A profile for an app that is a shell script.
fn scripted(folder: &TempDir, script: &str) -> PathBuf {
    let text = r#"
name = "a script"
base_url = "http://localhost:{port}"
start = "/login"
callback = "/callback"
client_id = "rpcheck-client"
probe = { path = "/me", subject = "/sub" }
run = { command = ["sh", "-c", '{script}'] }
"#;
    let path = folder.path().join("profile.toml");
    std::fs::write(&path, text.replace("{script}", script)).expect("written");
    path
}

#[test]
fn whoever_ends_rpcheck_ends_the_app_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = scripted(&folder, "sleep 61 & echo $! > child; echo $$ > parent; wait");
    let mut running = Command::new(env!("CARGO_BIN_EXE_rpcheck"))
        .args(["run", "--target", shown(&path)])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("rpcheck runs");
    let written =
        || std::fs::read_to_string(folder.path().join("parent")).is_ok_and(|text| text.ends_with('\n'));
    assert!(patiently(written), "the app was started");

    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill is there").success());

    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    for name in ["parent", "child"] {
        let id = std::fs::read_to_string(folder.path().join(name)).expect("an id");
        let place = PathBuf::from(format!("/proc/{}/stat", id.trim()));
        let gone = || std::fs::read_to_string(&place).map_or(true, |stat| stat.contains(") Z"));
        assert!(patiently(gone), "the {name} process is still there");
    }
}

/// Looks again and again, for ten seconds at most.
fn patiently(holds: impl Fn() -> bool) -> bool {
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 10 {
        if holds() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn an_app_that_writes_what_is_no_text_and_ends_is_told_with_what_it_wrote() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = scripted(&folder, r#"printf "\377\376 no licence\n"; exit 4"#);
    refuses(&["run", "--target", shown(&path)], &["exit status: 4", "no licence", "run.command"]);
}

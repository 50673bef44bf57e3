//! The program's settings and commands.

use std::io::{BufRead as _, BufReader, Lines, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

use super::stage::told;

pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A folder that is removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mock-idp-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A provider that runs on free ports.
pub(crate) struct Running {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    pub(crate) errors: Lines<BufReader<ChildStderr>>,
    ready: Value,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    pub(crate) fn start_with(args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = program(&["--port", "0", "--control-port", "0", "--ready", "json"]);
        let mut child = command.args(args).envs(environment.iter().copied()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let Some(line) = output.next() else {
            let said: Vec<String> = errors.map(Result::unwrap).collect();
            panic!("it said nothing but {said:?}");
        };
        Self { child, output, errors, ready: serde_json::from_str(&line.unwrap()).unwrap() }
    }

    pub(crate) fn issuer(&self) -> &str {
        self.ready["issuer"].as_str().unwrap()
    }

    pub(crate) fn control(&self) -> &str {
        self.ready["control"].as_str().unwrap()
    }

    /// How it ended, once it has.
    #[cfg(unix)]
    pub(crate) fn ended(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_flag_counts_more_than_the_environment_that_more_than_the_file_and_that_more_than_the_default() {
    let folder = Folder::new("precedence");
    let file =
        folder.write("idp.toml", "policy = \"bob\"\nrules = \"strict\"\nlisten = \"127.0.0.1:7000\"\n");
    let mut command = program(&["--print-config", "--config", &file, "--user", "gwen"]);

    let output = command.env("MOCK_IDP_USER", "alice").env("MOCK_IDP_PORT", "7001").output().unwrap();

    let text = said(&output);
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    for (setting, value, origin) in [
        ("policy", "\"gwen\"", "flag --user"),
        ("listen", "\"127.0.0.1:7001\"", "environment MOCK_IDP_PORT"),
        ("rules", "\"strict\"", &*format!("{file}:2")),
        ("code_lifetime", "60", "default"),
    ] {
        let line = line(&format!("{setting} = "));
        assert!(line.contains(value) && line.ends_with(&format!("# {origin}")), "{line}");
    }
}

#[test]
fn what_print_config_says_is_a_file_that_means_the_same() {
    let folder = Folder::new("printed");
    let first = program(&["--print-config", "--user", "bob", "--seed", "7"]).output().unwrap();
    let file = folder.write("idp.toml", &said(&first));

    let second = program(&["--print-config", "--config", &file]).output().unwrap();

    let plain = |text: String| -> Vec<String> {
        text.lines()
            .map(|line| line.rsplit_once("  # ").map_or(line, |(setting, _)| setting).trim_end().to_owned())
            .filter(|line| !line.starts_with('#'))
            .collect()
    };
    assert!(second.status.success(), "{}", said(&second));
    assert_eq!(plain(said(&first)), plain(said(&second)));
}

#[test]
fn a_free_port_is_told_in_a_line_of_json_first() {
    let mut child = program(&["--port", "0", "--control-port", "0"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = child.id();
    child.kill().unwrap();
    child.wait().unwrap();

    let ready: Value = serde_json::from_str(&line).unwrap();
    assert!(ready["issuer"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{line}");
    assert!(ready["control"].is_string() && ready["pid"] == pid, "{line}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hang_up_reads_the_file_again_and_a_broken_file_changes_nothing() {
    let folder = Folder::new("reload");
    let file = folder.write("idp.toml", "policy = \"alice\"\n");
    let mut running = Running::start(&["--config", &file]);
    let people = |issuer: String| async move {
        let url = super::stage::request(&issuer, &[("response_mode", "form_post")]);
        let got = super::stage::read(super::stage::client().get(url).send().await.unwrap()).await;
        told(got.fields().first("id_token").unwrap()).1["sub"].clone()
    };
    assert_eq!(people(running.issuer().to_owned()).await, "user-alice");

    folder.write("idp.toml", "policy = \"bob\"\ncontrol = \"127.0.0.1:7001\"\n[tenant.new]\n");
    running.signal("-HUP");
    let line = running.errors.next().unwrap().unwrap();
    assert_eq!(people(running.issuer().to_owned()).await, "user-bob");
    assert!(line.contains("read again"), "{line}");

    folder.write("idp.toml", "policy = \"gwen\"\nrulez = 1\n");
    running.signal("-HUP");
    let line = running.errors.next().unwrap().unwrap();
    assert!(
        line.contains("old settings stay") && line.contains("line 2") && line.contains("rules"),
        "{line}"
    );
    assert_eq!(people(running.issuer().to_owned()).await, "user-bob");
}

#[cfg(unix)]
#[test]
fn a_changed_address_is_said_to_need_a_restart() {
    let folder = Folder::new("restart");
    let file = folder.write("idp.toml", "");
    let mut running = Running::start(&["--config", &file]);

    folder.write("idp.toml", "public_url = \"http://localhost:7000\"\n");
    running.signal("-HUP");

    let line = running.errors.next().unwrap().unwrap();
    assert!(line.contains("restart") && line.contains("public_url"), "{line}");
}

#[cfg(unix)]
#[test]
fn in_json_only_the_ready_line_is_said_until_the_end() {
    let mut running = Running::start(&[]);

    running.signal("-TERM");

    assert!(running.child.wait().unwrap().success());
    assert!(running.output.next().is_none());
}

#[test]
fn fresh_keys_are_made_once_and_used() {
    let folder = Folder::new("keys");
    let keys = folder.0.join("keys").to_str().unwrap().to_owned();

    assert!(program(&["keys", &keys]).status().unwrap().success());
    let again = program(&["keys", &keys]).output().unwrap();
    assert!(again.status.code() == Some(2) && said(&again).contains("--force"), "{}", said(&again));

    let set: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.0.join("keys/jwks.json")).unwrap()).unwrap();
    assert!(set["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()), "{set}");
    let file = folder.write("idp.toml", "keys = \"keys\"\npolicy = \"alice\"\n");
    let token = program(&["token", "--config", &file]).output().unwrap();
    let (header, _) = told(said(&token).trim());
    assert_eq!(header["kid"], set["keys"][0]["kid"], "{header}");
    assert!(header["kid"].as_str().unwrap().starts_with("rsa-1-"));
}

#[test]
fn a_folder_without_keys_is_refused_with_the_command_that_makes_them() {
    let output = program(&["--keys", "/nowhere", "--port", "0"]).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("mock-idp keys /nowhere"), "{}", said(&output));
}

#[test]
fn a_health_check_tells_a_provider_that_is_well_from_one_that_is_not_there() {
    let running = Running::start(&[]);

    let well = program(&["healthcheck", running.issuer()]).output().unwrap();
    assert!(well.status.success(), "{}", said(&well));
    let missing = program(&["healthcheck", &format!("{}/nothing", running.issuer())]).output().unwrap();
    assert!(missing.status.code() == Some(1) && said(&missing).contains("404"), "{}", said(&missing));
    let gone = program(&["healthcheck", "http://127.0.0.1:1"]).output().unwrap();
    assert_eq!(gone.status.code(), Some(1));
}

#[tokio::test]
async fn a_linter_reads_a_saved_trace_and_that_of_a_running_provider() {
    let running = Running::start(&["--user", "alice"]);
    let control = running.ready["control"].as_str().unwrap();
    let clean = program(&["lint", control]).output().unwrap();
    assert!(clean.status.success() && said(&clean).contains("nothing to remark"), "{}", said(&clean));
    let url = super::stage::request(running.issuer(), &[("nonce", "1"), ("state", "1")]);
    super::stage::client().get(url).send().await.unwrap();

    let live = program(&["lint", control]).output().unwrap();
    assert!(live.status.code() == Some(1) && said(&live).contains("nonce-short"), "{}", said(&live));

    let folder = Folder::new("lint");
    let trace = super::stage::client().get(format!("{control}/tenants/_default/trace")).send().await.unwrap();
    let file = folder.write("trace.json", &trace.text().await.unwrap());
    let saved = program(&["lint", &file]).output().unwrap();
    assert!(
        saved.status.code() == Some(1) && said(&saved).contains("nonce-equals-state"),
        "{}",
        said(&saved)
    );
    let none = program(&["lint", "/nowhere.json"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn a_token_says_what_it_is_told_to_say() {
    let args = ["token", "--user", "bob", "--client", "my-app", "--nonce", "n", "--now", "1767225600"];
    let more = ["--claim", "roles=[\"admin\"]", "--claim", "plan=gold", "--issuer", "https://idp.test/"];
    let fault = [
        "--fault",
        "{\"seam\": \"id-token-claims\", \"verb\": \"shift\", \"name\": \"exp\", \"seconds\": -60}",
    ];

    let output = program(&args).args(more).args(fault).output().unwrap();

    let (_, claims) = told(said(&output).trim());
    assert_eq!((claims["sub"].as_str(), claims["aud"].as_str()), (Some("user-bob"), Some("my-app")));
    assert_eq!((claims["nonce"].as_str(), claims["plan"].as_str()), (Some("n"), Some("gold")));
    assert_eq!(claims["roles"], serde_json::json!(["admin"]));
    assert_eq!(claims["iss"], "https://idp.test/");
    assert_eq!(claims["exp"], 1_767_225_600 + 3600 - 60);
}

#[test]
fn a_token_with_a_seed_is_the_same_to_the_last_byte_and_a_wrong_fault_is_explained() {
    let args = ["token", "--seed", "7", "--now", "1767225600"];
    assert_eq!(program(&args).output().unwrap().stdout, program(&args).output().unwrap().stdout);

    let output = program(&["token", "--fault", "{\"seam\": \"nowhere\"}"]).output().unwrap();
    assert!(
        output.status.code() == Some(2) && said(&output).contains("id-token-claims"),
        "{}",
        said(&output)
    );
}

#[test]
fn the_help_names_every_command() {
    let mut text = String::new();
    let mut child = program(&["--help"]).spawn().unwrap();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    child.wait().unwrap();

    for word in ["keys", "healthcheck", "token", "--print-config", "MOCK_IDP_CONFIG"] {
        assert!(text.contains(word), "{word}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_program_without_tls_says_how_to_build_one() {
    for args in [&["ca"][..], &["--tls", "--print-config"]] {
        let output = program(args).output().unwrap();

        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("--features tls"), "{}", said(&output));
    }
}

//! The program as people start it: settings from its surroundings, an address, an end.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than anything takes that ends at all.
const AT_LAST: Duration = Duration::from_secs(20);

/// With a login; port 1 is where no provider is.
const LOGIN: [(&str, &str); 5] = [
    ("ISSUER_BASE_URL", "http://127.0.0.1:1"),
    ("CLIENT_ID", "c"),
    ("BASE_URL", "http://localhost:3000"),
    ("SECRET", "long enough"),
    ("PORT", "0"),
];

/// The program with these variables, in a folder of its own.
pub(crate) fn program(folder: &TempDir, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sample-app"));
    command.env_clear().envs(variables.iter().copied()).current_dir(folder.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A program that runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    output: Lines<BufReader<ChildStdout>>,
    /// What it says on the standard error output.
    log: Lines<BufReader<ChildStderr>>,
    /// The lines of it that were read.
    said: String,
    /// The line in which it says where it is.
    pub(crate) ready: String,
}

impl Running {
    pub(crate) async fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("an output")).lines();
        let ready = timeout(AT_LAST, output.next_line()).await.expect("in time").expect("readable");
        let log = BufReader::new(child.stderr.take().expect("an output")).lines();
        Self { child, output, log, said: String::new(), ready: ready.expect("the program is ready") }
    }

    /// Kills a program that says this before it is ready.
    #[cfg(feature = "failpoints")]
    pub(crate) async fn killed_at(mut command: Command, text: &str) {
        let mut child = command.spawn().expect("the program starts");
        let log = BufReader::new(child.stderr.take().expect("an output")).lines();
        let output = BufReader::new(child.stdout.take().expect("an output")).lines();
        let mut running = Self { child, output, log, said: String::new(), ready: String::new() };
        running.says(text).await;
        running.child.kill().await.expect("it is killed");
    }

    /// Reads the log up to the line with this text in it, and returns that line.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        let reading = async {
            while let Some(line) = self.log.next_line().await.expect("readable") {
                self.said.extend([line.as_str(), "\n"]);
                if line.contains(text) {
                    return line;
                }
            }
            panic!("the log ends without `{text}`");
        };
        timeout(AT_LAST, reading).await.unwrap_or_else(|_| panic!("the log never says `{text}`"))
    }

    /// The port it listens on, as its log says.
    pub(crate) async fn port(&mut self) -> u16 {
        let line = self.says("listening on 127.0.0.1:").await;
        line.rsplit_once(':').expect("a port").1.parse().expect("a number")
    }

    pub(crate) async fn signal(&self, name: &str) {
        let process = self.child.id().expect("it runs").to_string();
        let status = Command::new("kill").args(["-s", name, &process]).status().await.expect("kill");
        assert!(status.success());
    }

    /// Waits until it ends well, and returns all that it said on both outputs.
    pub(crate) async fn ends(mut self) -> String {
        let mut rest = format!("{}\n{}", self.ready, self.said);
        let reading = async {
            self.log.get_mut().read_to_string(&mut rest).await?;
            self.output.get_mut().read_to_string(&mut rest).await
        };
        timeout(AT_LAST, reading).await.expect("the program ends").expect("readable");
        let status = timeout(AT_LAST, self.child.wait()).await.expect("the program ends").expect("a status");
        assert!(status.success(), "{status}: {rest}");
        rest
    }
}

/// A client that is slower than anybody's patience.
async fn half_sent(port: u16, request: &str) -> TcpStream {
    let mut client = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    // An answer to a request before shows that this connection was accepted.
    client.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = [0; 15];
    client.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    client.write_all(request.as_bytes()).await.expect("sent");
    client
}

const HALF_A_HEAD: &str = "GET / HTTP/1.1\r\nHost: loc";
const HALF_A_BODY: &str = "POST /callback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
                           Content-Type: application/x-www-form-urlencoded\r\n\r\nstate=";

#[tokio::test]
async fn half_sent_requests_do_not_keep_the_program_from_stopping() {
    let stops_on = async |signal: &str| {
        let mut app = Running::start(program(&folder(), &[("PORT", "0")])).await;
        let port = app.port().await;
        let _clients = [half_sent(port, HALF_A_HEAD).await, half_sent(port, HALF_A_BODY).await];

        app.signal(signal).await;

        app.says("stopping without").await;
        app.ends().await;
    };
    tokio::join!(stops_on("TERM"), stops_on("INT"));
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let mut app = Running::start(program(&folder(), &[("PORT", "0")])).await;
    let port = app.port().await;
    let _client = half_sent(port, HALF_A_BODY).await;

    app.signal("TERM").await;
    app.says("a second signal stops at once").await;
    app.signal("TERM").await;

    let rest = app.ends().await;
    assert!(!rest.contains("take too long"), "it did not wait for the client: {rest}");
}

#[tokio::test]
async fn a_port_that_the_system_chose_is_said() {
    let mut open = Running::start(program(&folder(), &[("PORT", "0")])).await;
    let mut with_login = Running::start(program(&folder(), &LOGIN)).await;

    let port = open.port().await;
    assert_eq!(open.ready, format!("sample-app is ready: open http://localhost:{port}"));
    let doubt = with_login.says("make BASE_URL and PORT agree").await;
    let port = with_login.port().await;
    assert!(doubt.contains("`http://localhost:3000`") && doubt.contains(&port.to_string()), "{doubt}");
}

/// What the program says before it ends because it cannot be started so.
pub(crate) async fn refusal(mut command: Command) -> String {
    let output = timeout(AT_LAST, command.output()).await.expect("the program ends").expect("an output");
    let said = String::from_utf8(output.stderr).expect("a text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[tokio::test]
async fn an_env_file_that_cannot_be_read_never_counts_as_none() {
    let malformed = folder();
    std::fs::write(malformed.path().join(".env"), "PORT=0\nSECRET=\"open sesame\nCLIENT_ID=c\n").unwrap();
    let not_text = folder();
    std::fs::write(not_text.path().join(".env"), b"SECRET=sesame\xff\n").unwrap();
    let unreadable = folder();
    std::fs::create_dir(unreadable.path().join(".env")).unwrap();

    for folder in [malformed, not_text, unreadable] {
        let said = refusal(program(&folder, &[])).await;
        assert!(said.contains(".env cannot be read") && !said.contains("sesame"), "{said}");
    }
}

#[tokio::test]
async fn a_misspelt_line_of_the_env_file_is_reported_and_its_value_is_not() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), "PORT=0\nCOOKIE_PREFX=sesame\n").unwrap();

    let mut app = Running::start(program(&folder, &[])).await;

    let line = app.says("COOKIE_PREFX").await;
    assert!(line.contains("did you mean COOKIE_PREFIX?") && !line.contains("sesame"), "{line}");
}

#[tokio::test]
async fn what_cannot_be_logged_by_is_refused_and_an_older_name_is_told() {
    let said = refusal(program(&folder(), &[("PORT", "0"), ("RUST_LOG", "sample_app=loud")])).await;
    assert!(said.contains("RUST_LOG is `sample_app=loud`") && said.contains("such as `info`"), "{said}");

    let mut older = LOGIN;
    older[3].0 = "APP_SECRET";
    let mut app = Running::start(program(&folder(), &older)).await;
    app.says("APP_SECRET is an older name of SECRET: write SECRET").await;
}

#[tokio::test]
async fn a_setting_that_is_not_utf_8_is_refused_by_name() {
    for name in ["SECRET", "COOKIE_PREFIX"] {
        let folder = folder();
        let mut command = program(&folder, &[("PORT", "0")]);
        command.env(name, OsString::from_vec(b"sesame\xff".to_vec()));
        let said = refusal(command).await;
        assert!(said.contains(&format!("{name} is not valid UTF-8")) && !said.contains("sesame"), "{said}");
    }
}

#[tokio::test]
async fn a_password_in_the_issuer_is_refused_and_never_logged() {
    let folder = folder();
    let mut command = program(&folder, &LOGIN);
    command.env("ISSUER_BASE_URL", "https://anna:sesame@idp.example");

    let said = refusal(command).await;

    assert!(said.contains("`https://…@idp.example`") && !said.contains("sesame"), "{said}");
}

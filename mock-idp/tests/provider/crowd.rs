//! Ten thousand connections at once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const CROWD: usize = 10_000;
/// What a process has open besides.
const SPARE: u64 = 200;

/// The program, and what it says.
struct Running(Child, BufReader<ChildStdout>);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets this process, and those that it starts, have so many files open.
fn raise_file_limit() -> Result<(), String> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let wanted = CROWD as u64 + SPARE;
    if maximum.is_some_and(|maximum| maximum < wanted) {
        return Err(format!("it needs {wanted} open files, and the hard limit (ulimit -Hn) is {maximum:?}"));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
        .map_err(|error| format!("the limit of open files cannot be raised to {wanted}: {error}"))
}

/// The program, in a process of its own, so that each side of a connection counts against its own limit.
fn program() -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mock-idp"))
        .args(["--port", "0", "--control-port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running(child, output);
    let mut ready = String::new();
    running.1.read_line(&mut ready).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    let address = ready["issuer"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    (running, address)
}

async fn health(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 1024];
    let length =
        timeout(Duration::from_secs(30), stream.read(&mut answer)).await.expect("an answer").unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn ten_thousand_connections_at_once_are_all_answered() {
    if let Err(why) = raise_file_limit() {
        let list = std::env::var("RPCHECK_REQUIRE").unwrap_or_default();
        assert!(!list.split(',').any(|name| name.trim() == "files"), "RPCHECK_REQUIRE asks for files: {why}");
        // Not by `println!`, which is kept from whoever looks on as long as nothing fails.
        let said = "ten thousand connections were not tried: ";
        writeln!(std::io::stderr(), "{said}{why}; RPCHECK_REQUIRE=files makes this an error").unwrap();
        return;
    }
    let (_running, address) = program();
    let mut crowd = Vec::with_capacity(CROWD);
    for number in 0..CROWD {
        let stream = timeout(Duration::from_secs(30), TcpStream::connect(&address)).await;
        crowd.push(stream.unwrap_or_else(|_| panic!("connection {number} was not taken")).unwrap());
    }

    // Half of them begin a request that they do not end.
    for stream in crowd.iter_mut().step_by(2) {
        stream.write_all(b"GET /jwks HTTP/1.1\r\n").await.unwrap();
    }
    for stream in crowd.iter_mut().skip(1).step_by(2) {
        assert!(health(stream).await.ends_with("ok\n"));
    }
    let mut late_comer = TcpStream::connect(&address).await.unwrap();
    assert!(health(&mut late_comer).await.ends_with("ok\n"));
    for stream in crowd.iter_mut().step_by(2) {
        let mut answer = [0; 1024];
        let length =
            timeout(Duration::from_mins(1), stream.read(&mut answer)).await.expect("an end").unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 408 "));
    }
    assert!(health(&mut late_comer).await.ends_with("ok\n"));
}

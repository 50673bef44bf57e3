//! The program.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_says_where_it_is_and_what_to_put_into_the_env_of_the_app() {
    let mut running =
        Running(program(&["--port", "0", "--control-port", "0", "--user", "alice"]).spawn().unwrap());
    let output = BufReader::new(running.0.stdout.take().unwrap());

    let said: Vec<String> =
        output.lines().map(Result::unwrap).take_while(|line| !line.contains("Ctrl-C")).collect();

    let said = said.join("\n");
    for expected in
        ["ISSUER_BASE_URL=http://127.0.0.1:", "control API", "discovery", "published test keys", "SECRET="]
    {
        assert!(said.contains(expected), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn it_stops_with_status_0_when_it_is_terminated() {
    let mut running = Running(program(&["--port", "0", "--control-port", "0"]).spawn().unwrap());
    let mut output = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(output.by_ref().any(|line| line.contains("Ctrl-C")));

    Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();

    assert!(running.0.wait().unwrap().success());
    assert_eq!(output.next().as_deref(), Some("mock-idp has stopped"));
}

#[test]
fn a_port_that_is_taken_ends_it_with_a_sentence_and_status_2() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let output = program(&["--port", &port, "--control-port", "0"]).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
    assert_eq!(said.matches("os error").count(), 1, "{said}");
}

#[test]
fn a_settings_file_with_a_mistake_is_named_with_line_and_remedy() {
    let path = std::env::temp_dir().join(format!("mock-idp-mistake-{}.toml", std::process::id()));
    std::fs::write(&path, "rules = \"lenient\"\nrulez = 1\n").unwrap();

    let output = program(&["--config", path.to_str().unwrap()]).output().unwrap();

    std::fs::remove_file(&path).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains(path.to_str().unwrap()) && said.contains("line 2") && said.contains("`rules`"),
        "{said}"
    );
}

#[test]
fn a_person_who_does_not_exist_is_refused_with_those_who_do() {
    let output = program(&["--user", "zoe"]).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("alice"), "{said}");
}

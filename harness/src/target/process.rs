//! A child process of ours: in a group of its own, its output captured, ended whatever happens.

use super::TargetError;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

const KEPT_LINES: usize = 20_000;

/// What a program has written, the last lines of it.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<VecDeque<String>>>);

impl Lines {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_back(line);
        if lines.len() > KEPT_LINES {
            lines.pop_front();
        }
    }

    /// All of them.
    pub fn text(&self) -> String {
        self.last(KEPT_LINES)
    }

    fn last(&self, count: usize) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = lines.len().saturating_sub(count);
        lines.iter().skip(skipped).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// How many lines of output an error shows.
const SHOWN_LINES: usize = 50;

/// A running program. Dropping it ends it and everything that it started.
pub struct Process {
    child: Child,
    group: Option<Pid>,
    lines: Lines,
}

impl Process {
    /// Starts a program in a folder.
    pub fn start(
        name: &str,
        command: &[String],
        folder: &Path,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TargetError> {
        let missing = || TargetError::Missing { program: command.join(" "), name: name.to_owned() };
        let (program, arguments) = command.split_first().ok_or_else(missing)?;
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .envs(env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| match cause.kind() {
                std::io::ErrorKind::NotFound => {
                    TargetError::Missing { program: program.clone(), name: name.to_owned() }
                }
                _ => TargetError::NotStarted {
                    name: name.to_owned(),
                    why: format!("`{program}` cannot be run: {cause}"),
                    output: String::new(),
                    hangs: false,
                },
            })?;
        let lines = Lines::default();
        collect(child.stdout.take(), &lines);
        collect(child.stderr.take(), &lines);
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group, lines })
    }

    /// The last lines that it has written.
    pub fn output(&self) -> String {
        self.lines.last(SHOWN_LINES)
    }

    /// Everything that it writes, also from now on.
    pub fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Waits for it to end.
    pub async fn wait(&mut self) -> std::io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }

    /// Ends it and waits until it is gone.
    pub async fn end(mut self) {
        self.signal(Signal::TERM);
        let patience = std::time::Duration::from_secs(2);
        if tokio::time::timeout(patience, self.child.wait()).await.is_err() {
            self.signal(Signal::KILL);
            let _ = self.child.wait().await;
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

fn collect(stream: Option<impl AsyncRead + Unpin + Send + 'static>, lines: &Lines) {
    let Some(stream) = stream else { return };
    let lines = lines.clone();
    tokio::spawn(async move {
        // Read on whatever the bytes are: a pipe that nobody drains ends the program that writes to it.
        let (mut reader, mut line) = (BufReader::new(stream), Vec::new());
        while reader.read_until(b'\n', &mut line).await.is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            lines.push(text);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        let command = ["sh", "-c", script].map(str::to_owned);
        Process::start("test", &command, Path::new("."), []).expect("a shell")
    }

    async fn shows(lines: &Lines, text: &str) {
        let mut pulse = tokio::time::interval(std::time::Duration::from_millis(10));
        let seen = async {
            while !lines.text().contains(text) {
                pulse.tick().await;
            }
        };
        let patience = std::time::Duration::from_secs(10);
        tokio::time::timeout(patience, seen).await.expect("the output is captured");
    }

    #[tokio::test]
    async fn output_that_is_no_text_is_read_on_and_shown_as_well_as_can_be() {
        let process = shell(r"printf '\377\376 before\n'; printf 'after \303\n'; sleep 60");
        shows(&process.lines(), "after").await;
        assert_eq!(process.output(), "\u{fffd}\u{fffd} before\nafter \u{fffd}");
    }

    #[tokio::test]
    async fn a_program_is_asked_to_end_before_it_is_made_to() {
        let process = shell("trap 'echo goodbye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        shows(&process.lines(), "ready").await;
        let lines = process.lines();

        process.end().await;

        shows(&lines, "goodbye").await;
    }

    #[tokio::test]
    async fn a_program_that_does_not_listen_is_ended_with_all_that_it_started() {
        let process =
            shell("trap '' TERM; sh -c 'trap \"\" TERM; echo child $$; while :; do sleep 0.05; done'");
        shows(&process.lines(), "child").await;
        let text = process.lines().text();
        let child: i32 = text.trim_start_matches("child ").trim().parse().expect("a process id");

        process.end().await;

        let child = Pid::from_raw(child).expect("a process id");
        let gone = async {
            let mut pulse = tokio::time::interval(std::time::Duration::from_millis(10));
            while is_running(child) {
                pulse.tick().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(5), gone).await.expect("the child is gone too");
    }

    /// A zombie that nobody has looked at yet runs no longer.
    fn is_running(process: Pid) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
        status.is_ok_and(|status| !status.contains(") Z"))
    }
}

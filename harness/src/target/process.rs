//! A child process of ours: in a group of its own, its output captured, ended whatever happens.

use super::TargetError;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

const KEPT_LINES: usize = 2_000;

type Lines = Arc<Mutex<VecDeque<String>>>;

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
                },
            })?;
        let lines = Lines::default();
        collect(child.stdout.take(), &lines);
        collect(child.stderr.take(), &lines);
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group, lines })
    }

    /// What it has written, the last lines of it.
    pub fn output(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
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
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push_back(text);
            if lines.len() > KEPT_LINES {
                lines.pop_front();
            }
        }
    });
}

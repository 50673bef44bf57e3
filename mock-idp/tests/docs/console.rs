//! Running the commands of a page.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::page::{Block, Page};

/// How long a program may take to say what it is expected to say.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the page's commands in order, in a folder of its own.
pub(crate) fn run(page: &Page) -> Result<(), String> {
    if page.blocks_in("console").next().is_none() {
        return Ok(());
    }
    let mut stage = Stage::new(page);
    for block in page.blocks_in("console").filter(|block| is_for_this_build(block)) {
        for command in commands(block) {
            stage.play(&command).map_err(|problem| {
                format!("{}:{}: $ {}\n{problem}", page.name, command.line, command.text)
            })?;
        }
    }
    Ok(())
}

fn is_for_this_build(block: &Block) -> bool {
    match block.about.as_deref() {
        None => true,
        Some("tls") => cfg!(feature = "tls"),
        Some(other) => panic!("line {}: there are no commands for \"{other}\"", block.line),
    }
}

struct Told {
    line: usize,
    text: String,
    expected: Vec<String>,
}

fn commands(block: &Block) -> Vec<Told> {
    let mut commands: Vec<Told> = Vec::new();
    for (index, line) in block.lines.iter().enumerate() {
        if let Some(text) = line.strip_prefix("$ ") {
            commands.push(Told { line: block.line + index, text: text.to_owned(), expected: Vec::new() });
        } else if let Some(command) = commands.last_mut() {
            command.expected.push(line.clone());
        } else {
            panic!("line {}: the block does not start with a command", block.line);
        }
    }
    commands
}

/// A folder, two ports, and the programs that run on.
pub(crate) struct Stage {
    folder: PathBuf,
    ports: [(String, String); 2],
    running: Vec<(Child, Receiver<String>)>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Stage {
    pub(crate) fn new(page: &Page) -> Self {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let folder = format!("mock-idp-docs-{}-{number}-{}", std::process::id(), page.name);
        let folder = std::env::temp_dir().join(folder);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [provider, control] = listeners.map(|listener| listener.local_addr().unwrap().port().to_string());
        let stage = Self {
            folder,
            ports: [("9000".into(), provider), ("9001".into(), control)],
            running: Vec::new(),
        };
        for (file, block) in page.files() {
            write(&stage.folder, file, &stage.ported(&(block.lines.join("\n") + "\n")));
        }
        stage
    }

    /// The text with the ports of the documentation replaced by free ones.
    pub(crate) fn ported(&self, text: &str) -> String {
        self.ports.iter().fold(text.to_owned(), |text, (written, free)| text.replace(written, free))
    }

    fn play(&mut self, told: &Told) -> Result<(), String> {
        let text = self.ported(&told.text);
        let (text, stays) = match text.strip_suffix(" &") {
            Some(text) => (text.to_owned(), true),
            None => (text, false),
        };
        let expected: Vec<String> = told.expected.iter().map(|line| self.ported(line)).collect();
        let mut command = self.command(&text)?;
        if stays {
            let mut child = command.spawn().map_err(|error| error.to_string())?;
            let lines = lines_of(&mut child);
            let said = awaited(&lines, &expected);
            self.running.push((child, lines));
            return said;
        }
        let output = command.output().map_err(|error| error.to_string())?;
        let mut said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            said = format!("{said}exit status {}\n", output.status.code().unwrap_or(-1));
        }
        let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
        let expected: Vec<&str> = expected.iter().map(|line| line.trim_end()).collect();
        if matches(&expected, &lines) {
            Ok(())
        } else {
            Err(format!("expected:\n{}\n\nsaid:\n{said}", expected.join("\n")))
        }
    }

    /// Starts the program, in place of those that run unless it only tells about itself, and gives what it says:
    /// until it is ready, if it runs on.
    pub(crate) fn started(&mut self, flags: &[&str], ready: &str) -> Result<String, String> {
        if !flags.contains(&"--help") {
            self.stop();
        }
        let mut child = self.program().args(flags).spawn().map_err(|error| error.to_string())?;
        let lines = lines_of(&mut child);
        let mut said = String::new();
        while let Ok(line) = lines.recv_timeout(PATIENCE) {
            said = format!("{said}{line}\n");
            if line == ready {
                self.running.push((child, lines));
                return Ok(said);
            }
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let problem = || format!("{}\n{said}{}", output.status, String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(said.clone()) } else { Err(problem()) }
    }

    fn stop(&mut self) {
        for (mut child, _) in self.running.drain(..) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MOCK_IDP_")) {
            command.env_remove(name);
        }
        command.env("MOCK_IDP_PORT", &self.ports[0].1).env("MOCK_IDP_CONTROL_PORT", &self.ports[1].1);
        command
    }

    fn command(&self, text: &str) -> Result<Command, String> {
        let mut words = words(text).into_iter().peekable();
        let mut command = self.program();
        while let Some(word) = words.next_if(|word| word.contains('=')) {
            let (name, value) = word.split_once('=').unwrap();
            command.env(name, value);
        }
        match words.next().as_deref() {
            Some("mock-idp") => Ok(()),
            other => {
                Err(format!("only mock-idp is run in a console block, not {other:?}; use a block in sh"))
            }
        }?;
        command.args(words);
        Ok(command)
    }
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The words of a command line; single and double quotes hold words together.
pub(crate) fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in text.chars() {
        match (character, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    receiver
}

/// Waits until everything that is expected was said, in order.
fn awaited(lines: &Receiver<String>, expected: &[String]) -> Result<(), String> {
    let expected: Vec<&str> = expected.iter().map(|line| line.trim_end()).collect();
    let mut said: Vec<String> = Vec::new();
    loop {
        let texts: Vec<&str> = said.iter().map(|line| line.trim_end()).collect();
        if matches(&expected, &texts) {
            return Ok(());
        }
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => said.push(line),
            Err(_) => {
                return Err(format!("expected:\n{}\n\nsaid:\n{}", expected.join("\n"), said.join("\n")));
            }
        }
    }
}

/// Whether the lines are the expected ones; a line that is `…` stands for any number of them.
fn matches(expected: &[&str], said: &[&str]) -> bool {
    match expected.split_first() {
        None => said.is_empty(),
        Some((line, rest)) if line.trim() == "…" => {
            (0..=said.len()).any(|skip| matches(rest, &said[skip..]))
        }
        Some((line, rest)) => {
            said.split_first().is_some_and(|(first, after)| fits(line, first) && matches(rest, after))
        }
    }
}

/// Whether a line is the expected one; `…` stands for any text.
fn fits(expected: &str, said: &str) -> bool {
    match expected.split_once('…') {
        None => expected == said,
        Some((start, rest)) => said.strip_prefix(start).is_some_and(|said| {
            said.char_indices()
                .map(|(index, _)| index)
                .chain([said.len()])
                .any(|index| fits(rest, &said[index..]))
        }),
    }
}

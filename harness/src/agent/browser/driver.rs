//! One ChromeDriver for many windows: found, started on a free port, and ended with all it started.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use super::BrowserError;

/// How long a driver may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running ChromeDriver. Every window it opened is closed when it is dropped.
pub struct Browser {
    pub(super) driver: Arc<Driver>,
    pub(super) chromium: PathBuf,
}

/// The process and where it listens.
pub(super) struct Driver {
    child: std::sync::Mutex<Child>,
    pub(super) address: SocketAddr,
    /// Where Chromium leaves what it does not clean up itself; goes when the process is gone.
    _folder: TempDir,
}

impl Browser {
    /// Finds ChromeDriver and Chromium (`RPCHECK_CHROMEDRIVER`, `RPCHECK_CHROMIUM`, then the search path)
    /// and starts the driver.
    pub fn launch() -> Result<Self, BrowserError> {
        let chromedriver = find("RPCHECK_CHROMEDRIVER", &["chromedriver"]).ok_or(BrowserError::Missing {
            what: "ChromeDriver",
            how: "install it (Debian: apt install chromium-driver) or name it in RPCHECK_CHROMEDRIVER",
        })?;
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        let chromium = find("RPCHECK_CHROMIUM", &names).ok_or(BrowserError::Missing {
            what: "Chromium",
            how: "install it (Debian: apt install chromium) or name it in RPCHECK_CHROMIUM",
        })?;
        Ok(Self { driver: Arc::new(Driver::start(&chromedriver)?), chromium })
    }
}

impl Driver {
    fn start(program: &Path) -> Result<Self, BrowserError> {
        let failed = |cause: String| BrowserError::Start { what: "ChromeDriver", cause };
        let folder = TempDir::with_prefix("rpcheck-")
            .map_err(|error| failed(format!("no temporary folder: {error}")))?;
        let mut child = Command::new(program)
            .arg("--port=0")
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C in the terminal must not end it before we close its windows.
            .process_group(0)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let output = child.stdout.take().expect("the output is piped");
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            // Reads on to the end, so that the driver never waits for a full pipe.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = line
                    .split_once("started successfully on port ")
                    .map(|(_, port)| tell.send(port.trim_end_matches('.').parse()));
            }
        });
        if let Ok(Ok(port)) = told.recv_timeout(PATIENCE) {
            let address = SocketAddr::from(([127, 0, 0, 1], port));
            return Ok(Self { child: child.into(), address, _folder: folder });
        }
        end(&mut child);
        Err(failed(format!("{} did not say on which port it listens", program.display())))
    }

    /// Closes a window. Blocks for the tenth of a second that takes, because a drop cannot wait otherwise.
    pub(super) fn close(&self, session: &str) {
        let _ = self.ask("DELETE", &format!("/session/{session}"));
    }

    fn ask(&self, method: &str, path: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        // The first bytes of the answer say that it is done; the end may take as long as other connections live.
        stream.read(&mut [0; 512]).map(|_| ())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked politely it closes every window first; killed it would leave them behind.
        let _ = self.ask("GET", "/shutdown");
        let child = self.child.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        end(child);
    }
}

/// Ends the driver, and the windows of one that was itself ended before it could close them.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable).filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    let places: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .find_map(|name| places.iter().map(|place| place.join(name)).find(|program| program.is_file()))
}

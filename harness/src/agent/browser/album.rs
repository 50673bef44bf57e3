//! Pictures of what windows show: PNG files, in a folder for each trial.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::session::Session;

/// How long a window may take to be pictured. A page that hangs must not hold up the trial for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Stands in folders that may be emptied.
const MARK: &str = "made-by-rpcheck.txt";
const MARKED: &str = "What people saw in a run of rpcheck. The next run removes this folder.\n";

/// The folder that the pictures of a run go to.
pub struct Pictures {
    folder: PathBuf,
    trouble: OnceLock<String>,
}

impl Pictures {
    /// What is in the folder stays there, but for the trials of this run.
    pub fn of(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), trouble: OnceLock::new() }
    }

    /// An empty folder. One that is there must have been made here.
    pub fn afresh(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        Self::remove(&folder)?;
        if folder.read_dir().is_ok_and(|mut inside| inside.next().is_some()) {
            let why = "it holds what rpcheck has not made, and would be emptied by the next run";
            return Err(io::Error::other(why));
        }
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(MARK), MARKED)?;
        Ok(Self::of(folder))
    }

    /// Removes a folder that [`Pictures::afresh`] has made, and no other.
    pub fn remove(folder: &Path) -> io::Result<()> {
        if folder.join(MARK).is_file() { std::fs::remove_dir_all(folder) } else { Ok(()) }
    }

    /// An empty album; its name may have slashes, as ids of scenarios have.
    pub fn album(self: &Arc<Self>, name: &str) -> Album {
        let album = Album {
            all: self.clone(),
            name: name.to_owned(),
            taken: Mutex::default(),
            people: AtomicUsize::new(0),
        };
        // Of a trial that is run again, the last time counts.
        match std::fs::remove_dir_all(album.folder()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.complain(format!("{} cannot be emptied: {error}", album.folder().display()));
            }
            _ => {}
        }
        album
    }

    /// Why pictures are missing, if any are: the first reason.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.get().map(String::as_str)
    }

    fn complain(&self, why: String) {
        // Only the first is told.
        let _ = self.trouble.set(why);
    }
}

/// What the people of one trial saw, step by step.
pub struct Album {
    all: Arc<Pictures>,
    name: String,
    taken: Mutex<Vec<String>>,
    people: AtomicUsize,
}

impl Album {
    /// Every picture so far, as a path below the folder of the run.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a picture, under the next number and these words.
    pub fn keep(&self, words: &str, png: &[u8]) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{}/{:03}-{words}.png", self.name, taken.len() + 1);
        let place = self.all.folder.join(&name);
        match std::fs::create_dir_all(self.folder()).and_then(|()| std::fs::write(&place, png)) {
            Ok(()) => taken.push(name),
            Err(error) => self.all.complain(format!("{} cannot be written: {error}", place.display())),
        }
    }

    fn folder(&self) -> PathBuf {
        self.all.folder.join(&self.name)
    }

    /// The name of somebody who was not there before.
    pub(super) fn somebody(&self) -> String {
        format!("person-{}", self.people.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Keeps what a window shows. That there is no picture changes nothing else.
    pub(super) async fn take(&self, words: &str, session: &Session) {
        let again = || async {
            match session.screenshot().await {
                // A box that a page has opened is closed by the first try.
                Err(_) => session.screenshot().await,
                shot => shot,
            }
        };
        match tokio::time::timeout(PATIENCE, again()).await {
            Ok(Ok(png)) => self.keep(words, &png),
            Ok(Err(error)) => self.all.complain(format!("{}: {error}", self.name)),
            Err(_) => self.all.complain(format!(
                "{}: the window could not be pictured within {} s",
                self.name,
                PATIENCE.as_secs()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_cannot_be_written_is_told_of_once_and_named_by_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = Arc::new(Pictures::afresh(folder.path().join("pictures")).expect("a new folder"));
        let album = pictures.album("story/log-in");
        album.keep("person-1", b"PNG");
        assert_eq!(
            (album.taken(), pictures.trouble()),
            (vec!["story/log-in/001-person-1.png".to_owned()], None)
        );

        std::fs::write(folder.path().join("pictures/full"), "no folder").expect("written");
        let unlucky = pictures.album("full/of-files");
        unlucky.keep("person-1", b"PNG");
        let told = pictures.trouble().expect("a reason").to_owned();
        unlucky.keep("person-2", b"PNG");

        assert!(told.contains("full/of-files"), "{told}");
        assert_eq!((unlucky.taken(), pictures.trouble()), (Vec::new(), Some(&*told)));
    }

    #[test]
    fn of_a_trial_that_is_run_again_the_last_pictures_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = Arc::new(Pictures::of(folder.path()));
        let first = pictures.album("story/log-in");
        first.keep("person-1", b"1");
        first.keep("person-1", b"2");

        pictures.album("story/log-in").keep("person-1", b"3");

        let kept = std::fs::read_dir(folder.path().join("story/log-in")).expect("a folder").flatten();
        assert_eq!(kept.map(|file| std::fs::read(file.path()).expect("read")).collect::<Vec<_>>(), [b"3"]);
    }
}

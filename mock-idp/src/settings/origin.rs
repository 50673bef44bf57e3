//! Where a setting comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Where the value of a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// In the environment, under this name.
    Environment(String),
    /// On the command line, as this flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// Where each setting that is no default comes from, by its name in the file (`policy`, `tenant.NAME`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, Origin>);

impl Origins {
    /// Notes where a setting comes from. What is noted last counts.
    pub fn note(&mut self, name: &str, origin: Origin) {
        self.0.insert(name.to_owned(), origin);
    }

    /// Where a setting was written, if it was.
    pub fn get(&self, name: &str) -> Option<&Origin> {
        self.0.get(name)
    }

    /// Where a setting comes from.
    pub fn of(&self, name: &str) -> Origin {
        self.get(name).cloned().unwrap_or(Origin::Default)
    }
}

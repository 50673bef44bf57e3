//! Failures that people have met in the field, as far as a catalogue tells which of its scenarios plays them again.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its name in the table of the catalogue.
    pub row: String,
    /// What goes wrong.
    pub failure: String,
    /// Where people told of it, a project and a number each; none where it was found by trying.
    pub threads: Vec<String>,
}

impl Failure {
    /// The threads in a line, each project named once; nothing where there are none.
    pub fn told(&self) -> String {
        let mut line = String::new();
        let mut last = "";
        for thread in &self.threads {
            let (project, number) = thread.rsplit_once(" #").unwrap_or((thread, ""));
            if project != last {
                line += if line.is_empty() { "" } else { "; " };
                line += project;
            }
            if !number.is_empty() {
                line += " #";
                line += number;
            }
            last = project;
        }
        line
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row, self.failure)?;
        if self.threads.is_empty() { Ok(()) } else { write!(f, " ({})", self.told()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_each_project_once() {
        let threads = ["an app #1", "an app #22", "another #1", "CVE-2021-1"].map(str::to_owned).to_vec();
        let mut one = Failure { row: "7".to_owned(), failure: "it loops".to_owned(), threads };

        assert_eq!(one.to_string(), "7: it loops (an app #1 #22; another #1; CVE-2021-1)");
        one.threads.clear();
        assert_eq!(one.to_string(), "7: it loops");
    }
}

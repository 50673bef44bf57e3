//! A page of the documentation, and the examples in it.
//!
//! ```text
//! ```http                     one request against a fresh provider with its control API; the requests of a
//! POST control:/tenants       page run in order and share their cookies. An indented line continues the URL.
//! content-type: …             {{issuer}}, {{control}} and captured names are inserted everywhere.
//!
//! {"slug": "a"}               lines of a form are joined
//! → 201                       the status
//! → "issuer"                  text that the headers or the body must contain
//! → issuer = /issuer          captures by JSON pointer; also form:NAME (a field of a page), query:NAME and
//!                             fragment:NAME (of the redirect), header:NAME
//! ```
//! ```console                  commands, in order, in a folder of the page's own
//! $ mock-idp --version        NAME=value in front sets the environment; quotes as in a shell
//! mock-idp …                  the lines it says, first those of stdout; … matches anything, alone any lines
//! exit status 2               last, if it fails
//! $ mock-idp &                runs on until the page ends; the lines are awaited, so name one
//! ```
//! ```sh                       mock-idp as it is started from a clone, and curl: see shell.rs
//! cargo run -p rpcheck-mock-idp
//! ```
//! ```console tls              the same, in builds with that feature only
//! ```
//! ```toml mock-idp.toml       any block with a file name is written into that folder first; a command reads it
//! ```
//! ```toml                     without a name it is a settings file that is accepted
//! ```
//! ```json                     without a name it is a fault that the control API takes
//! ```
//! ```
//! The ports 9000 and 9001 in commands and in what they say stand for free ones.

use std::path::Path;

/// A page.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
pub(crate) struct Block {
    /// The first word behind the fence.
    pub(crate) language: String,
    /// The second: a file name, or the feature that commands need.
    pub(crate) about: Option<String>,
    /// The number of its first line.
    pub(crate) line: usize,
    pub(crate) lines: Vec<String>,
}

impl Page {
    pub(crate) fn read(name: &str, text: &str) -> Self {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (index, line) in text.lines().enumerate() {
            match line.trim_end().strip_prefix("```") {
                Some(_) if inside => inside = false,
                Some(info) => {
                    let mut words = info.split_whitespace().map(str::to_owned);
                    let language = words.next().unwrap_or_default();
                    blocks.push(Block { language, about: words.next(), line: index + 2, lines: Vec::new() });
                    inside = true;
                }
                None if inside => blocks.last_mut().unwrap().lines.push(line.to_owned()),
                None => {}
            }
        }
        assert!(!inside, "{name}: the last block has no end");
        Self { name: name.to_owned(), text: text.to_owned(), blocks }
    }

    /// The blocks that are files, with their names.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &Block)> {
        let others = self.blocks.iter().filter(|block| block.language != "console");
        others.filter_map(|block| Some((block.about.as_deref()?, block)))
    }

    pub(crate) fn blocks_in(&self, language: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.language == language)
    }
}

/// Every page, by name.
pub(crate) fn pages() -> Vec<Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut pages: Vec<Page> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Page::read(&name, &std::fs::read_to_string(path).unwrap())
        })
        .collect();
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

/// The page that one reads first.
pub(crate) fn readme() -> Page {
    Page::read("README.md", include_str!("../../README.md"))
}

//! What the documents tell a reader to type: commands, flags, tests and recipes have to be there.

use super::rpcheck;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const DOCUMENTS: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "fixtures/targets/README.md",
    "harness/README.md",
    "scenarios/README.md",
    "scenarios/docs/speed.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn text_of(place: &str) -> String {
    std::fs::read_to_string(root().join(place)).unwrap_or_else(|error| panic!("{place}: {error}"))
}

/// The lines of the blocks in sh, without comments, and what stands in code beside blocks.
fn code(text: &str) -> Vec<String> {
    let (prose, blocks): (Vec<_>, Vec<_>) =
        text.split("```").enumerate().partition(|(index, _)| index % 2 == 0);
    let blocks = blocks.into_iter().filter_map(|(_, block)| block.strip_prefix("sh\n"));
    let lines = blocks.flat_map(str::lines).map(|line| line.split("  #").next().unwrap_or(line).trim());
    let prose: String = prose.into_iter().map(|(_, text)| text).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    lines.chain(spans).map(|code| code.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The flags among the words.
fn flags(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words = text.split(|letter| !is_part(letter)).filter(|word| word.len() > 2);
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

fn help(words: &[&str]) -> Result<String, String> {
    let run = rpcheck(&[words, &["--help"]].concat());
    if run.code == 0 { Ok(run.stdout) } else { Err(run.stderr) }
}

/// Why a line cannot be typed; none if it is not one of ours.
fn problem(line: &str) -> Option<String> {
    if let Some(words) = line.strip_prefix("cargo run --release --").or(line.strip_prefix("rpcheck ")) {
        return problem_of_rpcheck(words);
    }
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["cargo", "test", "-p", package, "--test", test, ..] => {
            let folder =
                if *package == "rpcheck" { "scenarios" } else { package.trim_start_matches("rpcheck-") };
            let place = format!("{folder}/tests/{test}.rs");
            (!root().join(&place).exists()).then(|| format!("there is no {place}"))
        }
        ["cargo", "run", "--bin", bin, ..] => {
            let manifests =
                ["scenarios", "mock-idp", "sample-app"].map(|part| text_of(&format!("{part}/Cargo.toml")));
            let is_there = manifests.iter().any(|manifest| manifest.contains(&format!("name = \"{bin}\"")));
            (!is_there).then(|| format!("there is no program {bin}"))
        }
        ["just", recipe, ..] => {
            let recipes = text_of("justfile");
            let is_there = recipes.lines().any(|line| line.split([' ', ':']).next() == Some(recipe));
            (!is_there).then(|| format!("there is no recipe {recipe}"))
        }
        _ => None,
    }
}

fn problem_of_rpcheck(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let depth = match words.first() {
        Some(&("target" | "report")) => 2,
        Some(word) if !word.starts_with('-') => 1,
        _ => 0,
    };
    match help(&words[..depth.min(words.len())]) {
        Err(error) => Some(error),
        Ok(help) => {
            let known = flags(&help);
            let named = flags(line);
            let unknown: Vec<_> = named.difference(&known).collect();
            (!unknown.is_empty()).then(|| format!("there is no {unknown:?}"))
        }
    }
}

#[test]
fn what_the_documents_tell_to_type_is_there() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in DOCUMENTS.iter().filter(|document| root().join(document).exists()) {
        for line in code(&text_of(document)) {
            seen += usize::from(line.starts_with("rpcheck ") || line.starts_with("cargo run"));
            wrong.extend(problem(&line).map(|problem| format!("{document}: {line}: {problem}")));
        }
    }

    assert!(seen > 15 && wrong.is_empty(), "{seen} commands; {}", wrong.join("\n"));
}

#[test]
fn a_flag_by_itself_is_one_of_some_command() {
    let commands: &[&[&str]] = &[
        &[],
        &["run"],
        &["list"],
        &["coverage"],
        &["fuzz"],
        &["serve"],
        &["target", "check"],
        &["report", "merge"],
        &["report", "compare"],
        &["report", "draw"],
    ];
    let known: BTreeSet<String> =
        commands.iter().flat_map(|words| flags(&help(words).expect("a command that is there"))).collect();

    for line in code(&text_of("README.md")).iter().filter(|line| line.starts_with("--")) {
        let unknown: Vec<_> = flags(line).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "README.md: {line}: there is no {unknown:?}");
    }
}

#[test]
fn what_cannot_be_typed_is_found() {
    for line in [
        "rpcheck rnu",
        "rpcheck run --sedd 1",
        "cargo run --release -- report mergee",
        "cargo test -p rpcheck --test nothing",
        "cargo run --bin mock-ipd",
        "just nothing",
    ] {
        assert!(problem(line).is_some(), "{line}");
    }
    assert_eq!(problem("cargo insta review"), None);
}

#[test]
fn the_scenario_that_shows_how_to_write_one_is_in_the_catalogue() {
    let text = text_of("CONTRIBUTING.md");
    let (_, rest) = text.split_once("```rust\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");

    assert!(
        include_str!("../../src/audience.rs").contains(example),
        "src/audience.rs has another: {example}"
    );
}

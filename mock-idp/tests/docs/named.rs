//! What the pages name: flags, variables and commands have to be there.

use std::collections::BTreeSet;
use std::process::Command;

use crate::page::{pages, readme};

const COMMANDS: &[&str] = &["", "keys", "ca", "healthcheck", "lint", "token"];

fn help(command: &str) -> String {
    let words = [command, "--help"].into_iter().filter(|word| !word.is_empty());
    let output = Command::new(env!("CARGO_BIN_EXE_mock-idp")).args(words).output().unwrap();
    assert!(output.status.success(), "{command}");
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a text that begin like this and go on with letters.
fn words_with(start: &str, text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    text.split(|letter| !is_part(letter))
        .filter(|word| word.starts_with(start) && word.len() > start.len())
        .map(|word| word.trim_end_matches(['-', '_']).to_owned())
        .collect()
}

/// What the pages say in code, beside blocks.
fn code(text: &str) -> String {
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    prose.join("").split('`').skip(1).step_by(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_flag_and_every_variable_that_the_pages_name_is_there() {
    let known: String = COMMANDS.iter().map(|command| help(command)).collect();
    let (flags, variables) = (words_with("--", &known), words_with("MOCK_IDP_", &known));
    for page in pages().into_iter().chain([readme()]) {
        let named = code(&page.text);
        // Of cargo, and of the script that measures.
        let foreign = ["--features", "--release", "--test", "--logins", "--profile"];
        let unknown: Vec<_> = words_with("--", &named)
            .difference(&flags)
            .chain(words_with("MOCK_IDP_", &page.text).difference(&variables))
            .filter(|word| !foreign.contains(&word.as_str()))
            .cloned()
            .collect();

        assert!(unknown.is_empty(), "{} names {unknown:?}", page.name);
    }
}

#[test]
fn the_readme_names_every_flag_and_every_command() {
    let named = code(&readme().text);
    let flags = words_with("--", &named);
    // Those that read other mocks' files have a page of their own.
    let elsewhere = words_with("--", &pages().into_iter().map(|page| page.text).collect::<String>());

    for command in COMMANDS {
        assert!(named.contains(&format!("mock-idp {command}")) || command.is_empty(), "{command}");
    }
    for flag in
        words_with("--", &help("")).iter().filter(|flag| !["--help", "--version"].contains(&flag.as_str()))
    {
        assert!(flags.contains(flag) || elsewhere.contains(flag), "{flag}");
    }
}

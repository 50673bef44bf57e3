//! Every example in the documentation, run: requests against a provider, commands against the program.
//! How an example is written is told in `tests/docs/page.rs`.
#![expect(clippy::unwrap_used, reason = "an example that cannot be run has failed, helpers included")]

#[path = "docs/captures.rs"]
mod captures;
#[path = "docs/console.rs"]
mod console;
#[path = "docs/http.rs"]
mod http;
#[path = "docs/named.rs"]
mod named;
#[path = "docs/page.rs"]
mod page;
#[path = "docs/shell.rs"]
mod shell;

use std::path::Path;

use mock_idp::Fault;
use mock_idp::settings::FromFile;
use page::{Page, pages, readme};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_in_the_documentation_is_answered_as_it_says() {
    let mut wrong = Vec::new();
    for page in pages() {
        wrong.extend(http::run(&page).await.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_command_in_the_documentation_says_what_is_written_there() {
    let wrong: Vec<String> = pages().iter().filter_map(|page| console::run(page).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shell_command_in_the_documentation_does_what_it_says() {
    let mut wrong = Vec::new();
    for page in pages().into_iter().chain([readme()]) {
        wrong.extend(shell::run(&page).await.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_page_is_listed_where_its_rust_examples_are_compiled() {
    let list = include_str!("../src/docs.rs");
    let missing: Vec<String> = pages()
        .iter()
        .map(|page| format!("\"../docs/{}\"", page.name))
        .chain(["\"../README.md\"".to_owned()])
        .filter(|name| !list.contains(name))
        .collect();
    assert!(missing.is_empty(), "add to src/docs.rs: {missing:?}");
}

#[test]
fn every_file_in_the_documentation_is_read_by_a_command_beside_it() {
    let mut unread = Vec::new();
    for page in pages() {
        let commands: Vec<&String> = page.blocks_in("console").flat_map(|block| &block.lines).collect();
        let names: Vec<&str> = page.files().map(|(name, _)| name).collect();
        for (name, block) in page.files() {
            let is_read = commands.iter().any(|line| line.starts_with("$ ") && line.contains(name));
            let is_alone = names.iter().filter(|other| **other == name).count() == 1;
            if !is_read || !is_alone {
                unread.push(format!("{}:{}: {name}", page.name, block.line));
            }
        }
    }
    assert!(
        unread.is_empty(),
        "no command reads these, or another block of that name replaces it: {unread:?}"
    );
}

#[test]
fn every_other_settings_file_and_fault_in_the_documentation_is_accepted() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.about.is_none()) {
            let text = block.lines.join("\n");
            let problem = match block.language.as_str() {
                "toml" => accepted_settings(&text).err(),
                "json" => accepted_fault(&text).err(),
                _ => None,
            };
            wrong.extend(problem.map(|problem| format!("{}:{}: {problem}", page.name, block.line)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn accepted_settings(text: &str) -> Result<(), String> {
    let read = FromFile::understand(Path::new("mock-idp.toml"), text).map_err(|error| error.to_string())?;
    read.settings.check()
}

fn accepted_fault(text: &str) -> Result<(), String> {
    let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match Fault::list_from_json(json).map_err(|error| error.to_string()) {
        Err(error) if cfg!(not(feature = "tls")) && error.contains("needs the cargo feature \"tls\"") => {
            Ok(())
        }
        read => read.map(drop),
    }
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let names: Vec<String> = pages().iter().map(|page| page.name.clone()).collect();
    for Page { name, text, .. } in pages() {
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(to, _)| to);
        for target in targets.filter(|to| !to.contains("://") && !to.starts_with("../")) {
            let file = target.split('#').next().unwrap();
            assert!(file.is_empty() || names.iter().any(|name| name == file), "{name} links to {target}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_that_is_not_true_is_found() {
    let told = |text: &str| Page::read("untrue.md", text);

    let wrong = http::run(&told("```http\nGET /healthz\n→ 200\n→ nobody\n```\n")).await.unwrap_err();
    assert!(wrong.contains("untrue.md:2") && wrong.contains("nobody"), "{wrong}");
    let wrong = http::run(&told("```http\nGET /healthz\n→ 404\n```\n")).await.unwrap_err();
    assert!(wrong.contains("200"), "{wrong}");

    for (line, why) in [
        ("cargo run -p rpcheck-mock-idp -- --sed 1", "--sed"),
        ("cargo run -p rpcheck-mock-idp  # http://127.0.0.1:1/", "127.0.0.1:1"),
        ("cargo build --release -p rpcheck-mock-idp --features tsl", "tsl"),
        ("cargo run -p rpcheck-mock-idp\ncurl http://127.0.0.1:9001/nowhere", "404"),
        ("rm -r .", "only mock-idp"),
    ] {
        let wrong = shell::run(&told(&format!("```sh\n{line}\n```\n"))).await.unwrap_err();
        assert!(wrong.contains("untrue.md:2") && wrong.contains(why), "{wrong}");
    }

    let page = told("```console\n$ mock-idp --version\nanother-program …\n```\n");
    let wrong = console::run(&page).unwrap_err();
    assert!(wrong.contains("untrue.md:2") && wrong.contains("another-program"), "{wrong}");
}

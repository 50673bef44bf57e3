//! Every example in the documentation, run: requests against a provider, commands against the program.
//! How an example is written is told in `tests/docs/page.rs`.
#![expect(clippy::unwrap_used, reason = "an example that cannot be run has failed, helpers included")]

#[path = "docs/captures.rs"]
mod captures;
#[path = "docs/console.rs"]
mod console;
#[path = "docs/http.rs"]
mod http;
#[path = "docs/page.rs"]
mod page;

use page::{Page, pages};

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

#[test]
fn every_page_is_listed_where_its_rust_examples_are_compiled() {
    let list = include_str!("../src/docs.rs");
    let missing: Vec<String> = pages()
        .iter()
        .map(|page| format!("\"../docs/{}\"", page.name))
        .filter(|name| !list.contains(name))
        .collect();
    assert!(missing.is_empty(), "add to src/docs.rs: {missing:?}");
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

#[tokio::test]
async fn an_example_that_is_not_true_is_found() {
    let told = |text: &str| Page::read("untrue.md", text);

    let wrong = http::run(&told("```http\nGET /healthz\n→ 200\n→ nobody\n```\n")).await.unwrap_err();
    assert!(wrong.contains("untrue.md:2") && wrong.contains("nobody"), "{wrong}");
    let wrong = http::run(&told("```http\nGET /healthz\n→ 404\n```\n")).await.unwrap_err();
    assert!(wrong.contains("200"), "{wrong}");

    let page = told("```console\n$ mock-idp --version\nanother-program …\n```\n");
    let wrong = console::run(&page).unwrap_err();
    assert!(wrong.contains("untrue.md:2") && wrong.contains("another-program"), "{wrong}");
}

//! Running what a block in sh shows: the program as it is started from a clone, and curl.
//!
//! A server runs until the next one is started, or the page ends. Of a comment behind a command, what is a URL has to
//! be among the lines that the server says. A build is not made; its package and its features have to be there.

use crate::console::{Stage, words};
use crate::page::{Block, Page};

/// The line with which a server has said where everything is.
const READY: &str = "Stop it with Ctrl-C.";

pub(crate) async fn run(page: &Page) -> Result<(), String> {
    let mut stage = Stage::new(page);
    for block in page.blocks_in("sh") {
        for line in commands(block) {
            let problem = |problem: String| format!("{}:{}: {line}\n{problem}", page.name, block.line);
            play(&mut stage, &line).await.map_err(problem)?;
        }
    }
    Ok(())
}

/// One command a line, with what is continued.
fn commands(block: &Block) -> Vec<String> {
    let text = block.lines.join("\n").replace("\\\n", " ");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

async fn play(stage: &mut Stage, line: &str) -> Result<(), String> {
    let (command, comment) = line.split_once("  #").unwrap_or((line, ""));
    let words = words(&stage.ported(command));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["cargo", "run", "-p", "rpcheck-mock-idp", rest @ ..] => {
            start(stage, rest.strip_prefix(&["--"]).unwrap_or(rest), comment)
        }
        ["cargo", "build", "--release", "-p", "rpcheck-mock-idp", "--features", feature] => {
            let manifest = include_str!("../../Cargo.toml");
            let is_there = manifest.lines().any(|line| line.starts_with(&format!("{feature} = [")));
            is_there.then_some(()).ok_or_else(|| format!("there is no feature {feature}"))
        }
        ["curl", rest @ ..] => curl(rest).await,
        _ => Err("in a sh block only mock-idp, started with cargo, and curl are run".to_owned()),
    }
}

fn start(stage: &mut Stage, flags: &[&str], comment: &str) -> Result<(), String> {
    let said = stage.started(flags, READY)?;
    let urls = comment.split([' ', ',']).filter(|word| word.starts_with("http"));
    for url in urls.map(|url| stage.ported(url)) {
        if !said.contains(&url) {
            return Err(format!("{url} is not among what it said:\n{said}"));
        }
    }
    Ok(())
}

/// As far as the pages use it: -H, -d, and the URL. The answer has to be a success.
async fn curl(words: &[&str]) -> Result<(), String> {
    let (mut headers, mut body, mut url) = (Vec::new(), None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-H" => headers.extend(words.next().and_then(|header| header.split_once(": "))),
            "-d" => body = words.next(),
            other if other.starts_with('-') => return Err(format!("the flag {other} of curl is not played")),
            other => url = Some(other),
        }
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = url.ok_or("there is no URL")?;
    let mut request = if body.is_some() { client.post(url) } else { client.get(url) };
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = if let Some(body) = body { request.body((*body).to_owned()) } else { request };
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    let text = response.text().await.map_err(|error| error.to_string())?;
    status.is_success().then_some(()).ok_or_else(|| format!("answered {status}: {text}"))
}

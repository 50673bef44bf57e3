//! Running the requests of a page.

use mock_idp::MockIdp;

use crate::captures::{Answer, Captures};
use crate::page::{Block, Page};

/// Runs the page's requests in order, against a provider of its own.
pub(crate) async fn run(page: &Page) -> Result<(), String> {
    if page.blocks_in("http").next().is_none() {
        return Ok(());
    }
    let provider = MockIdp::builder().control("127.0.0.1:0".parse().unwrap()).start().await.unwrap();
    let mut captures = Captures::default();
    captures.set("issuer", provider.base_url());
    captures.set("control", provider.control_url().unwrap());
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    for block in page.blocks_in("http") {
        exchange(&client, block, &mut captures)
            .await
            .map_err(|problem| format!("{}:{}: {problem}", page.name, block.line))?;
    }
    Ok(())
}

/// A request as it is written.
struct Written {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    /// What is said about the answer.
    arrows: Vec<String>,
}

impl Written {
    fn read(block: &Block, captures: &Captures) -> Result<Self, String> {
        let lines: Vec<String> = block.lines.iter().map(|line| captures.insert(line)).collect();
        let mut lines = lines.iter().map(String::as_str).peekable();
        let first = lines.next().unwrap_or_default();
        let (method, target) = first.split_once(' ').ok_or("the first line is no request")?;
        let mut url = target.trim().to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(' ')) {
            url.push_str(more.trim());
        }
        let mut headers = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.is_empty() && !line.starts_with('→')) {
            let (name, value) = line.split_once(": ").ok_or_else(|| format!("\"{line}\" is no header"))?;
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut body = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with('→')) {
            body.push(line);
        }
        let is_form = headers.iter().any(|(_, value)| value.contains("x-www-form-urlencoded"));
        let body = if is_form {
            body.iter().map(|line| line.trim()).collect()
        } else {
            body.join("\n").trim().to_owned()
        };
        let arrows: Vec<String> =
            lines.filter_map(|line| line.strip_prefix('→')).map(|arrow| arrow.trim().to_owned()).collect();
        if arrows.is_empty() {
            return Err("nothing is said about the answer; add a line → 200".into());
        }
        Ok(Self { method: method.to_owned(), url, headers, body, arrows })
    }

    /// Where it goes.
    fn absolute(&self, captures: &Captures) -> String {
        if let Some(path) = self.url.strip_prefix("control:") {
            return captures.insert(&format!("{{{{control}}}}{path}"));
        }
        if self.url.starts_with('/') {
            return captures.insert(&format!("{{{{issuer}}}}{}", self.url));
        }
        self.url.clone()
    }
}

async fn exchange(client: &reqwest::Client, block: &Block, captures: &mut Captures) -> Result<(), String> {
    let written = Written::read(block, captures)?;
    let method = written.method.parse().map_err(|_| format!("{} is no method", written.method))?;
    let mut request = client.request(method, written.absolute(captures));
    for (name, value) in &written.headers {
        request = request.header(name, value);
    }
    if let Some(cookies) = captures.cookie_header() {
        request = request.header("cookie", cookies);
    }
    if !written.body.is_empty() {
        request = request.body(written.body.clone());
    }
    let response = request.send().await.map_err(|error| error.to_string())?;
    let answer = Answer {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: response.text().await.map_err(|error| error.to_string())?,
    };
    captures.keep_cookies(&answer);
    for arrow in &written.arrows {
        judge(arrow, &answer, captures).map_err(|problem| {
            format!("→ {arrow}: {problem}\nanswered: {}\n{}", answer.status, answer.text())
        })?;
    }
    Ok(())
}

fn judge(arrow: &str, answer: &Answer, captures: &mut Captures) -> Result<(), String> {
    if arrow.len() == 3
        && let Ok(status) = arrow.parse::<u16>()
    {
        return if answer.status == status { Ok(()) } else { Err("another status".into()) };
    }
    if let Some(captured) = captures.capture(arrow, answer) {
        return captured;
    }
    // An earlier arrow of the same request may have captured what is inserted here.
    let expected = captures.insert(arrow);
    if answer.text().contains(&expected) { Ok(()) } else { Err("the answer does not contain it".into()) }
}

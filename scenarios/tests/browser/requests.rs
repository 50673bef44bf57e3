//! The requests of a person's browser in a trial, a line each, without what differs from run to run.

use mock_idp::trace::{Exchange, Recorder, Request};
use std::collections::BTreeSet;

/// Headers by which an app may tell where a request comes from.
const TELLING: [&str; 5] = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "origin", "referer"];

/// Pages and background requests, in order. Chromium tells nobody of pictures. Somebody who is to post from the
/// provider's page by hand has to open that page first in a browser, which is not told either.
pub(crate) fn requests(conversation: &[Exchange]) -> Vec<String> {
    let seen = conversation.iter().filter(|one| one.recorder == Recorder::Agent);
    let told = seen.filter(|one| !matches!(header(&one.request, "sec-fetch-dest"), Some("image")));
    told.filter(|one| !is_first_page_of_the_provider(one)).map(line).collect()
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

fn is_first_page_of_the_provider(exchange: &Exchange) -> bool {
    let typed = header(&exchange.request, "sec-fetch-site") == Some("none");
    typed && path(&exchange.request.url) == "/t"
}

fn line(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let status = exchange.response.as_ref().map_or("dropped".to_owned(), |answer| answer.status.to_string());
    let telling = TELLING.iter().filter_map(|name| {
        let value = header(request, name)?;
        Some(if value.contains("://") { format!("{name}: an address") } else { format!("{name}: {value}") })
    });
    let cookies: BTreeSet<&str> = header(request, "cookie")
        .into_iter()
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split(['=', '.']).next())
        .collect();
    let telling = telling.collect::<Vec<_>>().join(", ");
    let (method, path) = (&request.method, path(&request.url));
    format!("{method} {} {path} → {status}  {telling}  cookies {cookies:?}", exchange.endpoint)
}

/// The path alone, the same for every trial.
fn path(url: &str) -> String {
    let address = url.split(['?', '#']).next().unwrap_or_default();
    let path = address.splitn(4, '/').nth(3).unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.first() == Some(&"t") {
        parts.drain(1..parts.len().min(2));
    }
    format!("/{}", parts.join("/"))
}

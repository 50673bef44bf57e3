//! No token may come out of the application again: not on a page, not in a redirect, not in a readable cookie.

use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange};

/// Where an ID Token that was handed to the application came out of it again.
pub(super) fn leak(conversation: &[Exchange]) -> Option<String> {
    let app = conversation.iter().filter(|exchange| exchange.endpoint == Endpoint::App);
    let canaries = canaries(conversation);
    for response in app.filter_map(|exchange| exchange.response.as_ref()) {
        let shown = |text: &str| canaries.iter().any(|canary| text.contains(canary.as_str()));
        if let Some((name, _)) = response.headers.iter().find(|(_, value)| shown(value)) {
            return Some(format!("the header {name} of an answer of the app"));
        }
        if shown(&response.body) {
            return Some("the body of an answer of the app".to_owned());
        }
    }
    None
}

/// The parts of the ID Tokens that were handed to the application which are long enough to be told from
/// anything else: what must stand nowhere, in no page and no log.
pub fn canaries(conversation: &[Exchange]) -> Vec<String> {
    let app = conversation.iter().filter(|exchange| exchange.endpoint == Endpoint::App);
    app.flat_map(handed_over).collect()
}

fn handed_over(exchange: &Exchange) -> Vec<String> {
    let query = exchange.request.url.split_once('?').map_or("", |(_, query)| query);
    let sent = [Params::parse(query), Params::parse(&exchange.request.body)];
    let tokens = sent.iter().flat_map(|params| params.all("id_token"));
    tokens
        .flat_map(|token| token.split('.').skip(1).map(str::to_owned))
        .filter(|part| part.len() > 40)
        .collect()
}

//! The ID Tokens that the application was handed.

use mock_idp::Params;
use mock_idp::trace::{Endpoint, Exchange};

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

//! `client_id` names a client (RFC 6749 2.2, 4.2.1).

use super::{Rules, Untrusted};
use crate::client::Client;
use crate::protocol::Params;

pub(super) fn is_known(params: &Params, clients: &[Client], rules: Rules) -> Result<Client, Untrusted> {
    let Some(id) = params.given("client_id") else {
        return Err(Untrusted {
            problem: "The request has no client_id.".into(),
            remedy: "Send client_id with the id of your application.".into(),
            difference: None,
        });
    };
    if let Some(client) = clients.iter().find(|client| client.client_id == id) {
        return Ok(client.clone());
    }
    match rules {
        Rules::Lenient => Ok(Client::unregistered(id)),
        Rules::Strict => {
            let known: Vec<&str> = clients.iter().map(|client| client.client_id.as_str()).collect();
            Err(Untrusted {
                problem: format!("The client_id \"{id}\" is not registered."),
                remedy: format!(
                    "Registered clients are: {}. Register this one in the configuration file, or use \
                     rules = \"lenient\".",
                    known.join(", ")
                ),
                difference: None,
            })
        }
    }
}

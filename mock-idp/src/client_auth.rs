//! Who asks: client authentication at the endpoints that a client asks itself (RFC 6749 2.3, OIDC Core 9).

mod assertion;
mod credentials;

use credentials::{Credentials, basic_id};

use std::sync::Arc;

use crate::checks::Rules;
use crate::client::{AuthMethod, Client};
use crate::protocol::OAuthError;
use crate::server::Call;

/// The client that sent a request, and proved it if it can.
pub(crate) fn authenticate(call: &Call) -> Result<Client, OAuthError> {
    // RFC 6749 3.2, RFC 8628 3.1: which of two would count, nobody can know.
    if let Some(name) = call.form.repeated().first() {
        return Err(OAuthError::invalid(format!("{name} comes more than once; send it exactly once")));
    }
    let credentials = Credentials::of(call)?;
    let client = known(call, &credentials.client_id)?;
    if let Some(expected) = client.token_endpoint_auth_method
        && expected != credentials.method
    {
        return Err(OAuthError::invalid_client(format!(
            "the client \"{}\" is registered with {}, and authenticates with {}",
            client.client_id,
            expected.as_str(),
            credentials.method.as_str()
        )));
    }
    let offer = Arc::clone(&call.state.desk().offer);
    if !offer.has_auth_method(credentials.method) {
        let known: Vec<&str> = offer.auth_methods.iter().map(|method| method.as_str()).collect();
        return Err(OAuthError::invalid_client(format!(
            "{} is not offered; authenticate with one of: {}",
            credentials.method.as_str(),
            known.join(", ")
        )));
    }
    credentials.prove(call, &client)?;
    Ok(client)
}

/// Who a request says that it comes from, by a Basic header or a client assertion; nothing is believed yet.
pub(crate) fn claimed_id(call: &Call) -> Option<String> {
    let header = call.authorization.as_deref().and_then(basic_id);
    header.or_else(|| call.form.given("client_assertion").and_then(assertion::claimed_id))
}

fn known(call: &Call, id: &str) -> Result<Client, OAuthError> {
    let (clients, rules) = {
        let desk = call.state.desk();
        (desk.clients(), desk.rules)
    };
    match (clients.iter().find(|client| client.client_id == id), rules) {
        (Some(client), _) => Ok(client.clone()),
        (None, Rules::Lenient) => Ok(Client::unregistered(id)),
        (None, Rules::Strict) => Err(OAuthError::invalid_client(format!(
            "the client_id \"{id}\" is not registered; register it in the configuration file, or use \
             rules = \"lenient\""
        ))),
    }
}

impl Credentials {
    /// Whether the credentials are the client's. A client that has none is public and needs none.
    fn prove(&self, call: &Call, client: &Client) -> Result<(), OAuthError> {
        match self.method {
            AuthMethod::None if client.is_confidential() => Err(OAuthError::invalid_client(format!(
                "the client \"{}\" has credentials, and sent none; send client_id and client_secret in the header \
                 Authorization: Basic or in the body, or a client_assertion",
                client.client_id
            ))),
            AuthMethod::None => Ok(()),
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => self.prove_secret(client),
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
                assertion::prove(self.assertion.as_deref().unwrap_or_default(), call, client)
            }
        }
    }

    fn prove_secret(&self, client: &Client) -> Result<(), OAuthError> {
        match &client.client_secret {
            // Somebody whom nobody registered may say what they like.
            None if client.jwks.is_none() && client.token_endpoint_auth_method.is_none() => Ok(()),
            None => Err(OAuthError::invalid_client(format!(
                "the client \"{}\" has no client_secret that could be right; register one",
                client.client_id
            ))),
            Some(secret) if self.secrets.contains(secret) => Ok(()),
            Some(_) => Err(OAuthError::invalid_client(format!(
                "the client_secret of \"{}\" is wrong; the landing page and the settings file tell the right one",
                client.client_id
            ))),
        }
    }
}

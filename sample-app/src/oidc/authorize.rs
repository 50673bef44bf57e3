//! The start of a login: the request to the provider's authorization endpoint.

use url::Url;

use super::metadata::Metadata;
use super::provider::Provider;
use super::transaction::Transaction;
use crate::app::App;
use crate::error::ProviderError;

/// A login about to be started: what to remember and where to go.
pub(crate) struct Start {
    pub(crate) transaction: Transaction,
    pub(crate) location: Url,
}

/// Prepares a login at `provider` that will end at `return_to`, with a fresh state and a fresh nonce.
pub(crate) async fn start(
    app: &App,
    provider: &Provider,
    return_to: String,
    base_url: &str,
) -> Result<Start, ProviderError> {
    let now = app.ambient.clock.unix();
    let metadata = provider.metadata(&app.policy, now).await?;
    let (state, nonce) = (app.policy.transactions.fresh)(&app.ambient.random);
    let transaction = Transaction {
        id: app.ambient.random.id(),
        nonce,
        state,
        iss: provider.settings.issuer.clone(),
        return_to,
        iat: now,
    };
    let location = location(&metadata, provider, &transaction, base_url);
    Ok(Start { transaction, location })
}

/// The endpoint keeps the query it already has (RFC 6749 3.1). `redirect_uri` comes from the settings and never
/// from a header of the request.
fn location(metadata: &Metadata, provider: &Provider, transaction: &Transaction, base_url: &str) -> Url {
    let mut location = metadata.authorization_endpoint.clone();
    location
        .query_pairs_mut()
        .append_pair("client_id", &provider.settings.client_id)
        .append_pair("scope", &provider.settings.scope)
        .append_pair("response_type", "id_token")
        .append_pair("response_mode", "form_post")
        .append_pair("redirect_uri", &format!("{base_url}/callback"))
        .append_pair("nonce", &transaction.nonce)
        .append_pair("state", &transaction.state);
    location
}

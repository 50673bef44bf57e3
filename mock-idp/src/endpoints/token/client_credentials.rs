//! `grant_type=client_credentials` (RFC 6749 4.4): a token for the client itself.

use crate::checks::scope_is_offered;
use crate::client::Client;
use crate::fault::Pass;
use crate::protocol::{ErrorCode, OAuthError, Object};
use crate::server::Call;

pub(super) fn exchange(call: &Call, client: &Client, _: &mut Pass) -> Result<Object, OAuthError> {
    if !client.is_confidential() {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "a client without credentials cannot ask on its own account; register a client_secret for it",
        ));
    }
    let scope = call.form.given("scope").unwrap_or_default();
    let desk = call.state.snapshot();
    scope_is_offered(scope, &desk.book()).map_err(|error| OAuthError::new(error.code, error.description))?;
    let access = call.state.access_token(client, scope, None);
    let mut answer = Object::default()
        .with("access_token", access.token)
        .with("token_type", "Bearer")
        .with("expires_in", access.expires_in);
    if !scope.is_empty() {
        answer.push("scope", scope);
    }
    Ok(answer)
}

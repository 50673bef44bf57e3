//! The code for tokens (RFC 6749 4.1.3, OpenID Connect Core 3.1.3).

use super::metadata::Metadata;
use super::pkce;
use super::provider::Provider;
use super::token_endpoint::{NoTokens, Tokens, ask};
use crate::app::App;
use crate::error::Refusal;

const CODE_REFUSED: Refusal = Refusal::new("code-refused", "RFC 6749 5.2");

/// Redeems `code`, showing the verifier of the login that it was made for.
pub(crate) async fn redeem(
    app: &App,
    provider: &Provider,
    metadata: &Metadata,
    (code, sealed): (&str, Option<&str>),
) -> Result<Tokens, Refusal> {
    let verifier = sealed.and_then(|sealed| pkce::unseal(&app.vault, sealed)).ok_or(CODE_REFUSED)?;
    let form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", app.settings.base_url.join("/callback")),
        ("code_verifier", verifier),
    ];
    ask(provider, metadata, form, &app.policy.token_response).await.map_err(|trouble| match trouble {
        NoTokens::InvalidGrant => CODE_REFUSED,
        NoTokens::Wrong(refusal) => refusal,
        NoTokens::Outage(error) => {
            tracing::warn!(reason = error.reason(), %error, "provider");
            app.policy.outage(&error)
        }
    })
}

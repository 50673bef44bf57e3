//! An ID token that is right in every respect: outside, signature, inside.

use super::claims::{ClaimRule, Claims};
use super::keys::KeyRing;
use super::provider::Provider;
use super::token::Token;
use super::{Beside, Expected};
use crate::app::App;
use crate::error::Refusal;
use crate::rule::check;

/// The claims of an ID token of which everything holds that is expected.
pub(crate) async fn verified(
    ring: &KeyRing<'_>,
    id_token: &str,
    rules: &[ClaimRule],
    expected: &Expected,
) -> Result<Claims, Refusal> {
    let policy = ring.policy;
    let token = Token::parse(id_token, policy.reading)?;
    check(&policy.header_rules, &token.header, expected.alg.name())?;
    (policy.keys.authenticate)(&token, ring).await?;
    let claims: Claims = token.claims(policy.reading)?;
    check(rules, &claims, expected)?;
    Ok(claims)
}

/// What a token of `provider` is measured against, whatever comes beside it.
pub(crate) fn expected(app: &App, provider: &Provider, nonce: &str, now: i64) -> Expected {
    let settings = &provider.settings;
    Expected {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        trusted_audiences: settings.trusted_audiences.clone(),
        alg: settings.id_token_alg,
        nonce: nonce.to_owned(),
        now,
        tolerance: app.policy.tolerance,
        needs_iss: false,
        wishes: settings.wishes.clone(),
        beside: Beside::default(),
    }
}

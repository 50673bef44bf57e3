//! Renewing the tokens of a session (RFC 6749 6, OpenID Connect Core 12).

use super::claims::{ClaimRule, Claims, absent_or, audiences, claim_rules};
use super::id_token::{expected, verified};
use super::keys::KeyRing;
use super::token_endpoint::{NoTokens, TokenResponseRule, Tokens, ask, token_response_rules};
use super::{Beside, Expected};
use crate::app::App;
use crate::error::Refusal;
use crate::oidc::callback::PairRule;
use crate::rule::{check, without};
use crate::session::{Kept, Session};

/// How tokens are renewed.
pub(crate) struct RefreshPolicy {
    pub(crate) response: Vec<TokenResponseRule>,
    pub(crate) claims: Vec<ClaimRule>,
    /// What a renewed ID token has in common with the one before.
    pub(crate) same: Vec<PairRule>,
    /// How many seconds before its end an access token is renewed, at most.
    pub(crate) lead: i64,
    /// Does a request wait for a renewal that another one has begun with the same token?
    pub(crate) shared: bool,
}

impl RefreshPolicy {
    pub(crate) fn honest() -> Self {
        Self {
            // The provider may leave the ID token out (12.2).
            response: without(token_response_rules(), &["token-response-id-token"]),
            // Nobody was asked anything now, so there is no nonce of this time, and the sign-in is as old as it is.
            claims: without(
                claim_rules(),
                &["nonce-required", "nonce-check", "auth-time-required", "auth-time-check", "acr-check"],
            ),
            same: same_rules(),
            lead: 30,
            shared: true,
        }
    }
}

/// What must hold of a renewed ID token, given the one before (12.2).
fn same_rules() -> Vec<PairRule> {
    let row = |name, holds| PairRule::new(name, "OIDC Core 12.2", holds);
    vec![
        row("refresh-iss-check", |renewed, before| renewed.get("iss") == before.get("iss")),
        row("refresh-sub-check", |renewed, before| renewed.get("sub") == before.get("sub")),
        row("refresh-aud-check", |renewed, before| {
            let (now, then) = (audiences(renewed), audiences(before));
            now.zip(then).is_some_and(|(now, then)| then.iter().all(|audience| now.contains(audience)))
        }),
        row("refresh-azp-check", |renewed, before| renewed.get("azp") == before.get("azp")),
        row("refresh-auth-time-check", |renewed, before| {
            absent_or(renewed, "auth_time", |time| absent_or(before, "auth_time", |then| time == then))
        }),
        row("refresh-nonce-check", |renewed, before| {
            absent_or(renewed, "nonce", |nonce| absent_or(before, "nonce", |then| nonce == then))
        }),
    ]
}

/// What became of a renewal.
#[derive(Clone)]
pub(crate) enum Renewal {
    /// The session goes on with these tokens, and with this ID token if there is a new one.
    Renewed { kept: Kept, id_token: Option<String> },
    /// The provider has taken back what it granted, or answers what cannot be true.
    Over,
    /// The provider cannot be asked right now: the session goes on as it is.
    Later,
}

/// The tokens to keep of what the endpoint gave, if it gave one to renew them with.
pub(crate) fn keep(app: &App, tokens: &Tokens, before: Option<&str>) -> Option<Kept> {
    let refresh_token = tokens.refresh_token.as_deref().or(before)?.to_owned();
    let lead = app.policy.refresh.lead.min(tokens.expires_in / 4);
    let due = app.ambient.clock.unix().saturating_add(tokens.expires_in - lead);
    Some(Kept { access_token: tokens.access_token.clone(), refresh_token, due })
}

/// Renews the tokens of a session.
pub(crate) async fn renew(app: &App, session: &Session) -> Renewal {
    let Some(before) = &session.data.kept else { return Renewal::Later };
    match ask_anew(app, session, before).await {
        Ok((tokens, id_token)) => match keep(app, &tokens, Some(&before.refresh_token)) {
            Some(kept) => Renewal::Renewed { kept, id_token },
            None => Renewal::Later,
        },
        Err(NoTokens::InvalidGrant) => {
            tracing::info!(reason = "refresh-refused", "the provider ended a session");
            Renewal::Over
        }
        Err(NoTokens::Wrong(refusal)) => {
            tracing::warn!(reason = refusal.reason, clause = refusal.clause, "renewal refused");
            Renewal::Over
        }
        Err(NoTokens::Outage(error)) => {
            tracing::warn!(reason = error.reason(), %error, "no renewal");
            Renewal::Later
        }
    }
}

async fn ask_anew(app: &App, session: &Session, before: &Kept) -> Result<(Tokens, Option<String>), NoTokens> {
    let now = app.ambient.clock.unix();
    let unknown = Refusal::new("transaction-issuer", "RFC 9700 4.4");
    let provider = session.text("iss").and_then(|issuer| app.provider(issuer)).ok_or(unknown)?;
    let metadata = provider.metadata(&app.policy, now).await.map_err(NoTokens::Outage)?;
    let form =
        vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", before.refresh_token.clone())];
    let tokens = ask(provider, &metadata, form, &app.policy.refresh.response).await?;
    let ring = KeyRing { provider, metadata: &metadata, policy: &app.policy, now };
    let beside = Beside { access_token: Some(tokens.access_token.clone()), ..Beside::default() };
    let expected = Expected { beside, ..expected(app, provider, "", now) };
    let id_token = match &tokens.id_token {
        None => None,
        Some(id_token) => accepted(&ring, id_token, &expected, &session.claims).await?,
    };
    Ok((tokens, id_token))
}

/// The renewed ID token, if it is to take the place of the one before. It is not while its keys cannot be fetched, and
/// not if it names the session at the provider differently: a logout token names the session that was.
async fn accepted(
    ring: &KeyRing<'_>,
    id_token: &str,
    expected: &Expected,
    before: &Claims,
) -> Result<Option<String>, Refusal> {
    let claims = match verified(ring, id_token, &ring.policy.refresh.claims, expected).await {
        Err(refusal) if refusal.is_outage() => return Ok(None),
        other => other?,
    };
    check(&ring.policy.refresh.same, &claims, before)?;
    Ok((claims.get("sid") == before.get("sid")).then(|| id_token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_renewed_token_tells_the_same_story_as_the_one_before() {
        let before = json!({"iss": "i", "sub": "alice", "aud": ["app"], "auth_time": 7, "nonce": "n"});
        let verdict = |change: fn(&mut Value)| {
            let mut renewed = before.clone();
            change(&mut renewed);
            let objects = (renewed.as_object().unwrap(), before.as_object().unwrap());
            check(&same_rules(), objects.0, objects.1).err().map(|refusal| refusal.reason)
        };
        let remove = |claims: &mut Value, name: &str| drop(claims.as_object_mut().unwrap().remove(name));

        assert_eq!(verdict(|_| {}), None);
        assert_eq!(verdict(|claims| claims["aud"] = json!("app")), None);
        assert_eq!(verdict(|claims| claims["nonce"] = json!("other")), Some("refresh-nonce-check"));
        assert_eq!(verdict(|claims| claims["iss"] = json!("j")), Some("refresh-iss-check"));
        assert_eq!(verdict(|claims| claims["sub"] = json!("bob")), Some("refresh-sub-check"));
        assert_eq!(verdict(|claims| claims["aud"] = json!(["other"])), Some("refresh-aud-check"));
        assert_eq!(verdict(|claims| claims["azp"] = json!("app")), Some("refresh-azp-check"));
        assert_eq!(verdict(|claims| claims["auth_time"] = json!(8)), Some("refresh-auth-time-check"));
        for optional in ["nonce", "auth_time"] {
            let mut renewed = before.clone();
            remove(&mut renewed, optional);
            let (renewed, before) = (renewed.as_object().unwrap(), before.as_object().unwrap());
            assert_eq!(check(&same_rules(), renewed, before), Ok(()), "{optional}");
        }
    }
}

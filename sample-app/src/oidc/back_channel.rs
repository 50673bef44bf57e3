//! The provider ends sessions without the browser (OpenID Connect Back-Channel Logout 1.0): a signed logout token
//! names a person, a session of hers at the provider, or both.
//!
//! Nothing is looked up: sessions may live in cookies. What is remembered is whom the token named and when it was
//! issued. What the provider signed in no later than that, by its own clock, is over: sessions, and logins still under
//! way here. A later login is another session, which the memory does not touch.

use axum::http::StatusCode;
use serde_json::Value;

use super::claims::{self, ClaimRule, Claims, absent_or, seconds};
use super::keys::KeyRing;
use super::provider::Provider;
use super::token::{self, HeaderRule, Token};
use super::{Beside, Expected};
use crate::app::App;
use crate::config::Wishes;
use crate::error::Refusal;
use crate::rule::check;
use crate::session::Session;
use crate::store::{Claimed, Entry, SignedOut};

/// The member of `events` that makes a logout token of a JWT (2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token older than this, in seconds, is no news; so its `jti` need not be remembered for longer.
const MAX_AGE: i64 = 600;

/// What must hold of a logout token, and what comes of one.
pub(crate) struct BackChannelPolicy {
    pub(crate) header: Vec<HeaderRule>,
    pub(crate) claims: Vec<ClaimRule>,
    /// With whose keys a token is verified, by its `iss`: those of the provider that it names.
    pub(crate) provider: for<'a> fn(&'a App, Option<&str>) -> Option<&'a Provider>,
    /// The name of those whom an issuer's `sub` and `sid` mean.
    pub(crate) name: fn(&str, Option<&str>, Option<&str>) -> String,
    /// Of when the last sign-in is that a token ends, by the provider's clock: of when it was issued.
    pub(crate) reaches: fn(&Claims, i64) -> i64,
    /// What a token is answered that has been obeyed.
    pub(crate) obeyed: StatusCode,
    /// What one is answered that has not.
    pub(crate) refused: fn(&Refusal) -> StatusCode,
    /// `Cache-Control` of either.
    pub(crate) cache: &'static str,
}

impl BackChannelPolicy {
    pub(crate) fn honest() -> Self {
        Self {
            header: header_rules(),
            claims: claim_rules(),
            provider: |app, iss| iss.and_then(|issuer| app.provider(issuer)),
            name,
            reaches: issued,
            obeyed: StatusCode::OK,
            refused: |refusal| refusal.status,
            cache: "no-store",
        }
    }
}

/// As for an ID token, but for the type (Back-Channel Logout 2.4, 4.1).
fn header_rules() -> Vec<HeaderRule> {
    let mut rules = token::header_rules();
    rules.retain(|rule| rule.name != "typ-check");
    rules.push(HeaderRule::new("logout-typ-check", "Back-Channel Logout 2.4", |header, _| {
        let plain = |typ: &str| {
            let typ = typ.to_ascii_lowercase();
            ["jwt", "logout+jwt"].contains(&typ.strip_prefix("application/").unwrap_or(&typ))
        };
        absent_or(header, "typ", |typ| typ.as_str().is_some_and(plain))
    }));
    rules
}

/// The rows of the ID token's table that hold here as well, and those of Back-Channel Logout 2.4 and 2.6.
fn claim_rules() -> Vec<ClaimRule> {
    const SHARED: [&str; 10] = [
        "iss-required",
        "iss-check",
        "aud-required",
        "aud-check",
        "exp-required",
        "exp-check",
        "nbf-check",
        "iat-required",
        "iat-future-check",
        "sub-check",
    ];
    let mut rules = claims::claim_rules();
    rules.retain(|rule| SHARED.contains(&rule.name));
    let row = |name, holds| ClaimRule::new(name, "Back-Channel Logout 2.4", holds);
    rules.extend([
        row("logout-iat-age-check", |claims, expected| {
            let limit = seconds(expected.now - MAX_AGE);
            absent_or(claims, "iat", |iat| iat.as_f64().is_some_and(|iat| iat >= limit))
        }),
        row("logout-jti-required", |claims, _| is_text(claims, "jti")),
        row("logout-events-check", |claims, _| {
            claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object)
        }),
        row("logout-nonce-check", |claims, _| !claims.contains_key("nonce")),
        row("logout-subject-required", |claims, _| claims.contains_key("sub") || claims.contains_key("sid")),
        row("logout-sid-check", |claims, _| !claims.contains_key("sid") || is_text(claims, "sid")),
    ]);
    rules
}

fn is_text(claims: &Claims, claim: &str) -> bool {
    claims.get(claim).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

#[expect(clippy::cast_possible_truncation, reason = "the table has seen that it is a time of today")]
pub(crate) fn issued(claims: &Claims, now: i64) -> i64 {
    claims.get("iat").and_then(Value::as_f64).map_or(now, |iat| iat as i64)
}

/// Judges a logout token and, if it is right, ends the sessions it names.
pub(crate) async fn end(app: &App, logout_token: &str) -> Result<(), Refusal> {
    let now = app.ambient.clock.unix();
    let claims = judge(app, logout_token, now).await?;
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
    // The table has seen to it that they are there.
    let (iss, jti) = (text("iss").unwrap_or_default(), text("jti").unwrap_or_default());
    let rules = &app.policy.back_channel;
    let until = now.saturating_add(MAX_AGE).saturating_add(2 * app.policy.tolerance);
    let once = Entry { name: format!("jti\n{iss}\n{jti}"), until };
    let out =
        SignedOut { whom: (rules.name)(iss, text("sub"), text("sid")), at: (rules.reaches)(&claims, now) };
    if app.store.ask(move |records| records.sign_out(&once, &out, now)).await? != Claimed::First {
        // Known already, or no room to know: to end the same sessions again is what the sender wants in either case,
        // but one that is replayed must not reach sessions that began since.
        return Err(Refusal::new("logout-jti-check", "Back-Channel Logout 2.6"));
    }
    tracing::info!("the provider ended sessions");
    Ok(())
}

async fn judge(app: &App, logout_token: &str, now: i64) -> Result<Claims, Refusal> {
    let policy = &app.policy;
    let token = Token::parse(logout_token, policy.reading)?;
    // Which provider to ask for keys is all that is read before the signature is verified.
    let claims = token.claims(policy.reading)?;
    let named = claims.get("iss").and_then(Value::as_str);
    let provider = (policy.back_channel.provider)(app, named);
    let provider = provider.ok_or(Refusal::new("iss-check", "Back-Channel Logout 2.6 (3)"))?;
    // 2.4: as the ID Tokens of this app are signed.
    let alg = provider.settings.id_token_alg;
    check(&policy.back_channel.header, &token.header, alg.name())?;
    let metadata = provider.metadata(policy, now).await.map_err(|error| policy.outage(&error))?;
    let ring = KeyRing { provider, metadata: &metadata, policy, now };
    (policy.keys.authenticate)(&token, &ring).await?;
    let expected = Expected {
        issuer: provider.settings.issuer.clone(),
        client_id: provider.settings.client_id.clone(),
        trusted_audiences: Vec::new(),
        alg,
        nonce: String::new(),
        now,
        tolerance: policy.tolerance,
        needs_iss: false,
        wishes: Wishes::default(),
        beside: Beside::default(),
    };
    check(&policy.back_channel.claims, &claims, &expected)?;
    Ok(claims)
}

/// The names under which a logout token may have ended this session: its person's, its own, and both together.
pub(crate) fn names(session: &Session) -> Vec<String> {
    let Some(iss) = session.text("iss") else { return Vec::new() };
    let (sub, sid) = (session.text("sub"), session.text("sid"));
    let mut names = vec![name(iss, sub, None)];
    if sid.is_some() {
        names.extend([name(iss, None, sid), name(iss, sub, sid)]);
    }
    names
}

/// What the provider calls this session, if it has a name for it.
pub(crate) fn sid(session: &Session) -> Option<String> {
    let sid = session.text("sid")?;
    Some(name(session.text("iss")?, None, Some(sid)))
}

/// No issuer, `sub` or `sid` of an accepted token can pass for another: JSON keeps them apart.
pub(crate) fn name(iss: &str, sub: Option<&str>, sid: Option<&str>) -> String {
    serde_json::json!([iss, sub, sid]).to_string()
}

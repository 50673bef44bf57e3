//! Other things that the same provider signs for the same app, posted in the place of an ID Token.

use crate::params::with;
use harness::trial::FORGED;
use harness::{Outcome, Scenario, Stop, Trial};
use mock_idp::fault::{HEADER, ID_TOKEN, JWKS, KeyChoice, SEAL};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::{Fault, MintOrder};

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_TOKENS, OTHER_PURPOSE];

const OTHER_TOKENS: Scenario = Scenario::must("jose/other-tokens-of-the-provider")
    .clause("OIDC Core 2, 3.2.2.11; RFC 8725 2.8, 3.12; Back-Channel Logout 2.4")
    .why("a provider signs many things with one key: only an ID Token for this login, with its nonce, signs anybody in")
    .covers(&["JOSE-09"])
    .run(|t| Box::pin(other_tokens(t)));

async fn other_tokens(t: &mut Trial) -> Outcome {
    let order =
        MintOrder { user: FORGED.to_owned(), client_id: t.facts().client_id.clone(), ..MintOrder::default() };
    let logout = t.tenant().mint_logout_token(&order).map_err(|error| Stop::Broken(error.to_string()))?;
    let outcome = in_place_of_the_id_token(t, &logout).await;
    t.input("a logout token", outcome);
    for (label, faults) in [
        ("a signed answer of the userinfo endpoint", userinfo()),
        ("an access token", access_token(&t.facts().issuer)),
        ("a signed authorization response", authorization_response()),
    ] {
        let token = t.mint(FORGED, None, &faults)?;
        let outcome = in_place_of_the_id_token(t, &token).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn in_place_of_the_id_token(t: &Trial, token: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    agent.deliver(&with(&pending.form.fields, "id_token", token)).await?.refused()
}

/// Claims about the person, without a time and without a login (OIDC Core 5.3.2).
fn userinfo() -> Vec<Fault> {
    ["exp", "iat", "auth_time", "nonce", "sid"].map(|name| ID_TOKEN.remove(name)).into()
}

/// RFC 9068 2.
fn access_token(issuer: &str) -> Vec<Fault> {
    vec![
        HEADER.set("typ", "at+jwt"),
        ID_TOKEN.set("aud", format!("{issuer}/userinfo")),
        ID_TOKEN.set("scope", "openid profile email"),
        ID_TOKEN.set("jti", "an-access-token"),
    ]
}

/// JWT Secured Authorization Response Mode 2.1.
fn authorization_response() -> Vec<Fault> {
    let mut faults: Vec<_> = ["sub", "iat", "auth_time", "sid"].map(|name| ID_TOKEN.remove(name)).into();
    faults.extend([ID_TOKEN.set("code", "a-code"), ID_TOKEN.set("state", "a-state")]);
    faults
}

const OTHER_PURPOSE: Scenario = Scenario::policy("signature/key-for-another-purpose")
    .clause("RFC 8725 3.9, 3.11; RFC 7517 4.2")
    .why("a key set may hold a key that the provider signs access tokens with: nothing in it says so, and the app may take it")
    .covers(&["SIG-16"])
    .alone()
    .run(|t| Box::pin(other_purpose(t)));

async fn other_purpose(t: &mut Trial) -> Outcome {
    let key = KeyName::Rsa2;
    let faults =
        vec![JWKS.set("/keys/-", public_jwk(key)), HEADER.set("kid", key.kid()), SEAL.key(KeyChoice::Other)];
    t.either("a token signed with another key of the set", faults).await
}

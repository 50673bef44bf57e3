//! A host that nobody has any business to ask. It serves what an attacker would serve, and counts who comes.

use harness::trial::{FORGED, meaningful};
use harness::{Expect, Outcome, Stop, Trial};
use mock_idp::fault::{JWKS, WIRE};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::Endpoint;
use mock_idp::{Fault, FaultGuard, MockIdp};
use serde_json::Value;

/// A host whose key set has these keys.
pub(crate) async fn with_keys(keys: Value) -> Result<MockIdp, Stop> {
    serving(vec![JWKS.set("keys", keys)]).await
}

/// A host that answers this in place of a key set.
pub(crate) async fn with_body(body: &str) -> Result<MockIdp, Stop> {
    serving(vec![WIRE.at(Endpoint::Jwks).body(body)]).await
}

async fn serving(faults: Vec<Fault>) -> Result<MockIdp, Stop> {
    let decoy = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    decoy.tenant().arm(faults)?.keep();
    Ok(decoy)
}

/// The attacker's key, under the name of the provider's.
pub(crate) fn attacker_key() -> Value {
    let mut key = public_jwk(KeyName::Attacker);
    key["kid"] = KeyName::Rsa1.kid().into();
    key
}

/// An address of the provider that leads elsewhere, for as long as this is kept.
pub(crate) struct Redirecting {
    /// The address.
    pub(crate) address: String,
    _guard: FaultGuard,
}

/// Makes an address of the provider that nobody needs redirect to another place.
pub(crate) fn redirecting(t: &Trial, location: &str) -> Result<Redirecting, Stop> {
    let guard = t.arm(vec![WIRE.at(Endpoint::CheckSession).redirect(location)])?;
    Ok(Redirecting {
        address: format!("{}/check_session", t.facts().issuer.trim_end_matches('/')),
        _guard: guard,
    })
}

/// One login while something of the provider redirects to another place: it is refused, and nobody comes there.
pub(crate) async fn unvisited(t: &Trial, elsewhere: &MockIdp, faults: Vec<Fault>) -> Outcome {
    let (start, before) = (t.position(), elsewhere.tenant().trace().last_seq());
    t.attempt(faults, Expect::RefusedOrUnavailable).await?;
    let came = elsewhere.tenant().trace().since(before);
    let seen =
        came.first().map(|exchange| format!("{} {} came", exchange.request.method, exchange.request.url));
    let expected = "no request to the place that is redirected to";
    t.demand(seen.is_none(), start, expected, seen.unwrap_or_default())
}

/// One login under these faults: it is refused, and nobody asks the decoy for anything.
pub(crate) async fn unasked(t: &Trial, decoy: &MockIdp, faults: Vec<Fault>) -> Outcome {
    let (start, before) = (t.position(), decoy.tenant().trace().last_seq());
    let guard = t.arm(faults)?;
    let landing = t.agent().await?.log_in(FORGED).await;
    meaningful(&guard.report())?;
    let asked: Vec<_> = decoy.tenant().trace().since(before);
    let seen = asked.first().map(|exchange| format!("{} {}", exchange.request.method, exchange.request.url));
    t.demand(
        seen.is_none(),
        start,
        "no request to the address in the token",
        format!("{} requests came, the first: {}", asked.len(), seen.unwrap_or_default()),
    )?;
    landing?.refused()
}

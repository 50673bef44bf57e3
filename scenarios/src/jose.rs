//! What the token's header may say, and what must never be believed of it.

use harness::trial::FORGED;
use harness::{Expect, Input, Outcome, Scenario, Stop, Trial};
use mock_idp::MockIdp;
use mock_idp::fault::{HEADER, JWKS, named};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::Endpoint;
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] =
    &[EMBEDDED_KEY, KEY_ADDRESS, CRITICAL, TYPE, OTHER_TYPE, UNKNOWN_MEMBER];

const EMBEDDED_KEY: Scenario = Scenario::must("jose/embedded-jwk")
    .clause("RFC 8725 3.10; RFC 7515 4.1.3")
    .why("a token that brings its own key proves only that somebody has a key")
    .covers(&["JOSE-01", "professos/key-confusion-1-jwk-spoofing"])
    .with(named::embedded_jwk);

const KEY_ADDRESS: Scenario = Scenario::must("jose/jku-elsewhere")
    .clause("RFC 8725 3.10; RFC 7515 4.1.2")
    .why("an address in the token must neither be fetched nor believed: it is the attacker's")
    .covers(&["JOSE-02", "professos/key-confusion-2-jku-spoofing"])
    .run(|t| Box::pin(key_address(t)));

async fn key_address(t: &mut Trial) -> Outcome {
    let elsewhere = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let mut key = public_jwk(KeyName::Attacker);
    key["kid"] = KeyName::Rsa1.kid().into();
    let _serving = elsewhere.tenant().arm(vec![JWKS.set("keys", json!([key]))])?;
    let url = format!("{}/jwks", elsewhere.base_url());
    let start = t.position();
    let guard = t.arm(named::header_jku(&url))?;
    let landing = t.agent().await?.log_in(FORGED).await;
    harness::trial::meaningful(&guard.report())?;
    let asked = elsewhere.tenant().trace().count(Endpoint::Jwks);
    t.demand(asked == 0, start, "no request to the address in the token", format!("{asked} requests came"))?;
    landing?.refused()
}

const CRITICAL: Scenario = Scenario::must("jose/crit")
    .clause("RFC 7515 4.1.11")
    .why("crit names what must be understood: whoever does not understand it must refuse the token")
    .covers(&["JOSE-05"])
    .inputs(|_| {
        let crit = |value: Value| vec![HEADER.set("crit", value)];
        let with_x = |names: Value| vec![HEADER.set("crit", names), HEADER.set("x", true)];
        let unknown = with_x(json!(["x"]));
        vec![
            Input::new("a name twice", with_x(json!(["x", "x"]))),
            Input::new("an unknown member", unknown),
            Input::new("a claim", crit(json!(["exp"]))),
            Input::new("empty", crit(json!([]))),
            Input::new("no array", crit(json!("x"))),
            Input::new("a registered member", crit(json!(["alg"]))),
        ]
    });

const TYPE: Scenario = Scenario::tolerate("jose/typ")
    .clause("RFC 7515 4.1.9")
    .why("typ is optional, and its letter case does not matter")
    .covers(&["JOSE-07"])
    .inputs(|_| {
        vec![
            Input::new("jwt", vec![HEADER.set("typ", "jwt")]),
            Input::new("application/jwt", vec![HEADER.set("typ", "application/jwt")]),
            Input::new("absent", vec![HEADER.remove("typ")]),
        ]
    })
    .expect(Expect::Accepted);

const OTHER_TYPE: Scenario = Scenario::should("jose/typ-of-another-token")
    .clause("RFC 8725 3.11, 3.12; Back-Channel Logout 4.1")
    .why("a token of another kind, signed by the same provider, must not pass for an ID Token")
    .covers(&["JOSE-08"])
    .inputs(|_| {
        let typ = |typ: &str| Input::new(typ, vec![HEADER.set("typ", typ)]);
        ["at+jwt", "logout+jwt", "secevent+jwt", "dpop+jwt", "oauth-authz-req+jwt"].map(typ).into()
    });

const UNKNOWN_MEMBER: Scenario = Scenario::tolerate("jose/unknown-member")
    .clause("RFC 7515 4")
    .why("a header member that nobody calls critical is ignored")
    .covers(&["JOSE-12"])
    .with(|| vec![HEADER.set("x-colour", "blue")])
    .expect(Expect::Accepted);

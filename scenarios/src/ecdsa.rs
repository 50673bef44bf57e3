//! Apps whose tokens are signed with ES256: what is no signature there, and would be one to careless arithmetic.

use crate::mac::published_before;
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::fault::{Corruption, JWKS, KeyChoice, SEAL};
use mock_idp::token::{KeyName, public_jwk};

pub(crate) const SCENARIOS: &[Scenario] = &[LOGIN, NO_SIGNATURE, OTHER_CURVE, EVERY_OCTET];

const ES256: &str = "es256";

const LOGIN: Scenario = Scenario::tolerate("signature/es256")
    .clause("OIDC Core 3.1.3.7 (7); RFC 7518 3.4")
    .why("an app that is registered for ES256 takes what is signed with it")
    .variant(ES256)
    .run(|t| Box::pin(async move { t.honest().await }));

const NO_SIGNATURE: Scenario = Scenario::must("signature/ecdsa-malformed")
    .clause("RFC 7518 3.4; RFC 8725 3.4; FIPS 186-5 6.4.2")
    .why("a verifier that does not look whether r and s are between 1 and n takes zeros for everybody's signature")
    .covers(&["SIG-13"])
    .variant(ES256)
    .inputs(|_| {
        let how = |label: &str, how| Input::new(label, vec![SEAL.corrupt(how)]);
        vec![
            how("written as DER", Corruption::DerSignature),
            how("r and s are zero", Corruption::ZeroSignature),
            how("r and s are the order of the curve", Corruption::OrderSignature),
        ]
    });

const OTHER_CURVE: Scenario = Scenario::must("signature/ecdsa-other-curve")
    .clause("RFC 7518 3.4, 6.2.1.1; RFC 8725 3.1")
    .why("ES256 is P-256: a key on another curve is no key for it, even under the same kid and with the name ES256")
    .covers(&["SIG-13"])
    .variant(ES256)
    .cold()
    .run(|t| Box::pin(other_curve(t)));

async fn other_curve(t: &mut Trial) -> Outcome {
    for (label, name, choice) in
        [("P-384", KeyName::P384, KeyChoice::P384), ("secp256k1", KeyName::Secp256k1, KeyChoice::Secp256k1)]
    {
        let mut key = public_jwk(name);
        key["kid"] = KeyName::Ec.kid().into();
        let outcome = published_before(t, JWKS.set("/keys/-", key), vec![SEAL.key(choice)]).await;
        t.input(label, outcome);
    }
    Ok(())
}

const EVERY_OCTET: Scenario = Scenario::must("signature/every-octet-altered-es256")
    .clause("OIDC Core 3.1.3.7 (6), 3.2.2.11 (1)")
    .why("a signature that is wrong from end to end must be noticed, whatever it was made with")
    .covers(&["oidcc-client-test-invalid-sig-es256"])
    .variant(ES256)
    .with(|| vec![SEAL.corrupt(Corruption::XorSignature)]);

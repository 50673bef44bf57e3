//! Who signed the token, and by which algorithm. Every forged token has otherwise perfect claims.

use harness::{Input, Scenario};
use mock_idp::fault::{Corruption, KeyChoice, KeyRendering, SEAL, named};

pub(crate) const SCENARIOS: &[Scenario] =
    &[ALG_NONE, PUBLIC_KEY_AS_SECRET, OTHER_ALG, OTHER_KEY, CORRUPTED, LENIENT_DECODING, EVERY_OCTET];

const ALG_NONE: Scenario = Scenario::must("signature/alg-none")
    .clause("OIDC Core 2, 3.2.2.11 (1); RFC 8725 3.1, 3.2; RFC 7518 3.6")
    .why("a token that nobody signed can be written by anybody")
    .covers(&["SIG-01", "professos/signature-manipulation-3"])
    .with(named::alg_none);

const PUBLIC_KEY_AS_SECRET: Scenario = Scenario::must("signature/public-key-as-secret")
    .clause("RFC 8725 2.1, 3.1; OIDC Core 3.1.3.7 (7), (8)")
    .why("an app that lets the token choose HS256 takes the provider's public key, which everybody has, for a secret")
    .covers(&["SIG-05", "professos/key-confusion-7.14-mac-from-pkcs8-rsa-key-5", "professos/key-confusion-10-mac-using-rsa-modulus", "professos/key-confusion-13-mac-using-jwk-jsonstring"])
    .inputs(|_| {
        let input = |(label, rendering)| Input::new(label, vec![SEAL.hmac_with(rendering)]);
        let renderings = [
            ("SPKI PEM", KeyRendering::SpkiPem),
            ("SPKI DER", KeyRendering::SpkiDer),
            ("PKCS#1 PEM", KeyRendering::Pkcs1Pem),
            ("JWK as JSON", KeyRendering::JwkJson),
            ("the modulus text of the JWK", KeyRendering::Modulus),
        ];
        renderings.into_iter().map(input).collect()
    });

const OTHER_ALG: Scenario = Scenario::must("signature/other-alg")
    .clause("OIDC Core 3.1.3.7 (7); RFC 8725 3.1")
    .why("the app expects RS256; another algorithm is refused even where the provider's key set has a key for it")
    .covers(&["SIG-08"])
    .inputs(|_| {
        let input = |alg| Input::new(alg, vec![SEAL.alg(alg)]);
        ["RS384", "RS512", "PS256", "ES256", "EdDSA"].into_iter().map(input).collect()
    });

const OTHER_KEY: Scenario = Scenario::must("signature/other-key")
    .clause("OIDC Core 3.2.2.11 (1)")
    .why("the right kid with the wrong key is what a forger can make")
    .covers(&["SIG-09", "professos/signature-manipulation-1"])
    .with(|| vec![SEAL.key(KeyChoice::Attacker)]);

const CORRUPTED: Scenario = Scenario::must("signature/corrupted")
    .clause("RFC 7515 5.2")
    .why("one bit that was not signed makes the whole token worthless")
    .covers(&["SIG-11"])
    .inputs(|_| {
        corruptions(&[
            ("a bit of the payload", Corruption::FlipPayloadBit),
            ("a bit of the header", Corruption::FlipHeaderBit),
            ("a signature of one octet less", Corruption::TruncateSignature),
            ("a signature of one octet more", Corruption::ExtendSignature),
            ("a signature of zeros", Corruption::ZeroSignature),
            ("an empty signature", Corruption::EmptySignature),
        ])
    });

const LENIENT_DECODING: Scenario = Scenario::must("signature/lenient-decoding")
    .clause("RFC 7515 2; RFC 8725 3.3")
    .why("base64url in a token has no padding, no line breaks, no stray bits and its own alphabet; leniency gives one token many faces")
    .covers(&["SIG-11"])
    .inputs(|_| {
        corruptions(&[
            ("padding", Corruption::Padding),
            ("a line feed", Corruption::Newline),
            ("the standard alphabet", Corruption::StandardAlphabet),
            ("bits that mean nothing", Corruption::TrailingBits),
        ])
    });

const EVERY_OCTET: Scenario = Scenario::must("signature/every-octet-altered")
    .clause("OIDC Core 3.1.3.7 (6), 3.2.2.11 (1)")
    .why("a signature that is wrong from end to end must be noticed")
    .covers(&["oidcc-client-test-invalid-sig-rs256"])
    .with(|| vec![SEAL.corrupt(Corruption::XorSignature)]);

fn corruptions(list: &[(&str, Corruption)]) -> Vec<Input> {
    list.iter().map(|(label, how)| Input::new(*label, vec![SEAL.corrupt(*how)])).collect()
}

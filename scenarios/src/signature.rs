//! Who signed the token, and by which algorithm. Every forged token has otherwise perfect claims.

use harness::{Input, Scenario};
use mock_idp::fault::{Corruption, HEADER, KeyChoice, SEAL, named};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ALG_NONE,
    ALG_NONE_SPELLED,
    ALG_NONE_SIGNED,
    ALG_MALFORMED,
    OTHER_ALG,
    OTHER_ALG_AND_KEY,
    OTHER_KEY,
    CORRUPTED,
    PARTS,
    SERIALIZATION,
    LENIENT_DECODING,
    STRAY_BITS,
    EVERY_OCTET,
];

const ALG_NONE: Scenario = Scenario::must("signature/alg-none")
    .clause("OIDC Core 2, 3.2.2.11 (1); RFC 8725 3.1, 3.2; RFC 7518 3.6")
    .why("a token that nobody signed can be written by anybody")
    .covers(&["SIG-01", "oidcc-client-test-idtoken-sig-none", "professos/signature-manipulation-3"])
    .with(named::alg_none);

const ALG_NONE_SPELLED: Scenario = Scenario::must("signature/alg-none-spelled")
    .clause("RFC 7515 4.1.1; RFC 8725 2.1")
    .why("names of algorithms are case-sensitive, and a filter that looks for one spelling lets the others through")
    .covers(&["SIG-02", "professos/signature-manipulation-4"])
    .inputs(|_| {
        let input = |spelling: &str| Input::new(format!("“{spelling}”"), named::alg_none_spelled(spelling));
        ["None", "NONE", "nOnE", "NoNe", "none "].into_iter().map(input).collect()
    });

const ALG_NONE_SIGNED: Scenario = Scenario::must("signature/alg-none-with-signature")
    .clause("RFC 7515 5.2; RFC 7518 3.6")
    .why("a token that says it is not signed is not signed, whatever stands in its third part")
    .covers(&["SIG-03", "professos/signature-manipulation-2"])
    .inputs(|_| {
        let unsigned = HEADER.set("alg", "none");
        vec![
            Input::new("the signature of the token with another header", vec![unsigned.clone()]),
            Input::new("no signature of anything", vec![unsigned, SEAL.corrupt(Corruption::XorSignature)]),
        ]
    });

const ALG_MALFORMED: Scenario = Scenario::must("signature/alg-malformed")
    .clause("RFC 7515 4.1.1, 5.2")
    .why("a header without a name of an algorithm is no header of a signed token")
    .covers(&["SIG-03"])
    .inputs(|_| {
        let input = |label: &str, alg: Value| Input::new(label, vec![HEADER.set("alg", alg)]);
        vec![
            Input::new("missing", vec![HEADER.remove("alg")]),
            input("null", Value::Null),
            input("a number", json!(256)),
            input("in an array", json!(["RS256"])),
            input("empty", json!("")),
            input("in lower case", json!("rs256")),
        ]
    });

const PARTS: Scenario = Scenario::must("signature/parts")
    .clause("RFC 7515 5.2, 7.1")
    .why("a signed token has three parts, none of them empty")
    .covers(&["SIG-04"])
    .inputs(|_| {
        corruptions(&[
            ("an empty third part", Corruption::EmptySignature),
            ("two parts", Corruption::DropSignature),
            ("four parts", Corruption::ExtraPart),
            ("five parts", Corruption::FiveParts),
            ("a full stop at the end", Corruption::TrailingDot),
        ])
    });

const SERIALIZATION: Scenario = Scenario::must("signature/serialization")
    .clause("RFC 7519 3; RFC 7515 7.1")
    .why("a JWT is written in the compact serialization and in no other way, so that all who read it read the same")
    .covers(&["SIG-15"])
    .inputs(|_| {
        corruptions(&[
            ("flattened JSON", Corruption::FlattenedJson),
            ("general JSON", Corruption::GeneralJson),
            ("in quotation marks", Corruption::Quoted),
            ("with white space around it", Corruption::Spaced),
            ("with the word Bearer before it", Corruption::Bearer),
        ])
    });

const STRAY_BITS: Scenario = Scenario::harden("signature/stray-bits")
    .clause("RFC 4648 3.5")
    .why("the last character of base64url may hold bits that mean nothing: leniency gives one token several faces")
    .covers(&["SIG-12"])
    .with(|| vec![SEAL.corrupt(Corruption::TrailingBits)]);

const OTHER_ALG: Scenario = Scenario::must("signature/other-alg")
    .clause("RFC 8725 3.1; RFC 7517 4.4")
    .why("each key is used with one algorithm, and the key set says with which: the RS256 key signs no RS384, RS512 or PS256")
    .covers(&["SIG-08"])
    .inputs(|_| signed_by(&["RS384", "RS512", "PS256"]));

const OTHER_ALG_AND_KEY: Scenario = Scenario::should("signature/other-alg-and-key")
    .clause("OIDC Core 3.1.3.7 (7)")
    .why("the algorithm should be the default, RS256, or the registered one, even where the provider's key set has a key for another")
    .covers(&["SIG-08"])
    .inputs(|_| signed_by(&["ES256", "EdDSA"]));

fn signed_by(algorithms: &[&str]) -> Vec<Input> {
    algorithms.iter().map(|alg| Input::new(*alg, vec![SEAL.alg(*alg)])).collect()
}

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
        ])
    });

/// RFC 7515 5.2 makes each part's decoding a step that must succeed, and says how strict it is.
const LENIENT_DECODING: Scenario = Scenario::must("signature/lenient-decoding")
    .clause("RFC 7515 5.2 (2), (6), (7); RFC 7515 2")
    .demands("a signature cannot be validated unless every part was decoded without padding, line breaks, white space or characters of another alphabet")
    .why("base64url in a token has no padding, no line breaks and its own alphabet; leniency gives one token many faces")
    .covers(&["SIG-11"])
    .inputs(|_| {
        corruptions(&[
            ("padding", Corruption::Padding),
            ("a line feed", Corruption::Newline),
            ("the standard alphabet", Corruption::StandardAlphabet),
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

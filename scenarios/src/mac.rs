//! MACs: HS256 with a secret that is none, above all the public key. Every forged token has otherwise perfect
//! claims.

use harness::trial::{HONEST, meaningful};
use harness::{Expect, Input, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::{Corruption, HEADER, JWKS, KeyRendering, SEAL};
use mock_idp::token::{KeyName, certificate};
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] =
    &[PUBLIC_KEY, CERTIFICATE, GUESSABLE, IN_THE_HEADER, IN_THE_KEY_SET, REAL_SECRET, EVERY_OCTET];

/// Ways in which libraries load or print a public key.
const RENDERINGS: [(&str, KeyRendering); 21] = [
    ("SPKI PEM", KeyRendering::SpkiPem),
    ("SPKI PEM without the final line feed", KeyRendering::SpkiPemNoFinalNewline),
    ("SPKI PEM with carriage returns", KeyRendering::SpkiPemCrlf),
    ("SPKI PEM on one line", KeyRendering::SpkiPemOneLine),
    ("the lines inside the SPKI PEM", KeyRendering::SpkiPemLines),
    ("SPKI in base64", KeyRendering::SpkiPemStripped),
    ("SPKI DER", KeyRendering::SpkiDer),
    ("PKCS#1 PEM", KeyRendering::Pkcs1Pem),
    ("PKCS#1 PEM without the final line feed", KeyRendering::Pkcs1PemNoFinalNewline),
    ("PKCS#1 PEM with carriage returns", KeyRendering::Pkcs1PemCrlf),
    ("PKCS#1 PEM on one line", KeyRendering::Pkcs1PemOneLine),
    ("the lines inside the PKCS#1 PEM", KeyRendering::Pkcs1PemLines),
    ("PKCS#1 in base64", KeyRendering::Pkcs1PemStripped),
    ("PKCS#1 PEM in lines of 76", KeyRendering::Pkcs1Mime),
    ("the lines of 76 inside the PKCS#1 PEM", KeyRendering::Pkcs1MimeLines),
    ("PKCS#1 DER", KeyRendering::Pkcs1Der),
    ("JWK as JSON", KeyRendering::JwkJson),
    ("JWK as JSON with spaces", KeyRendering::JwkJsonSpaced),
    ("JWK as for a thumbprint", KeyRendering::JwkThumbprint),
    ("the modulus", KeyRendering::Modulus),
    ("the modulus text of the JWK", KeyRendering::ModulusBase64),
];

const PUBLIC_KEY: Scenario = Scenario::must("signature/public-key-as-secret")
    .clause("RFC 8725 2.1, 3.1; OIDC Core 3.1.3.7 (7), (8)")
    .why("an app that lets the token choose HS256 takes the provider's public key, which everybody has, for a secret")
    .covers(&[
        "SIG-05",
        "professos/key-confusion-7.1-mac-from-pkcs1-rsa-key-1",
        "professos/key-confusion-7.2-mac-from-pkcs1-rsa-key-2",
        "professos/key-confusion-7.3-mac-from-pkcs1-rsa-key-3",
        "professos/key-confusion-7.4-mac-from-pkcs1-rsa-key-4",
        "professos/key-confusion-7.5-mac-from-pkcs1-rsa-key-5",
        "professos/key-confusion-7.6-mac-from-pkcs1-rsa-key-6",
        "professos/key-confusion-7.7-mac-from-pkcs1-rsa-key-7",
        "professos/key-confusion-7.8-mac-from-pkcs1-rsa-key-8",
        "professos/key-confusion-7.9-mac-from-pkcs1-rsa-key-9",
        "professos/key-confusion-7.10-mac-from-pkcs8-rsa-key-1",
        "professos/key-confusion-7.11-mac-from-pkcs8-rsa-key-2",
        "professos/key-confusion-7.12-mac-from-pkcs8-rsa-key-3",
        "professos/key-confusion-7.13-mac-from-pkcs8-rsa-key-4",
        "professos/key-confusion-7.14-mac-from-pkcs8-rsa-key-5",
        "professos/key-confusion-10-mac-using-rsa-modulus",
        "professos/key-confusion-13-mac-using-jwk-jsonstring",
    ])
    .inputs(|_| {
        let input = |(label, rendering)| Input::new(label, vec![SEAL.hmac_with(rendering)]);
        RENDERINGS.into_iter().map(input).collect()
    });

const CERTIFICATE: Scenario = Scenario::must("signature/certificate-as-secret")
    .clause("RFC 8725 2.1, 3.1; RFC 7517 4.7")
    .why("a certificate in the key set is as public as the key itself")
    .covers(&["SIG-05"])
    .cold()
    .run(|t| Box::pin(certificate_as_secret(t)));

async fn certificate_as_secret(t: &mut Trial) -> Outcome {
    let published = JWKS.set("/keys/0/x5c", json!([certificate(KeyName::Rsa1)]));
    published_before(t, published, vec![SEAL.hmac_with(KeyRendering::Certificate)]).await
}

/// The app has read a key set with this in it when the forged token comes.
pub(crate) async fn published_before(t: &Trial, published: Fault, forged: Vec<Fault>) -> Outcome {
    let set = t.arm(vec![published])?;
    t.agent().await?.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    meaningful(&set.report())?;
    let outcome = t.attempt(forged, Expect::Refused).await;
    drop(set);
    t.restart().await?;
    outcome
}

const GUESSABLE: Scenario = Scenario::must("signature/guessable-secret")
    .clause("RFC 8725 3.2, 3.5; RFC 7518 3.2")
    .why("a MAC whose secret anybody can guess proves nothing")
    .covers(&[
        "SIG-07",
        "professos/key-confusion-9-mac-using-public-exponent",
        "professos/key-confusion-11-mac-using-kty-jwk-field",
        "professos/key-confusion-12-mac-using-alg-jwk-field",
    ])
    .inputs(|facts| {
        let input = |(label, secret): (&str, &str)| Input::new(label, vec![SEAL.hmac_secret(secret)]);
        let secrets = [
            ("nothing", ""),
            ("the word secret", "secret"),
            ("the client id", facts.client_id.as_str()),
            ("the JWK's e", "AQAB"),
            ("the JWK's kty", "RSA"),
            ("the JWK's alg", "RS256"),
        ];
        secrets.into_iter().map(input).collect()
    });

/// A secret of the attacker's, as text and in base64url.
const SECRET: (&str, &str) =
    ("a secret that only the attacker knows", "YSBzZWNyZXQgdGhhdCBvbmx5IHRoZSBhdHRhY2tlciBrbm93cw");

const IN_THE_HEADER: Scenario = Scenario::must("signature/secret-in-the-header")
    .clause("RFC 8725 3.1, 3.10; RFC 7515 4.1.3")
    .why("a token that brings the secret of its own MAC proves only that somebody can write")
    .covers(&["professos/key-confusion-8-spoofed-mac-key"])
    .with(|| vec![HEADER.set("jwk", json!({"kty": "oct", "k": SECRET.1})), SEAL.hmac_secret(SECRET.0)]);

const IN_THE_KEY_SET: Scenario = Scenario::must("keys/secret-in-the-set")
    .clause("RFC 8725 3.1; RFC 7518 6.4")
    .why("a symmetric key in a public key set is known to everybody and may verify nothing")
    .covers(&["KEY-20"])
    .cold()
    .run(|t| Box::pin(in_the_key_set(t)));

async fn in_the_key_set(t: &mut Trial) -> Outcome {
    let key = json!({"kty": "oct", "kid": "secret-1", "use": "sig", "alg": "HS256", "k": SECRET.1});
    let forged = vec![HEADER.set("kid", "secret-1"), SEAL.hmac_secret(SECRET.0)];
    published_before(t, JWKS.set("/keys/-", key), forged).await
}

const REAL_SECRET: Scenario = Scenario::must("signature/client-secret-for-another-algorithm")
    .clause("OIDC Core 3.1.3.7 (7); RFC 8725 3.1")
    .why("an app that is registered for RS256 takes no HS256, even with its own secret: others may know that by then")
    .covers(&["SIG-06"])
    .variant("with-secret")
    .run(|t| Box::pin(real_secret(t)));

async fn real_secret(t: &mut Trial) -> Outcome {
    let Some(secret) = t.profile().client_secret.clone() else {
        let why = "the profile declares no client_secret";
        return Err(Stop::NotRun(Reason::Undeclared(why.to_owned())));
    };
    t.attempt(vec![SEAL.hmac_secret(secret)], Expect::Refused).await
}

const EVERY_OCTET: Scenario = Scenario::must("signature/every-octet-altered-hs256")
    .clause("OIDC Core 3.1.3.7 (6), (8), 10.1, 16.19")
    .why("a MAC that is wrong from end to end must be noticed")
    .covers(&["oidcc-client-test-invalid-sig-hs256"])
    .variant("hs256")
    .with(|| vec![SEAL.corrupt(Corruption::XorSignature)]);

//! What the token's payload may look like, and how large a token may be. All of these are signed by the provider.

use crate::params::with;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::trial::FORGED;
use harness::{Expect, Input, Outcome, Scenario, Stop, Symptom, Trial};
use mock_idp::Fault;
use mock_idp::fault::{HEADER, ID_TOKEN, SEAL};
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] =
    &[NO_OBJECT, NOT_UTF_8, MONSTERS, UNKNOWN_CLAIMS, BYTE_ORDER_MARK, SIZE, ENCRYPTED, MONSTROUS_JWE];

const NO_OBJECT: Scenario = Scenario::must("payload/no-object")
    .clause("RFC 7519 7.2")
    .why("the claims are a JSON object; anything else says nothing about anybody")
    .covers(&["ROB-03"])
    .inputs(|_| {
        let payload = |label, text: &str| Input::new(label, vec![ID_TOKEN.payload(text)]);
        vec![
            payload("an array", r#"["sub","rpcheck-forged"]"#),
            payload("a string", r#""rpcheck-forged""#),
            payload("a number", "1"),
            payload("null", "null"),
            payload("empty", ""),
        ]
    });

const NOT_UTF_8: Scenario = Scenario::must("payload/not-utf-8")
    .clause("RFC 7519 7.2")
    .demands("the octets of the payload are the UTF-8 of a JSON object, or the token is rejected")
    .why("claims are UTF-8: what is not is read differently by everybody who repairs it")
    .covers(&["ROB-02"])
    .run(|t| Box::pin(not_utf_8(t)));

async fn not_utf_8(t: &mut Trial) -> Outcome {
    // What never stands in UTF-8, a letter written too long, and half of a pair of UTF-16.
    for (label, octets) in [
        ("a stray octet", &b"\xff"[..]),
        ("an overlong letter", b"\xc1\xa1"),
        ("a surrogate", b"\xed\xa0\x80"),
    ] {
        let outcome = claim_of(t, octets).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A token with a claim of these octets; all the others are right.
async fn claim_of(t: &Trial, octets: &[u8]) -> Outcome {
    const PLACE: &str = "\"x\":\"";
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let nonce = pending.asked("nonce");
    let claims = claims_of(&t.mint(FORGED, Some(&nonce), &[ID_TOKEN.set("x", "")])?);
    let parts = claims.split_once(PLACE);
    let (before, after) = parts.ok_or_else(|| Stop::Broken(format!("there is no {PLACE} in {claims}")))?;
    let claims = [before.as_bytes(), PLACE.as_bytes(), octets, after.as_bytes()].concat();
    let token = t.mint(FORGED, Some(&nonce), &[ID_TOKEN.octets(claims)])?;
    agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()
}

/// The claims of a token, as they are written.
fn claims_of(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap_or_default();
    let octets = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    String::from_utf8(octets).unwrap_or_default()
}

const MONSTERS: Scenario = Scenario::harden("payload/malformed")
    .clause("RFC 8725 3.7; RFC 8259 2, 8.1")
    .why("what is nearly JSON is read differently by different parsers, and depth and length must not break any")
    .covers(&["ROB-02"])
    .inputs(|_| {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let claim = |label, text: String| Input::new(label, vec![ID_TOKEN.set_raw("x", text)]);
        vec![
            claim("nested 10,000 deep", nested(10_000)),
            claim("NaN", "NaN".to_owned()),
            claim("a comment", "1 /* one */".to_owned()),
            claim("a number with a leading zero", "007".to_owned()),
            claim("a lone surrogate", r#""\ud800""#.to_owned()),
            claim("a raw line feed in a string", "\"a\nb\"".to_owned()),
            claim("single quotation marks", "'a'".to_owned()),
            claim("a comma too many", "[1,]".to_owned()),
            claim("something after the end", "1} and more".to_owned()),
            claim("a string without an end", "\"abc".to_owned()),
        ]
    });

const UNKNOWN_CLAIMS: Scenario = Scenario::tolerate("payload/unknown-claims")
    .clause("OIDC Core 2; RFC 7519 4.3")
    .why("claims that an app does not know are ignored, of whatever type they are")
    .covers(&["ROB-04"])
    .with(|| {
        let claims = [
            ("x-null", json!(null)),
            ("x-true", json!(true)),
            ("x-number", json!(-1.5e3)),
            ("x-large", json!(u64::MAX)),
            ("x-larger", json!(1e308)),
            ("x-text", json!("ä\u{1f600}")),
            ("x-array", json!([1, [2, [3]], {}])),
            ("https://example.test/claims/x", json!({"a": {"b": [null]}})),
            ("", json!("a claim without a name")),
        ];
        claims.into_iter().map(|(name, value)| ID_TOKEN.set(name, value)).collect()
    })
    .expect(Expect::Accepted);

const BYTE_ORDER_MARK: Scenario = Scenario::policy("payload/byte-order-mark")
    .clause("RFC 8259 8.1")
    .why("JSON must not begin with a byte order mark, and parsers may overlook one")
    .covers(&["JOSE-13", "ROB-02"])
    .run(|t| Box::pin(byte_order_mark(t)));

async fn byte_order_mark(t: &mut Trial) -> Outcome {
    const HEADER_TEXT: &str = "\u{feff}{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"rsa-1\"}";
    t.either("a header after a byte order mark", vec![HEADER.payload(HEADER_TEXT)]).await
}

const SIZE: Scenario = Scenario::policy("payload/size")
    .clause("RFC 9110 15.5.14")
    .why("every app has a largest token; beyond it the person is told, and nothing breaks")
    .covers(&["JOSE-13", "ROB-01", "ROB-02"])
    .run(|t| Box::pin(size(t)));

async fn size(t: &mut Trial) -> Outcome {
    const KIB: usize = 1024;
    for (label, octets) in
        [("16 kB", 16 * KIB), ("64 kB", 64 * KIB), ("1 MB", KIB * KIB), ("10 MB", 10 * KIB * KIB)]
    {
        let padding = ID_TOKEN.set("x-padding", "p".repeat(octets * 3 / 4));
        let outcome = taken_or_not(t, &format!("an ID Token of {label}"), padding).await;
        t.input(label, outcome);
    }
    let header = HEADER.set("x-padding", "p".repeat(KIB * KIB));
    let outcome = taken_or_not(t, "a header of 1 MB", header).await;
    t.input("a header of 1 MB", outcome);
    let elements = format!("[{}0]", "0,".repeat(999_999));
    let outcome = taken_or_not(t, "a claim of a million numbers", ID_TOKEN.set_raw("x", elements)).await;
    t.input("a claim of a million numbers", outcome);
    Ok(())
}

/// Hanging up in the middle of a body that is too large is a clean answer too.
async fn taken_or_not(t: &mut Trial, what: &str, fault: Fault) -> Outcome {
    match t.either(what, vec![fault]).await {
        Err(Stop::Found(finding)) if finding.symptom == Symptom::Dropped => {
            t.observe(format!("{what} is refused by hanging up"));
            Ok(())
        }
        outcome => outcome,
    }
}

/// The five parts of a JWE with this header; nobody can open it.
fn jwe(header: &str) -> Vec<Fault> {
    let header = URL_SAFE_NO_PAD.encode(header);
    let key = "A".repeat(342);
    vec![SEAL.raw(format!("{header}.{key}.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"))]
}

const ENCRYPTED: Scenario = Scenario::must("payload/encrypted")
    .clause("OIDC Core 3.1.3.7 (1), 10.2")
    .why("an app that registered no key for encryption cannot have asked for an encrypted token")
    .covers(&["JWE-01"])
    .with(|| jwe(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#));

const MONSTROUS_JWE: Scenario = Scenario::should("payload/encrypted-at-great-cost")
    .clause("RFC 8725 3.2, 3.6")
    .why("whoever writes the header chooses how much work it is to read: it must be little")
    .covers(&["JWE-03"])
    .inputs(|_| {
        let jwe = |label, header| Input::new(label, jwe(header));
        vec![
            jwe("dir", r#"{"alg":"dir","enc":"A256GCM"}"#),
            jwe("RSA1_5", r#"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#),
            jwe("compressed", r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#),
            jwe(
                "a billion rounds",
                r#"{"alg":"PBES2-HS256+A128KW","p2c":1000000000,"p2s":"AAAA","enc":"A128GCM"}"#,
            ),
        ]
    });

//! Project Wycheproof: signatures with edge cases, in the sets for the primitives below the five algorithms.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wycheproof::TestResult::{self, Invalid, Valid};
use wycheproof::{ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use super::super::algorithm::scheme;
use super::key;
use crate::config::IdTokenAlg;

/// What was tried of one algorithm.
struct Tried {
    alg: IdTokenAlg,
    valid: usize,
    invalid: usize,
}

impl Tried {
    fn of(alg: IdTokenAlg) -> Self {
        Self { alg, valid: 0, invalid: 0 }
    }

    /// Is it taken if it is valid, and refused if it is not? What is merely acceptable may be either.
    #[track_caller]
    fn signature(&mut self, published: &Value, message: &[u8], signature: &[u8], right: TestResult) {
        let key = key(self.alg, published, &[]);
        let taken = key.is_some_and(|key| key.made(signature, message, scheme(self.alg).algorithm));
        self.compare(taken, right, published);
    }

    #[track_caller]
    fn compare(&mut self, taken: bool, right: TestResult, about: &Value) {
        match right {
            Valid => self.valid += 1,
            Invalid => self.invalid += 1,
            TestResult::Acceptable => return,
        }
        assert_eq!(taken, right == Valid, "{:?} with {about}", self.alg);
    }
}

fn text(number: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(number)
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Value {
    json!({ "kty": "RSA", "n": text(modulus), "e": text(exponent) })
}

#[test]
fn of_the_rs256_signatures_the_valid_ones_are_taken() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Rs256);
    for name in
        [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256, TestName::Rsa8192Sha256]
    {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let published = rsa(&group.key.n, &group.key.e);
                tried.signature(&published, &test.msg, &test.sig, test.result);
            }
        }
    }
    assert!(tried.valid > 20 && tried.invalid > 700, "{} and {}", tried.valid, tried.invalid);
}

#[test]
fn rs256_takes_no_signature_over_another_digest() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Rs256);
    for name in [TestName::Rsa2048Sha224, TestName::Rsa2048Sha512, TestName::Rsa2048Sha3_256] {
        for group in TestSet::load(name).unwrap().test_groups {
            // Among the invalid ones is one over SHA-256.
            for test in group.tests.iter().filter(|test| test.result == Valid) {
                tried.signature(&rsa(&group.key.n, &group.key.e), &test.msg, &test.sig, Invalid);
            }
        }
    }
    assert!(tried.invalid > 20, "{}", tried.invalid);
}

#[test]
fn of_the_ps256_signatures_the_valid_ones_are_taken_and_those_with_another_salt_refused() {
    use rsa_pss_verify::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Ps256);
    for (name, salted) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, true),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, true),
        (TestName::RsaPss4096Sha256Mgf1SaltLen32, true),
        (TestName::RsaPss2048Sha256Mgf1SaltLen0, false),
        (TestName::RsaPss2048Sha256Mgf1Sha1_20, false),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            // RFC 7518 3.5: the salt is as long as the digest, which MGF1 uses too. Among the invalid ones of the other
            // sets is one with such a salt.
            for test in group.tests.iter().filter(|test| salted || test.result == Valid) {
                let right = if salted { test.result } else { Invalid };
                tried.signature(&rsa(&group.key.n, &group.key.e), &test.msg, &test.sig, right);
            }
        }
    }
    assert!(tried.valid > 20 && tried.invalid > 250, "{} and {}", tried.valid, tried.invalid);
}

#[test]
fn of_the_es256_signatures_the_valid_ones_are_taken_and_none_that_is_written_as_der() {
    use ecdsa::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Es256);
    for (name, plain) in
        [(TestName::EcdsaSecp256r1Sha256P1363, true), (TestName::EcdsaSecp256r1Sha256, false)]
    {
        for group in TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at(32);
            let published = json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) });
            for test in &group.tests {
                // RFC 7518 3.4: r and s, 32 octets each.
                let right = if plain { test.result } else { Invalid };
                tried.signature(&published, &test.msg, &test.sig, right);
            }
        }
    }
    assert!(tried.valid > 100 && tried.invalid > 500, "{} and {}", tried.valid, tried.invalid);
}

#[test]
fn es256_takes_no_key_of_another_curve() {
    use ecdsa::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Es256);
    for group in TestSet::load(TestName::EcdsaSecp256k1Sha256P1363).unwrap().test_groups {
        let (x, y) = group.key.key[1..].split_at(32);
        for curve in ["secp256k1", "P-256"] {
            let published = json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) });
            for test in &group.tests {
                tried.signature(&published, &test.msg, &test.sig, Invalid);
            }
        }
    }
    assert!(tried.invalid > 400, "{}", tried.invalid);
}

#[test]
fn of_the_eddsa_signatures_the_valid_ones_are_taken() {
    use eddsa::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::EdDsa);
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let published = json!({ "kty": "OKP", "crv": "Ed25519", "x": text(&group.key.pk) });
        for test in &group.tests {
            tried.signature(&published, &test.msg, &test.sig, test.result);
        }
    }
    assert!(tried.valid > 50 && tried.invalid > 50, "{} and {}", tried.valid, tried.invalid);
}

#[test]
fn of_the_hs256_tags_the_valid_ones_are_taken_and_none_that_is_cut() {
    use mac::{TestName, TestSet};
    let mut tried = Tried::of(IdTokenAlg::Hs256);
    for group in TestSet::load(TestName::HmacSha256).unwrap().test_groups {
        for test in &group.tests {
            // RFC 7518 3.2: the whole tag.
            let right = if group.tag_size == 256 { test.result } else { Invalid };
            let key = key(tried.alg, &Value::Null, &test.key).unwrap();
            let taken = key.made(&test.tag, &test.msg, scheme(tried.alg).algorithm);
            tried.compare(taken, right, &json!(test.tc_id));
        }
    }
    assert!(tried.valid > 20 && tried.invalid > 80, "{} and {}", tried.valid, tried.invalid);
}

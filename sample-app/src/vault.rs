//! Sealing and signing with keys derived from the secret, in the wire formats of express-openid-connect.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::config::Secret;

/// The protected header of a signature: the value signed stays readable beside it (RFC 7797).
const SIGNATURE_HEADER: &str = r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#;
const IV: usize = 12;
const TAG: usize = 16;

/// The keys of every configured secret: the first seals and signs, all of them open and verify.
pub(crate) struct Vault(Vec<Keys>);

struct Keys {
    seal: LessSafeKey,
    sign: hmac::Key,
}

/// The protected header of a sealed value: when it began, when it was last written, when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) iat: i64,
    pub(crate) uat: i64,
    pub(crate) exp: i64,
}

/// The members of the header, in the order express-openid-connect writes them.
#[derive(Serialize, Deserialize)]
struct Header<'a> {
    alg: &'a str,
    enc: &'a str,
    iat: i64,
    uat: i64,
    exp: i64,
}

/// What was sealed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) times: Times,
    pub(crate) plaintext: Vec<u8>,
    /// Was it sealed with a secret that has a successor?
    pub(crate) before: bool,
}

impl Vault {
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        Self(secrets.iter().map(Keys::derive).collect())
    }

    /// Signs a cookie value under the name it will have, so that it cannot move to another name.
    pub(crate) fn sign(&self, name: &str, value: &str) -> Option<String> {
        let tag = hmac::sign(&self.0.first()?.sign, signing_input(name, value).as_bytes());
        Some(URL_SAFE_NO_PAD.encode(tag))
    }

    /// Was this value signed by us under this name? Compared in constant time.
    pub(crate) fn verify(&self, name: &str, value: &str, signature: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let input = signing_input(name, value);
        self.0.iter().any(|keys| hmac::verify(&keys.sign, input.as_bytes(), &tag).is_ok())
    }

    /// Seals `plaintext` as a compact JWE (`dir`, `A256GCM`). `iv` must be fresh.
    pub(crate) fn seal(&self, times: Times, plaintext: &[u8], iv: [u8; IV]) -> Option<String> {
        let Times { iat, uat, exp } = times;
        let header = serde_json::to_vec(&Header { alg: "dir", enc: "A256GCM", iat, uat, exp }).ok()?;
        let header = URL_SAFE_NO_PAD.encode(header);
        let mut text = plaintext.to_vec();
        let nonce = Nonce::assume_unique_for_key(iv);
        let aad = Aad::from(header.as_bytes());
        let tag = self.0.first()?.seal.seal_in_place_separate_tag(nonce, aad, &mut text).ok()?;
        let [iv, text, tag] = [&iv[..], &text, tag.as_ref()].map(|part| URL_SAFE_NO_PAD.encode(part));
        Some(format!("{header}..{iv}.{text}.{tag}"))
    }

    /// Opens what [`Vault::seal`] made; `None` for anything else.
    pub(crate) fn open(&self, value: &str) -> Option<Opened> {
        let [protected, key, iv, text, tag]: [&str; 5] = value
            .split('.')
            .collect::<Vec<_>>()
            .try_into()
            .ok()
            .filter(|parts: &[&str; 5]| parts[1].is_empty())?;
        debug_assert!(key.is_empty(), "direct encryption has no wrapped key");
        let header = URL_SAFE_NO_PAD.decode(protected).ok()?;
        let Header { alg: "dir", enc: "A256GCM", iat, uat, exp } = serde_json::from_slice(&header).ok()?
        else {
            return None;
        };
        let iv: [u8; IV] = URL_SAFE_NO_PAD.decode(iv).ok()?.try_into().ok()?;
        let tag: [u8; TAG] = URL_SAFE_NO_PAD.decode(tag).ok()?.try_into().ok()?;
        let sealed = [URL_SAFE_NO_PAD.decode(text).ok()?, tag.to_vec()].concat();
        let open = |(at, keys): (usize, &Keys)| Some((at, keys.open(protected, iv, &sealed)?));
        let (at, plaintext) = self.0.iter().enumerate().find_map(open)?;
        Some(Opened { times: Times { iat, uat, exp }, plaintext, before: at > 0 })
    }
}

impl Keys {
    fn derive(secret: &Secret) -> Self {
        let seal = UnboundKey::new(&AES_256_GCM, &derive(secret, b"JWE CEK"));
        Self {
            seal: LessSafeKey::new(seal.expect("32 bytes are an AES-256 key")),
            sign: hmac::Key::new(hmac::HMAC_SHA256, &derive(secret, b"JWS Cookie Signing")),
        }
    }

    fn open(&self, protected: &str, iv: [u8; IV], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut text = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(iv);
        let length = self.seal.open_in_place(nonce, Aad::from(protected.as_bytes()), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

fn derive(secret: &Secret, info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(secret.bytes())
        .expand(&[info], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key))
        .expect("HKDF-SHA-256 yields 32 bytes");
    key
}

fn signing_input(name: &str, value: &str) -> String {
    format!("{}.{name}={value}", URL_SAFE_NO_PAD.encode(SIGNATURE_HEADER))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by express-openid-connect (2.20.2 and 3.4.0 agree) from the secret below.
    const SEALED: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiaWF0IjoxNzAwMDAwMDAwLCJ1YXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDA4NjQwMH0..G2FGfeCgLjWPnWat.4_b2AUr4Bf6MXBOCyjSRmYI.YN_OWg-W8gP7DLVpe4jJPw";
    const TIMES: Times = Times { iat: 1_700_000_000, uat: 1_700_000_000, exp: 1_700_086_400 };

    fn secret() -> Secret {
        Secret::new("a-long-secret-at-least-8")
    }

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    #[test]
    fn keys_are_derived_as_express_openid_connect_derives_them() {
        let encryption = derive(&secret(), b"JWE CEK");
        let signing = derive(&secret(), b"JWS Cookie Signing");

        assert_eq!(hex(&encryption), "f8d372aaa77aefac2b57d319d854be4e7c69e0e507b3cbd4bcdc6f21f3ac7642");
        assert_eq!(hex(&signing), "6495941eb2471f2824c86ca4eca7a147344eb7304839dacd522869e89e7723bb");
    }

    #[test]
    fn signatures_are_bound_to_the_cookie_name() {
        let vault = Vault::new(&[secret()]);
        let value = r#"{"nonce":"n1","state":"s1"}"#;

        let signature = vault.sign("auth_verification", value).unwrap();

        assert_eq!(signature, "Hc-nCpLsMYgKugJnSjnrZV6UCYoOwKgrqeENPq56ZEg");
        assert_eq!(
            vault.sign("_auth_verification", value).unwrap(),
            "zXBdcuYS-k2sla4iOSffCS4qhEOmlrFlXG6tSRbdOQ0"
        );
        assert!(vault.verify("auth_verification", value, &signature));
        assert!(!vault.verify("_auth_verification", value, &signature));
    }

    #[test]
    fn the_golden_session_opens_and_is_made_again_byte_by_byte() {
        let vault = Vault::new(&[secret()]);
        let iv = URL_SAFE_NO_PAD.decode("G2FGfeCgLjWPnWat").unwrap().try_into().unwrap();

        let opened = vault.open(SEALED).unwrap();

        let plaintext = br#"{"hello":"world"}"#.to_vec();
        assert_eq!(opened, Opened { times: TIMES, plaintext, before: false });
        assert_eq!(vault.seal(TIMES, br#"{"hello":"world"}"#, iv).unwrap(), SEALED);
    }

    #[test]
    fn a_value_changed_at_any_place_does_not_open() {
        let vault = Vault::new(&[secret()]);
        for at in 0..SEALED.len() {
            let mut changed = SEALED.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(vault.open(&changed), None, "changed at {at}");
        }
    }

    #[test]
    fn an_older_secret_still_opens_and_the_first_one_seals() {
        let rotated = Vault::new(&[Secret::new("the new secret"), secret()]);
        assert!(rotated.open(SEALED).unwrap().before);

        let sealed = rotated.seal(TIMES, b"{}", [7; IV]).unwrap();

        assert_eq!(Vault::new(&[secret()]).open(&sealed), None);
    }
}

//! A public RSA key in the ways in which it is written down, and its certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rpcheck_fixtures::keys::{self, certificates};
use serde_json::Value;

use super::compact::base64url;
use super::jwk::jwk;
use super::keyring::{KeyName, rsa};
use crate::fault::KeyRendering;

/// Characters in a line of PEM (RFC 7468), and of MIME.
const PEM: usize = 64;
const MIME: usize = 76;

const SPKI: &str = "PUBLIC KEY";
const PKCS1: &str = "RSA PUBLIC KEY";

/// The octets that a confused verifier might use as an HMAC secret.
pub(crate) fn rendering(name: KeyName, rendering: KeyRendering) -> Vec<u8> {
    let key = rsa(name);
    let text = match rendering {
        KeyRendering::SpkiPem => pem(SPKI, &key.spki) + "\n",
        KeyRendering::SpkiPemNoFinalNewline => pem(SPKI, &key.spki),
        KeyRendering::SpkiPemCrlf => (pem(SPKI, &key.spki) + "\n").replace('\n', "\r\n"),
        KeyRendering::SpkiPemOneLine => pem(SPKI, &key.spki).replace('\n', ""),
        KeyRendering::SpkiPemLines => lines(&key.spki, PEM),
        KeyRendering::SpkiPemStripped => STANDARD.encode(&key.spki),
        KeyRendering::SpkiDer => return key.spki.clone(),
        KeyRendering::Pkcs1Pem => pem(PKCS1, &key.pkcs1) + "\n",
        KeyRendering::Pkcs1PemNoFinalNewline => pem(PKCS1, &key.pkcs1),
        KeyRendering::Pkcs1PemCrlf => (pem(PKCS1, &key.pkcs1) + "\n").replace('\n', "\r\n"),
        KeyRendering::Pkcs1PemOneLine => pem(PKCS1, &key.pkcs1).replace('\n', ""),
        KeyRendering::Pkcs1PemLines => lines(&key.pkcs1, PEM),
        KeyRendering::Pkcs1PemStripped => STANDARD.encode(&key.pkcs1),
        KeyRendering::Pkcs1Mime => framed(PKCS1, &lines(&key.pkcs1, MIME)),
        KeyRendering::Pkcs1MimeLines => lines(&key.pkcs1, MIME),
        KeyRendering::Pkcs1Der => return key.pkcs1.clone(),
        KeyRendering::JwkJson => jwk(name).to_string(),
        KeyRendering::JwkJsonSpaced => jwk(name).to_string().replace("\":", "\": ").replace(",\"", ", \""),
        KeyRendering::JwkThumbprint => thumbprint(&key.modulus, &key.exponent),
        KeyRendering::Modulus => return key.modulus.clone(),
        KeyRendering::ModulusBase64 => base64url(&key.modulus),
        KeyRendering::Certificate => certificate(name).unwrap_or_default(),
        KeyRendering::Empty => String::new(),
    };
    text.into_bytes()
}

/// The certificate of a published test key, self-signed, as a member of `x5c` has it (RFC 7515 4.1.6). Only the
/// provider's first signing key and the attacker's have one.
pub fn certificate(name: KeyName) -> Option<String> {
    let pem = match name {
        KeyName::Rsa1 => certificates::RSA_1,
        KeyName::Attacker => certificates::RSA_ATTACKER,
        _ => return None,
    };
    Some(keys::base64_of(pem))
}

/// The members that RFC 7638 hashes, as it writes them.
fn thumbprint(modulus: &[u8], exponent: &[u8]) -> String {
    let members = [("e", base64url(exponent)), ("kty", "RSA".to_owned()), ("n", base64url(modulus))];
    let written = members.map(|(name, text)| format!("{}:{}", Value::from(name), Value::from(text)));
    format!("{{{}}}", written.join(","))
}

/// PEM (RFC 7468) in lines of 64 characters, without the final line feed.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    framed(label, &lines(der, PEM))
}

fn framed(label: &str, lines: &str) -> String {
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----")
}

/// Base64 in lines of so many characters, without the final line feed.
fn lines(der: &[u8], width: usize) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(form: KeyRendering) -> String {
        String::from_utf8(rendering(KeyName::Rsa1, form)).unwrap()
    }

    #[test]
    fn a_pem_has_lines_of_64_characters() {
        let pem = text(KeyRendering::SpkiPem);

        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIB"));
        assert!(pem.ends_with("-----END PUBLIC KEY-----\n"));
        assert!(pem.lines().all(|line| line.len() <= 64));
    }

    #[test]
    fn the_renderings_are_what_their_names_say() {
        let one_line = text(KeyRendering::Pkcs1PemOneLine);
        let mime = text(KeyRendering::Pkcs1Mime);

        assert!(one_line.starts_with("-----BEGIN RSA PUBLIC KEY-----MIIB") && !one_line.contains('\n'));
        assert!(mime.lines().nth(1).is_some_and(|line| line.len() == 76));
        assert!(text(KeyRendering::SpkiPemCrlf).lines().count() > 3);
        assert!(text(KeyRendering::SpkiPemCrlf).ends_with("-----\r\n"));
        assert_eq!(
            text(KeyRendering::Pkcs1MimeLines).replace('\n', ""),
            text(KeyRendering::Pkcs1PemStripped)
        );
        assert_eq!(text(KeyRendering::Pkcs1PemLines).replace('\n', ""), text(KeyRendering::Pkcs1PemStripped));
        assert!(text(KeyRendering::JwkJsonSpaced).starts_with(r#"{"kty": "RSA", "use": "sig","#));
        assert!(text(KeyRendering::JwkThumbprint).starts_with(r#"{"e":"AQAB","kty":"RSA","n":""#));
    }

    #[test]
    fn a_certificate_is_about_the_key_it_is_for() {
        for name in [KeyName::Rsa1, KeyName::Attacker] {
            let der = STANDARD.decode(certificate(name).unwrap()).unwrap();
            let spki = rendering(name, KeyRendering::SpkiDer);

            assert!(der.windows(spki.len()).any(|window| window == spki), "{name:?}");
        }
        assert_eq!(certificate(KeyName::Ec), None);
    }
}

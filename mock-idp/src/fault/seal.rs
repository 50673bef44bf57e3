//! The seam of the signature: choices made before sealing, and damage done after it.

use super::verb::{Corruption, KeyChoice, Verb};
use crate::token::{ALPHABET, KeyName, Signing, TokenSpec, base64url, decode, rendering};
#[cfg(feature = "weak-keys")]
use crate::token::{OtherCurve, WeakRsa};

/// Seals a token with the given verbs, in order. Returns the compact form, and for each verb whether it
/// changed it. A choice (key, alg, …) seals anew, and so undoes damage that comes before it in the list.
pub(super) fn seal_with(mut spec: TokenSpec, verbs: &[&Verb]) -> (String, Vec<bool>) {
    let mut compact = spec.seal();
    let mut changes = Vec::with_capacity(verbs.len());
    for verb in verbs {
        let next = match verb {
            Verb::Corrupt { how } => corrupt(&compact, *how),
            Verb::Raw { text } => text.clone(),
            _ => {
                choose(verb, &mut spec);
                spec.seal()
            }
        };
        changes.push(next != compact);
        compact = next;
    }
    (compact, changes)
}

fn choose(verb: &Verb, spec: &mut TokenSpec) {
    match verb {
        Verb::Key { key } => choose_key(*key, spec),
        Verb::Alg { alg } => {
            spec.header.set("alg", alg.as_str());
            if let Some(signing) = Signing::by_name(alg, spec.keys, spec.secret.as_deref()) {
                if let Signing::Ec(name) | Signing::Ed(name) = signing {
                    spec.header.set("kid", name.kid());
                }
                spec.signing = signing;
            }
        }
        Verb::Unsigned => spec.signing = Signing::Unsigned,
        Verb::HmacWith { rendering: form } => {
            spec.header.set("alg", "HS256");
            spec.signing = Signing::hs256(rendering(spec.keys.rsa, *form));
        }
        Verb::HmacSecret { secret } => {
            spec.header.set("alg", "HS256");
            spec.signing = Signing::hs256(secret.as_bytes().to_vec());
        }
        _ => {}
    }
}

fn choose_key(key: KeyChoice, spec: &mut TokenSpec) {
    spec.signing = match key {
        KeyChoice::Other => Signing::rs256(spec.keys.rsa.other_rsa()),
        KeyChoice::Encryption => Signing::rs256(KeyName::Encryption),
        KeyChoice::Attacker => Signing::rs256(KeyName::Attacker),
        #[cfg(feature = "weak-keys")]
        KeyChoice::Short => Signing::WeakRsa(WeakRsa::Short),
        #[cfg(feature = "weak-keys")]
        KeyChoice::Tiny => Signing::WeakRsa(WeakRsa::Tiny),
        #[cfg(feature = "weak-keys")]
        KeyChoice::Huge => Signing::WeakRsa(WeakRsa::Huge),
        #[cfg(feature = "weak-keys")]
        KeyChoice::ExponentOne => Signing::WeakRsa(WeakRsa::ExponentOne),
        #[cfg(feature = "weak-keys")]
        KeyChoice::ExponentThree => Signing::WeakRsa(WeakRsa::ExponentThree),
        #[cfg(feature = "weak-keys")]
        KeyChoice::EvenModulus => Signing::WeakRsa(WeakRsa::EvenModulus),
        #[cfg(feature = "weak-keys")]
        KeyChoice::P384 => as_es256(OtherCurve::P384, spec),
        #[cfg(feature = "weak-keys")]
        KeyChoice::Secp256k1 => as_es256(OtherCurve::Secp256k1, spec),
        KeyChoice::Ec => {
            spec.header.set("alg", "ES256");
            Signing::Ec(spec.keys.ec)
        }
        KeyChoice::Ed => {
            spec.header.set("alg", "EdDSA");
            Signing::Ed(spec.keys.ed)
        }
    };
}

#[cfg(feature = "weak-keys")]
fn as_es256(curve: OtherCurve, spec: &mut TokenSpec) -> Signing {
    spec.header.set("alg", "ES256");
    Signing::OtherCurve(curve)
}

fn corrupt(compact: &str, how: Corruption) -> String {
    match how {
        Corruption::ExtraPart => format!("{compact}.e30"),
        Corruption::FiveParts => format!("{compact}.e30.e30"),
        Corruption::TrailingDot => format!("{compact}."),
        Corruption::Quoted => format!("\"{compact}\""),
        Corruption::Spaced => format!(" {compact}\n"),
        Corruption::Bearer => format!("Bearer {compact}"),
        _ => corrupt_inside(compact, how),
    }
}

/// Damage to one of the three parts; what has not three is left as it is.
fn corrupt_inside(compact: &str, how: Corruption) -> String {
    let parts: Vec<&str> = compact.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return compact.to_owned() };
    let signed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut octets = decode(signature).unwrap_or_default();
        change(&mut octets);
        format!("{header}.{payload}.{}", base64url(octets))
    };
    match how {
        Corruption::XorSignature => signed(&|octets| octets.iter_mut().for_each(|octet| *octet ^= 0x5A)),
        Corruption::TruncateSignature => signed(&|octets| {
            octets.pop();
        }),
        Corruption::ExtendSignature => signed(&|octets| octets.push(0)),
        Corruption::ZeroSignature => signed(&|octets| octets.fill(0)),
        Corruption::FlipPayloadBit => format!("{header}.{}.{signature}", flip_digit(payload)),
        Corruption::FlipHeaderBit => format!("{}.{payload}.{signature}", flip_case(header)),
        Corruption::EmptySignature => format!("{header}.{payload}."),
        Corruption::DropSignature => format!("{header}.{payload}"),
        Corruption::FlattenedJson => {
            format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#)
        }
        Corruption::GeneralJson => {
            let one = format!(r#"{{"protected":"{header}","signature":"{signature}"}}"#);
            format!(r#"{{"payload":"{payload}","signatures":[{one}]}}"#)
        }
        Corruption::DerSignature => signed(&|octets| *octets = der(octets)),
        Corruption::OrderSignature => signed(&|octets| *octets = [P256_ORDER, P256_ORDER].concat()),
        Corruption::Padding => parts.iter().map(|part| pad(part)).collect::<Vec<_>>().join("."),
        Corruption::Newline => {
            let (start, end) = payload.split_at(payload.len() / 2);
            format!("{header}.{start}\n{end}.{signature}")
        }
        Corruption::StandardAlphabet => {
            format!("{header}.{payload}.{}", signature.replace('-', "+").replace('_', "/"))
        }
        Corruption::TrailingBits => format!("{header}.{payload}.{}", trailing_bits(signature)),
        // These are about the whole text.
        Corruption::ExtraPart
        | Corruption::FiveParts
        | Corruption::TrailingDot
        | Corruption::Quoted
        | Corruption::Spaced
        | Corruption::Bearer => compact.to_owned(),
    }
}

/// The order of the group of P-256 (FIPS 186-4 D.1.2.3): no half of a signature may be as large.
const P256_ORDER: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
    0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
];

/// Both halves as `SEQUENCE { INTEGER r, INTEGER s }`.
fn der(octets: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: Vec<u8>| {
        let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
        let long = (length >= 0x80).then_some(0x81);
        [tag].into_iter().chain(long).chain([length]).chain(content).collect::<Vec<u8>>()
    };
    let integer = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|octet| *octet == 0).collect();
        let sign = digits.first().is_none_or(|first| *first >= 0x80).then_some(0);
        element(0x02, sign.into_iter().chain(digits).collect())
    };
    let (r, s) = octets.split_at(octets.len().min(64) / 2);
    element(0x30, [integer(r), integer(&s[..s.len().min(32)])].concat())
}

/// Changes the lowest bit of the last digit, which leaves the payload JSON and its times plausible, so that
/// only the signature can tell.
fn flip_digit(part: &str) -> String {
    flip_where(part, u8::is_ascii_digit, 0x01)
}

/// Changes the case of the last letter of `typ` (a media type, in which case means nothing), so that only the
/// signature can tell; of the last letter at all if there is no such `typ`.
fn flip_case(part: &str) -> String {
    let octets = decode(part).unwrap_or_default();
    let end = octets.windows(5).position(|window| window == b"\"JWT\"").map(|start| start + 3);
    match end {
        Some(end) => flip_at(octets, Some(end), 0x20),
        None => flip_where(part, u8::is_ascii_alphabetic, 0x20),
    }
}

fn flip_where(part: &str, wanted: fn(&u8) -> bool, bit: u8) -> String {
    let octets = decode(part).unwrap_or_default();
    let place = octets.iter().rposition(wanted);
    flip_at(octets, place, bit)
}

fn flip_at(mut octets: Vec<u8>, place: Option<usize>, bit: u8) -> String {
    if let Some(octet) = octets.get_mut(place.unwrap_or(0)) {
        *octet ^= bit;
    }
    base64url(octets)
}

fn pad(part: &str) -> String {
    let missing = (4 - part.len() % 4) % 4;
    format!("{part}{}", "=".repeat(missing))
}

/// Sets the lowest bit of the last character where it means nothing, as decoders that are not strict allow.
fn trailing_bits(part: &str) -> String {
    let Some((start, last)) = part.split_at_checked(part.len().saturating_sub(1)) else { return part.into() };
    let value = last.bytes().next().and_then(|last| ALPHABET.iter().position(|letter| *letter == last));
    match value {
        Some(value) if !part.len().is_multiple_of(4) => format!("{start}{}", char::from(ALPHABET[value | 1])),
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ.-_8";

    #[test]
    fn damage_is_where_it_says_it_is() {
        let cases = [
            (Corruption::EmptySignature, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ."),
            (Corruption::DropSignature, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ"),
            (Corruption::ExtraPart, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ.-_8.e30"),
            (Corruption::StandardAlphabet, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ.+/8"),
            (Corruption::Newline, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQ\niOjEwfQ.-_8"),
            (Corruption::Padding, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ==.-_8="),
            (Corruption::TrailingBits, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjEwfQ.-_9"),
        ];
        for (how, expected) in cases {
            assert_eq!(corrupt(TOKEN, how), expected, "{how}");
        }
    }

    #[test]
    fn damage_around_a_token_is_done_to_any_text_and_damage_inside_to_three_parts_only() {
        let around = |text| corrupt(&corrupt(text, Corruption::Quoted), Corruption::Bearer);

        assert_eq!(around("no token"), "Bearer \"no token\"");
        assert_eq!(corrupt("no token", Corruption::ExtraPart), "no token.e30");
        assert_eq!(corrupt("no.token", Corruption::EmptySignature), "no.token");
    }

    #[test]
    fn a_signature_in_der_is_a_sequence_of_two_positive_integers() {
        let halves = [[0x00, 0x7F].repeat(16), [0x80].repeat(32)].concat();

        let written = der(&halves);

        assert_eq!(written[..5], [0x30, 68, 0x02, 31, 0x7F]);
        assert_eq!(written[35..39], [0x02, 33, 0x00, 0x80]);
        assert_eq!(written.len(), 70);
    }

    #[test]
    fn json_serializations_hold_the_three_parts() {
        let flat: serde_json::Value =
            serde_json::from_str(&corrupt(TOKEN, Corruption::FlattenedJson)).unwrap();
        let general: serde_json::Value =
            serde_json::from_str(&corrupt(TOKEN, Corruption::GeneralJson)).unwrap();

        assert_eq!(flat["signature"], "-_8");
        assert_eq!(general["signatures"][0]["protected"], flat["protected"]);
        assert_eq!(general["payload"], "eyJpYXQiOjEwfQ");
    }

    #[test]
    fn flipped_bits_leave_the_json_readable() {
        let payload = corrupt(TOKEN, Corruption::FlipPayloadBit);
        let header = corrupt(TOKEN, Corruption::FlipHeaderBit);

        assert_eq!(decode(payload.split('.').nth(1).unwrap()).unwrap(), b"{\"iat\":11}");
        assert_eq!(
            decode(header.split('.').next().unwrap()).unwrap(),
            b"{\"alg\":\"RS256\",\"typ\":\"JWt\"}"
        );
    }

    #[test]
    fn the_signature_is_changed_in_every_octet_or_in_length() {
        let signature = |how| decode(corrupt(TOKEN, how).split('.').nth(2).unwrap()).unwrap();

        assert_eq!(signature(Corruption::XorSignature), [0xFB ^ 0x5A, 0xFF ^ 0x5A]);
        assert_eq!(signature(Corruption::TruncateSignature), [0xFB]);
        assert_eq!(signature(Corruption::ExtendSignature), [0xFB, 0xFF, 0]);
        assert_eq!(signature(Corruption::ZeroSignature), [0, 0]);
    }
}

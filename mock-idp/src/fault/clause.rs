//! Faults in English.

use std::fmt;

use super::rendering::KeyRendering;
use super::seam::Seam;
use super::value::{Binding, Fault, Occurrence};
use super::verb::{Alteration, Corruption, KeyChoice, Order, Verb};

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_verb(f, self.seam, &self.verb)?;
        match self.occurrence {
            Occurrence::Every => {}
            Occurrence::First => f.write_str(", the first time only")?,
            Occurrence::Nth(nth) => write!(f, ", the {} time only", ordinal(nth))?,
        }
        match &self.binding {
            Binding::Any => Ok(()),
            Binding::Client(id) => write!(f, ", for the client {id}"),
            Binding::Marker(marker) => write!(f, ", for requests marked {marker}"),
        }
    }
}

/// How many characters of a value a sentence shows.
const SHOWN: usize = 120;

/// A value as it is, or as much of it as fits a sentence, with its length.
struct Short<T>(T);

impl<T: fmt::Display> fmt::Display for Short<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        match text.char_indices().nth(SHOWN) {
            None => f.write_str(&text),
            Some((end, _)) => write!(f, "{}… ({} characters)", &text[..end], text.chars().count()),
        }
    }
}

/// The same between quotation marks.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Short(format_args!("{:?}", self.0)))
    }
}

fn write_verb(f: &mut fmt::Formatter<'_>, seam: Seam, verb: &Verb) -> fmt::Result {
    let of = Owner(seam);
    match verb {
        Verb::Set { name, value } => write!(f, "{of} {name} is {}", Short(value)),
        Verb::SetRaw { name, text } => write!(f, "{of} {name} is written as {}", Short(text)),
        Verb::Copy { name, from } => write!(f, "{of} {name} is what its {from} is"),
        Verb::Remove { name } => write!(f, "{of} {name} is missing"),
        Verb::Shift { name, seconds } => {
            let direction = if *seconds < 0 { "earlier" } else { "later" };
            write!(f, "{of} {name} is {} s {direction}", seconds.unsigned_abs())
        }
        Verb::Append { name, text } => write!(f, "{of} {name} has {} appended", Quoted(text)),
        Verb::Alter { name, how } => write!(f, "{of} {name} {how}"),
        Verb::Duplicate { name, value, order } => {
            write!(f, "{of} {name} comes twice, {order} as {}", Short(value))
        }
        Verb::Payload { text } => write!(f, "{} is replaced by {}", Artefact(seam), Quoted(text)),
        Verb::Octets { base64url } => {
            write!(f, "{} is replaced by the octets {} (base64url)", Artefact(seam), Short(base64url))
        }
        Verb::Deflate => write!(f, "{} is compressed (DEFLATE)", Artefact(seam)),
        Verb::Key { key } => write!(f, "{} is signed with {key}", Artefact(seam)),
        Verb::Alg { alg } => write!(f, "{of} alg is {alg:?}, and it is signed so if possible"),
        Verb::Unsigned => write!(f, "{} has no signature", Artefact(seam)),
        Verb::Corrupt { how } => write!(f, "{} {how}", Artefact(seam)),
        Verb::HmacWith { rendering } => {
            write!(f, "{} is signed with HS256 and {rendering} as the secret", Artefact(seam))
        }
        Verb::HmacSecret { secret } => {
            write!(f, "{} is signed with HS256 and the secret {}", Artefact(seam), Quoted(secret))
        }
        Verb::Raw { text } => write!(f, "{} is the text {}", Artefact(seam), Quoted(text)),
        Verb::Mode { mode } => write!(f, "the authorization response is sent as {mode}"),
        Verb::Target { url } => write!(f, "the authorization response is sent to {url}"),
        Verb::ContentType { value } => write!(f, "{} has the content type {value:?}", Artefact(seam)),
        Verb::Status { status } => write!(f, "{} answers {status}", Artefact(seam)),
        Verb::Delay { millis } => write!(f, "{} answers {millis} ms late", Artefact(seam)),
        Verb::HangUp => write!(f, "{} drops the connection without an answer", Artefact(seam)),
        Verb::Truncate { bytes } => write!(f, "{} drops the connection after {bytes} bytes", Artefact(seam)),
        Verb::Drip { bytes_per_second } => {
            write!(f, "{} sends {bytes_per_second} bytes per second", Artefact(seam))
        }
        Verb::Body { text } => write!(f, "{} sends {}", Artefact(seam), Quoted(text)),
        Verb::Prepend { text } => write!(f, "{} sends {} first", Artefact(seam), Quoted(text)),
        Verb::Gzip => write!(f, "{} sends its body compressed", Artefact(seam)),
        Verb::Header { name, value } => {
            write!(f, "{} sends the header {name}: {}", Artefact(seam), Short(value))
        }
        Verb::Redirect { location } => write!(f, "{} redirects to {location}", Artefact(seam)),
        Verb::Present { certificate } => write!(f, "{} {certificate}", Artefact(seam)),
    }
}

/// "the id_token's"
struct Owner(Seam);

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Seam::IdTokenHeader => "the id_token header's",
            Seam::IdTokenClaims | Seam::IdTokenSeal => "the id_token's",
            Seam::AuthorizationResponse => "the authorization response's",
            Seam::Discovery => "the metadata's",
            Seam::Jwks => "the key set's",
            Seam::TokenResponse => "the token response's",
            Seam::Userinfo => "the userinfo's",
            Seam::LogoutTokenHeader => "the logout token header's",
            Seam::LogoutTokenClaims | Seam::LogoutTokenSeal => "the logout token's",
            Seam::Certificate => "the certificate's",
            Seam::Wire(endpoint) => return write!(f, "the {endpoint} endpoint's"),
        })
    }
}

/// "the id_token"
struct Artefact(Seam);

impl fmt::Display for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Seam::IdTokenHeader => "the id_token's header",
            Seam::IdTokenClaims => "the id_token's payload",
            Seam::IdTokenSeal => "the id_token",
            Seam::AuthorizationResponse => "the authorization response",
            Seam::Discovery => "the metadata",
            Seam::Jwks => "the key set",
            Seam::TokenResponse => "the token response",
            Seam::Userinfo => "the userinfo",
            Seam::LogoutTokenHeader => "the logout token's header",
            Seam::LogoutTokenClaims => "the logout token's payload",
            Seam::LogoutTokenSeal => "the logout token",
            Seam::Certificate => "the certificate",
            Seam::Wire(endpoint) => return write!(f, "the {endpoint} endpoint"),
        })
    }
}

fn ordinal(nth: u32) -> String {
    let suffix = match (nth % 10, nth % 100) {
        (1, teens) if teens != 11 => "st",
        (2, teens) if teens != 12 => "nd",
        (3, teens) if teens != 13 => "rd",
        _ => "th",
    };
    format!("{nth}{suffix}")
}

impl fmt::Display for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flip => "has one character changed",
            Self::Shorten => "has lost its last character",
            Self::SwapCase => "has its upper and lower case swapped",
        })
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Last => "the second time",
        })
    }
}

impl fmt::Display for KeyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Other => "the provider's other RSA key",
            Self::Encryption => "the provider's encryption key",
            Self::Attacker => "an attacker's key",
            #[cfg(feature = "weak-keys")]
            Self::Short => "an RSA key of 1024 bits",
            #[cfg(feature = "weak-keys")]
            Self::Tiny => "an RSA key of 512 bits",
            #[cfg(feature = "weak-keys")]
            Self::Huge => "an RSA key of 16384 bits",
            #[cfg(feature = "weak-keys")]
            Self::ExponentOne => "an RSA key with the exponent 1",
            #[cfg(feature = "weak-keys")]
            Self::ExponentThree => "forged padding, for an RSA key with the exponent 3",
            #[cfg(feature = "weak-keys")]
            Self::EvenModulus => "an RSA key with an even modulus",
            #[cfg(feature = "weak-keys")]
            Self::P384 => "a P-384 key, as ES256",
            #[cfg(feature = "weak-keys")]
            Self::Secp256k1 => "a secp256k1 key, as ES256",
            Self::Ec => "the provider's P-256 key",
            Self::Ed => "the provider's Ed25519 key",
        })
    }
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XorSignature => "has every octet of its signature changed",
            Self::FlipPayloadBit => "has one bit of its payload changed after signing",
            Self::FlipHeaderBit => "has one bit of its header changed after signing",
            Self::TruncateSignature => "has lost the last octet of its signature",
            Self::ExtendSignature => "has one octet too many in its signature",
            Self::ZeroSignature => "has a signature of zeroes",
            Self::EmptySignature => "has an empty third part",
            Self::DropSignature => "has two parts only",
            Self::ExtraPart => "has a fourth part",
            Self::FiveParts => "has five parts",
            Self::TrailingDot => "has a full stop at its end",
            Self::Quoted => "stands in quotation marks",
            Self::Spaced => "has white space around it",
            Self::Bearer => "has the word Bearer before it",
            Self::FlattenedJson => "is written as flattened JSON",
            Self::GeneralJson => "is written as general JSON",
            Self::DerSignature => "has its signature written as DER",
            Self::OrderSignature => "has the order of P-256 for both halves of its signature",
            Self::Padding => "has padded parts",
            Self::Newline => "has a line feed in its payload part",
            Self::StandardAlphabet => "has a signature in the standard base64 alphabet",
            Self::TrailingBits => "has stray bits after its signature",
        })
    }
}

impl fmt::Display for KeyRendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SpkiPem => "the public key's PEM",
            Self::SpkiPemNoFinalNewline => "the public key's PEM without its last line feed",
            Self::SpkiPemCrlf => "the public key's PEM with carriage returns",
            Self::SpkiPemOneLine => "the public key's PEM on one line",
            Self::SpkiPemLines => "the lines inside the public key's PEM",
            Self::SpkiPemStripped => "the public key's PEM without its lines",
            Self::SpkiDer => "the public key's DER",
            Self::Pkcs1Pem => "the public key's PKCS#1 PEM",
            Self::Pkcs1PemNoFinalNewline => "the public key's PKCS#1 PEM without its last line feed",
            Self::Pkcs1PemCrlf => "the public key's PKCS#1 PEM with carriage returns",
            Self::Pkcs1PemOneLine => "the public key's PKCS#1 PEM on one line",
            Self::Pkcs1PemLines => "the lines inside the public key's PKCS#1 PEM",
            Self::Pkcs1Mime => "the public key's PKCS#1 PEM in lines of 76 characters",
            Self::Pkcs1MimeLines => "the lines of 76 characters inside the public key's PKCS#1 PEM",
            Self::Pkcs1PemStripped => "the public key's PKCS#1 PEM without its lines",
            Self::Pkcs1Der => "the public key's PKCS#1 DER",
            Self::JwkJson => "the public key's JWK",
            Self::JwkJsonSpaced => "the public key's JWK with spaces",
            Self::JwkThumbprint => "the public key's JWK as it is hashed for a thumbprint",
            Self::Certificate => "the public key's certificate in base64",
            Self::Modulus => "the public key's modulus",
            Self::ModulusBase64 => "the public key's modulus in base64url",
            Self::Empty => "the empty string",
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::ID_TOKEN;

    #[test]
    fn a_value_without_end_does_not_fill_the_report() {
        let sentence = |length: usize| ID_TOKEN.set("name", "g".repeat(length)).to_string();

        assert_eq!(sentence(3), r#"the id_token's name is "ggg""#);
        let long = sentence(10_000);
        assert!(long.len() < 200 && long.ends_with("g… (10002 characters)"), "{long}");
    }
}

//! Ways to write a public key down.

use serde::{Deserialize, Serialize};

/// A way to write the public RSA key down, which a confused verifier may take for an HMAC secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRendering {
    /// `BEGIN PUBLIC KEY`, with a final line feed.
    SpkiPem,
    /// `BEGIN PUBLIC KEY`, without the final line feed.
    SpkiPemNoFinalNewline,
    /// `BEGIN PUBLIC KEY`, with a carriage return before every line feed.
    SpkiPemCrlf,
    /// `BEGIN PUBLIC KEY`, with its first and last line, and no line feed at all.
    SpkiPemOneLine,
    /// The lines between those of `BEGIN PUBLIC KEY`.
    SpkiPemLines,
    /// The base64 between the lines of `BEGIN PUBLIC KEY`, without line feeds.
    SpkiPemStripped,
    /// SubjectPublicKeyInfo as DER.
    SpkiDer,
    /// `BEGIN RSA PUBLIC KEY`, with a final line feed.
    Pkcs1Pem,
    /// `BEGIN RSA PUBLIC KEY`, without the final line feed.
    Pkcs1PemNoFinalNewline,
    /// `BEGIN RSA PUBLIC KEY`, with a carriage return before every line feed.
    Pkcs1PemCrlf,
    /// `BEGIN RSA PUBLIC KEY`, with its first and last line, and no line feed at all.
    Pkcs1PemOneLine,
    /// The lines between those of `BEGIN RSA PUBLIC KEY`.
    Pkcs1PemLines,
    /// The base64 between the lines of `BEGIN RSA PUBLIC KEY`, without line feeds.
    Pkcs1PemStripped,
    /// `BEGIN RSA PUBLIC KEY`, in lines of 76 characters, as MIME has them.
    Pkcs1Mime,
    /// The lines of 76 characters between those of `BEGIN RSA PUBLIC KEY`.
    Pkcs1MimeLines,
    /// RSAPublicKey as DER.
    Pkcs1Der,
    /// The JWK as it is published.
    JwkJson,
    /// The same with a space after every colon and comma.
    JwkJsonSpaced,
    /// Only the members that make the key, in the order of their names (RFC 7638).
    JwkThumbprint,
    /// The octets of the modulus.
    Modulus,
    /// The member `n` of the JWK, as text.
    ModulusBase64,
    /// The certificate of the published test key, as a member of `x5c` has it.
    Certificate,
    /// The empty string.
    Empty,
}

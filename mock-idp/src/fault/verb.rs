//! What can be done to an artefact.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::certificate::BadCertificate;
use super::rendering::KeyRendering;
use crate::protocol::ResponseMode;

/// A verb with its arguments. Which verbs are legal depends on the seam: [`super::Seam::verbs`].
///
/// A name that starts with `/` is, at a JSON seam, a JSON pointer (RFC 6901) in which `*` stands for every
/// member or element, and a final `-` for a new element at the end of an array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Verb {
    /// Give a member this value; a new member goes to the end.
    Set {
        /// The member.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Give a member a value that is written exactly like this, even if it is no JSON.
    SetRaw {
        /// The member.
        name: String,
        /// The bytes of its value.
        text: String,
    },
    /// Give a member the value that another member has.
    Copy {
        /// The member that is set.
        name: String,
        /// The member whose value is taken: at a JSON seam one beside it, or by a pointer any (without `*`).
        from: String,
    },
    /// Take a member out.
    Remove {
        /// The member.
        name: String,
    },
    /// Add so many seconds to a number.
    Shift {
        /// The member.
        name: String,
        /// May be negative.
        seconds: i64,
    },
    /// Append text to a string, or an element to an array.
    Append {
        /// The member.
        name: String,
        /// What is appended.
        text: String,
    },
    /// Change a string a little.
    Alter {
        /// The member.
        name: String,
        /// In which way.
        how: Alteration,
    },
    /// Write a member a second time, with another value.
    Duplicate {
        /// The member.
        name: String,
        /// The value of the second copy.
        value: Value,
        /// Where the second copy goes.
        order: Order,
    },
    /// Replace the whole artefact by these bytes, and go on (a token is still sealed).
    Payload {
        /// The bytes.
        text: String,
    },
    /// Replace the whole artefact by these octets, which need not be text, and go on.
    Octets {
        /// The octets.
        base64url: String,
    },
    /// Compress the whole artefact (RFC 1951), and say so nowhere.
    Deflate,
    /// Sign with another key; the header still names the honest one (`alg` follows an EC or Ed25519 key).
    Key {
        /// Which.
        key: KeyChoice,
    },
    /// Put this algorithm into the header, and sign by it if it is known.
    Alg {
        /// The name, as given.
        alg: String,
    },
    /// Leave the signature empty.
    Unsigned,
    /// Damage the compact form.
    Corrupt {
        /// In which way.
        how: Corruption,
    },
    /// Sign with HS256, with a rendering of the public signing key as the secret.
    HmacWith {
        /// Which rendering.
        rendering: KeyRendering,
    },
    /// Sign with HS256, with this text as the secret.
    HmacSecret {
        /// The secret.
        secret: String,
    },
    /// Send this text in place of the token.
    Raw {
        /// The text.
        text: String,
    },
    /// Send the response in this mode, asked for or not.
    Mode {
        /// Which.
        mode: ResponseMode,
    },
    /// Send the response to this URL.
    Target {
        /// Where.
        url: String,
    },
    /// At the authorization response: the form's enctype. On the wire: the header Content-Type.
    ContentType {
        /// The media type.
        value: String,
    },
    /// Answer with this status.
    Status {
        /// 200 to 599.
        status: u16,
    },
    /// Answer after so many milliseconds.
    Delay {
        /// How long.
        millis: u64,
    },
    /// Drop the connection without an answer.
    HangUp,
    /// Announce the whole body, send so many bytes of it, and drop the connection.
    Truncate {
        /// How many.
        bytes: usize,
    },
    /// Send the body slowly.
    Drip {
        /// At least 1.
        bytes_per_second: u32,
    },
    /// Send this body.
    Body {
        /// The text.
        text: String,
    },
    /// Send this text before the body.
    Prepend {
        /// The text.
        text: String,
    },
    /// Send the body compressed, and say so.
    Gzip,
    /// Send a header with this value, in place of what it says otherwise.
    Header {
        /// The name.
        name: String,
        /// The value.
        value: String,
    },
    /// Answer with a redirect to this place.
    Redirect {
        /// The value of the header Location.
        location: String,
    },
    /// Prove itself with this.
    Present {
        /// What.
        certificate: BadCertificate,
    },
}

impl Verb {
    /// The verb's name as it is written in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::SetRaw { .. } => "set-raw",
            Self::Copy { .. } => "copy",
            Self::Remove { .. } => "remove",
            Self::Shift { .. } => "shift",
            Self::Append { .. } => "append",
            Self::Alter { .. } => "alter",
            Self::Duplicate { .. } => "duplicate",
            Self::Payload { .. } => "payload",
            Self::Octets { .. } => "octets",
            Self::Deflate => "deflate",
            Self::Key { .. } => "key",
            Self::Alg { .. } => "alg",
            Self::Unsigned => "unsigned",
            Self::Corrupt { .. } => "corrupt",
            Self::HmacWith { .. } => "hmac-with",
            Self::HmacSecret { .. } => "hmac-secret",
            Self::Raw { .. } => "raw",
            Self::Mode { .. } => "mode",
            Self::Target { .. } => "target",
            Self::ContentType { .. } => "content-type",
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::HangUp => "hang-up",
            Self::Truncate { .. } => "truncate",
            Self::Drip { .. } => "drip",
            Self::Body { .. } => "body",
            Self::Prepend { .. } => "prepend",
            Self::Gzip => "gzip",
            Self::Header { .. } => "header",
            Self::Redirect { .. } => "redirect",
            Self::Present { .. } => "present",
        }
    }
}

/// A small change to a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alteration {
    /// One letter or digit in the middle becomes another of the same alphabet.
    Flip,
    /// The last character goes.
    Shorten,
    /// Every letter changes its case.
    SwapCase,
}

/// Where the second copy of a duplicate goes, relative to the honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Before it.
    First,
    /// After it.
    Last,
}

/// A key other than the honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyChoice {
    /// The provider's other RSA key: the one it rotates to, or rotated away from.
    Other,
    /// The provider's RSA key for encryption (`use` `enc`).
    Encryption,
    /// A key that is in no key set.
    Attacker,
    /// An RSA key of 1024 bits that is in no key set (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    Short,
    /// An RSA key of 512 bits that is in no key set (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    Tiny,
    /// An RSA key of 16,384 bits that is in no key set (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    Huge,
    /// An RSA key with the exponent 1, with which anybody signs (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    ExponentOne,
    /// No key at all: what a verifier takes for a signature by an RSA key with the exponent 3 that overlooks what
    /// follows the hash (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    ExponentThree,
    /// An RSA key whose modulus is even (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    EvenModulus,
    /// A P-384 key that is in no key set, under the algorithm ES256 (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    P384,
    /// A secp256k1 key that is in no key set, under the algorithm ES256 (feature `weak-keys`).
    #[cfg(feature = "weak-keys")]
    Secp256k1,
    /// The provider's P-256 key.
    Ec,
    /// The provider's Ed25519 key.
    Ed,
}

/// Damage to a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corruption {
    /// Every octet of the signature is combined with 0x5A by exclusive or.
    XorSignature,
    /// One bit of the payload changes after signing.
    FlipPayloadBit,
    /// One bit of the header changes after signing.
    FlipHeaderBit,
    /// The signature loses its last octet.
    TruncateSignature,
    /// The signature gets one octet more.
    ExtendSignature,
    /// Every octet of the signature is zero.
    ZeroSignature,
    /// The third part is empty.
    EmptySignature,
    /// There is no third part.
    DropSignature,
    /// There is a fourth part.
    ExtraPart,
    /// There are five parts, as a JWE has.
    FiveParts,
    /// There is a full stop at the end.
    TrailingDot,
    /// Quotation marks stand around it.
    Quoted,
    /// A space stands before it and a line feed after it.
    Spaced,
    /// `Bearer ` stands before it.
    Bearer,
    /// It is written as JSON in the flattened syntax (RFC 7515 7.2.2).
    FlattenedJson,
    /// It is written as JSON in the general syntax (RFC 7515 7.2.1).
    GeneralJson,
    /// The two halves of the signature are written as DER, which is how ECDSA is written elsewhere (RFC 7518 3.4).
    DerSignature,
    /// Both halves of the signature are the order of P-256.
    OrderSignature,
    /// Every part is padded with `=` to a multiple of four characters.
    Padding,
    /// A line feed stands in the middle of the payload part.
    Newline,
    /// The signature is written in the standard alphabet, with `+` and `/`.
    StandardAlphabet,
    /// The unused bits of the signature's last character are not zero.
    TrailingBits,
}

//! Constants that make faults read as sentences: `ID_TOKEN.set("aud", "someone-else")`.

use serde_json::Value;

use super::rendering::KeyRendering;
use super::seam::Seam;
use super::value::Fault;
use super::verb::{Alteration, Corruption, KeyChoice, Order, Verb};
use crate::protocol::ResponseMode;
use crate::token::base64url;
use crate::trace::Endpoint;

/// The claims of the ID Token: `ID_TOKEN.set("aud", "someone-else")`.
pub const ID_TOKEN: JsonSeam = JsonSeam(Seam::IdTokenClaims);
/// The header of the ID Token.
pub const HEADER: JsonSeam = JsonSeam(Seam::IdTokenHeader);
/// The metadata document.
pub const DISCOVERY: JsonSeam = JsonSeam(Seam::Discovery);
/// The key set.
pub const JWKS: JsonSeam = JsonSeam(Seam::Jwks);
/// The answer of the token endpoint.
pub const TOKEN_RESPONSE: JsonSeam = JsonSeam(Seam::TokenResponse);
/// The answer of the userinfo endpoint.
pub const USERINFO: JsonSeam = JsonSeam(Seam::Userinfo);
/// The claims of a logout token.
pub const LOGOUT_TOKEN: JsonSeam = JsonSeam(Seam::LogoutTokenClaims);
/// The header of a logout token.
pub const LOGOUT_HEADER: JsonSeam = JsonSeam(Seam::LogoutTokenHeader);
/// The signature of the ID Token: `SEAL.unsigned()`.
pub const SEAL: SealSeam = SealSeam(Seam::IdTokenSeal);
/// The signature of a logout token.
pub const LOGOUT_SEAL: SealSeam = SealSeam(Seam::LogoutTokenSeal);
/// The authorization response: `RESPONSE.remove("state")`.
pub const RESPONSE: ResponseSeam = ResponseSeam(Seam::AuthorizationResponse);
/// The HTTP layer: `WIRE.at(Endpoint::Jwks).status(500)`.
pub const WIRE: WireSeam = WireSeam;

/// A seam whose artefact is a JSON object.
#[derive(Clone, Copy, Debug)]
pub struct JsonSeam(Seam);

/// The seam of the authorization response.
#[derive(Clone, Copy, Debug)]
pub struct ResponseSeam(Seam);

macro_rules! member_verbs {
    ($seam:ident) => {
        impl $seam {
            /// Gives a member this value.
            pub fn set(self, name: &str, value: impl Into<Value>) -> Fault {
                self.0.does(Verb::Set { name: name.to_owned(), value: value.into() })
            }

            /// Gives a member a value that is written exactly like this.
            pub fn set_raw(self, name: &str, text: impl Into<String>) -> Fault {
                self.0.does(Verb::SetRaw { name: name.to_owned(), text: text.into() })
            }

            /// Gives a member the value that another member has.
            pub fn copy(self, name: &str, from: &str) -> Fault {
                self.0.does(Verb::Copy { name: name.to_owned(), from: from.to_owned() })
            }

            /// Takes a member out.
            pub fn remove(self, name: &str) -> Fault {
                self.0.does(Verb::Remove { name: name.to_owned() })
            }

            /// Adds so many seconds to a number.
            pub fn shift(self, name: &str, seconds: i64) -> Fault {
                self.0.does(Verb::Shift { name: name.to_owned(), seconds })
            }

            /// Appends text to a string, or an element to an array.
            pub fn append(self, name: &str, text: impl Into<String>) -> Fault {
                self.0.does(Verb::Append { name: name.to_owned(), text: text.into() })
            }

            /// Changes a string a little.
            pub fn alter(self, name: &str, how: Alteration) -> Fault {
                self.0.does(Verb::Alter { name: name.to_owned(), how })
            }

            /// Writes a member a second time, with another value.
            pub fn duplicate(self, name: &str, value: impl Into<Value>, order: Order) -> Fault {
                self.0.does(Verb::Duplicate { name: name.to_owned(), value: value.into(), order })
            }
        }
    };
}

member_verbs!(JsonSeam);
member_verbs!(ResponseSeam);

impl JsonSeam {
    /// Replaces the whole document by these bytes.
    pub fn payload(self, text: impl Into<String>) -> Fault {
        self.0.does(Verb::Payload { text: text.into() })
    }

    /// Replaces the whole document by these octets, which need not be text.
    pub fn octets(self, octets: impl AsRef<[u8]>) -> Fault {
        self.0.does(Verb::Octets { base64url: base64url(octets) })
    }

    /// Compresses the whole document.
    pub fn deflate(self) -> Fault {
        self.0.does(Verb::Deflate)
    }
}

impl ResponseSeam {
    /// Sends the response in this mode.
    pub fn mode(self, mode: ResponseMode) -> Fault {
        self.0.does(Verb::Mode { mode })
    }

    /// Sends the response to this URL.
    pub fn target(self, url: impl Into<String>) -> Fault {
        self.0.does(Verb::Target { url: url.into() })
    }

    /// Gives the form this enctype.
    pub fn content_type(self, value: impl Into<String>) -> Fault {
        self.0.does(Verb::ContentType { value: value.into() })
    }
}

/// The seam of a token's signature.
#[derive(Clone, Copy, Debug)]
pub struct SealSeam(Seam);

impl SealSeam {
    /// Signs with another key.
    pub fn key(self, key: KeyChoice) -> Fault {
        self.0.does(Verb::Key { key })
    }

    /// Names this algorithm, and signs by it if it is known.
    pub fn alg(self, alg: impl Into<String>) -> Fault {
        self.0.does(Verb::Alg { alg: alg.into() })
    }

    /// Leaves the signature empty.
    pub fn unsigned(self) -> Fault {
        self.0.does(Verb::Unsigned)
    }

    /// Damages the compact form.
    pub fn corrupt(self, how: Corruption) -> Fault {
        self.0.does(Verb::Corrupt { how })
    }

    /// Signs with HS256 and the public key as the secret.
    pub fn hmac_with(self, rendering: KeyRendering) -> Fault {
        self.0.does(Verb::HmacWith { rendering })
    }

    /// Signs with HS256 and this text as the secret.
    pub fn hmac_secret(self, secret: impl Into<String>) -> Fault {
        self.0.does(Verb::HmacSecret { secret: secret.into() })
    }

    /// Sends this text in place of the token.
    pub fn raw(self, text: impl Into<String>) -> Fault {
        self.0.does(Verb::Raw { text: text.into() })
    }
}

/// The HTTP layer, before an endpoint is chosen.
#[derive(Clone, Copy, Debug)]
pub struct WireSeam;

impl WireSeam {
    /// The HTTP layer of an endpoint.
    pub fn at(self, endpoint: Endpoint) -> WireAt {
        WireAt(Seam::Wire(endpoint))
    }
}

/// The HTTP layer of one endpoint.
#[derive(Clone, Copy, Debug)]
pub struct WireAt(Seam);

impl WireAt {
    /// Answers with this status and a small text.
    pub fn status(self, status: u16) -> Fault {
        self.0.does(Verb::Status { status })
    }

    /// Answers after so many milliseconds.
    pub fn delay(self, millis: u64) -> Fault {
        self.0.does(Verb::Delay { millis })
    }

    /// Drops the connection without an answer.
    pub fn hang_up(self) -> Fault {
        self.0.does(Verb::HangUp)
    }

    /// Drops the connection after so many bytes of the body.
    pub fn truncate(self, bytes: usize) -> Fault {
        self.0.does(Verb::Truncate { bytes })
    }

    /// Sends the body slowly.
    pub fn drip(self, bytes_per_second: u32) -> Fault {
        self.0.does(Verb::Drip { bytes_per_second })
    }

    /// Sends this body.
    pub fn body(self, text: impl Into<String>) -> Fault {
        self.0.does(Verb::Body { text: text.into() })
    }

    /// Sends this text before the body.
    pub fn prepend(self, text: impl Into<String>) -> Fault {
        self.0.does(Verb::Prepend { text: text.into() })
    }

    /// Sends the body compressed, and says so.
    pub fn gzip(self) -> Fault {
        self.0.does(Verb::Gzip)
    }

    /// Sends a header with this value, in place of what it says otherwise.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Fault {
        self.0.does(Verb::Header { name: name.into(), value: value.into() })
    }

    /// Sends this Content-Type.
    pub fn content_type(self, value: impl Into<String>) -> Fault {
        self.0.does(Verb::ContentType { value: value.into() })
    }

    /// Answers with a redirect.
    pub fn redirect(self, location: impl Into<String>) -> Fault {
        self.0.does(Verb::Redirect { location: location.into() })
    }
}

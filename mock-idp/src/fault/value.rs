//! A fault as a value: where, what, how often, for whom.

use thiserror::Error;

use super::seam::Seam;
use super::verb::Verb;
use crate::token::decode;
use crate::trace::Endpoint;

/// One lie: a verb at a seam, with how often and for whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where.
    pub seam: Seam,
    /// What.
    pub verb: Verb,
    /// How often.
    pub occurrence: Occurrence,
    /// For whom.
    pub binding: Binding,
}

/// Which of the times that the seam is reached count. Never a probability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// All of them.
    #[default]
    Every,
    /// Only the first after arming.
    First,
    /// Only this one, counted from 1.
    Nth(u32),
}

/// Whose requests count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Binding {
    /// Everybody's.
    #[default]
    Any,
    /// Requests for this client.
    Client(String),
    /// Requests that carry this marker.
    Marker(String),
}

impl Fault {
    /// Only the first time.
    #[must_use]
    pub fn first(self) -> Self {
        Self { occurrence: Occurrence::First, ..self }
    }

    /// Only the given time, counted from 1.
    #[must_use]
    pub fn nth(self, nth: u32) -> Self {
        Self { occurrence: Occurrence::Nth(nth), ..self }
    }

    /// Only for requests of this client.
    #[must_use]
    pub fn for_client(self, client_id: &str) -> Self {
        Self { binding: Binding::Client(client_id.to_owned()), ..self }
    }

    /// Only for requests that carry this marker.
    #[must_use]
    pub fn marked(self, marker: &str) -> Self {
        Self { binding: Binding::Marker(marker.to_owned()), ..self }
    }

    /// Refuses a verb that makes no sense at its seam, and arguments that cannot be sent.
    pub fn check(&self) -> Result<(), FaultError> {
        if !self.seam.verbs().contains(&self.verb.name()) {
            return Err(FaultError::IllegalVerb {
                verb: self.verb.name(),
                seam: self.seam.name(),
                allowed: self.seam.verbs().join(", "),
            });
        }
        if self.seam == Seam::Wire(Endpoint::App) {
            return Err(FaultError::NotOurs);
        }
        if self.seam == Seam::Wire(Endpoint::BackChannelLogout) {
            return Err(FaultError::Outgoing);
        }
        if self.seam == Seam::Wire(Endpoint::RequestObject) {
            return Err(FaultError::OfTheClient);
        }
        if self.occurrence == Occurrence::Nth(0) {
            return Err(FaultError::NthZero);
        }
        match &self.verb {
            Verb::Present { .. } if cfg!(not(feature = "tls")) => Err(FaultError::NoTls),
            Verb::Status { status } if !(200..600).contains(status) => Err(FaultError::Status(*status)),
            Verb::Drip { bytes_per_second: 0 } => Err(FaultError::DripZero),
            Verb::Octets { base64url } if decode(base64url).is_none() => Err(FaultError::Octets),
            Verb::Header { name, .. } if !is_header_name(name) => {
                Err(FaultError::HeaderName { name: name.clone() })
            }
            Verb::ContentType { value: text }
            | Verb::Header { value: text, .. }
            | Verb::Redirect { location: text }
                if !is_header_text(text) =>
            {
                Err(FaultError::HeaderText { verb: self.verb.name() })
            }
            _ => Ok(()),
        }
    }
}

/// Headers that say where an answer ends: the connection's own business.
const FRAMING: [&str; 7] =
    ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// A token (RFC 9110 5.1) that does not frame the answer.
fn is_header_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let frames = FRAMING.iter().any(|framing| framing.eq_ignore_ascii_case(name));
    !name.is_empty() && name.bytes().all(is_token) && !frames
}

/// Visible ASCII and spaces: what a header value may hold on every stack.
fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// So many faults can be armed at an issuer at once.
pub(crate) const MOST_ARMED: usize = 1_000;

/// Why a fault is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FaultError {
    /// The verb is not for this seam.
    #[error("the verb \"{verb}\" cannot be used at the seam \"{seam}\"; use one of: {allowed}")]
    IllegalVerb {
        /// The verb's name.
        verb: &'static str,
        /// The seam's name.
        seam: &'static str,
        /// The legal verbs.
        allowed: String,
    },
    /// An issuer that looks through any number of faults answers ever more slowly.
    #[error("at most {MOST_ARMED} faults can be armed at an issuer; disarm those that have done their work")]
    TooMany,
    /// The application's pages do not come from here.
    #[error("the endpoint \"app\" is the application's; use an endpoint of the provider, like \"jwks\"")]
    NotOurs,
    /// It is the application that answers there.
    #[error(
        "the endpoint \"back-channel-logout\" is answered by the application; lie at the seams \
         logout-token-header, logout-token-claims and logout-token-seal"
    )]
    Outgoing,
    /// It is the client that answers there.
    #[error(
        "the endpoint \"request-object\" is answered by the client that registered it; use an endpoint of the \
         provider, like \"authorize\""
    )]
    OfTheClient,
    /// Occurrences are counted from 1.
    #[error("\"nth\" counts from 1; write {{\"nth\": 1}} or \"first\"")]
    NthZero,
    /// The status cannot be sent as a final answer.
    #[error("the status {0} is not a final answer; use 200 to 599")]
    Status(u16),
    /// The octets cannot be read.
    #[error(
        "\"base64url\" holds octets in base64url without padding (RFC 7515 2), like \"eyJhIjoi_yJ9\"; use the \
         letters A to Z and a to z, digits, - and _ only, as many as an encoder makes, without bits to spare"
    )]
    Octets,
    /// Nothing would ever arrive.
    #[error("\"bytes_per_second\" must be at least 1")]
    DripZero,
    /// The name is no header's, or of a header that frames the answer.
    #[error(
        "\"{name}\" is no header that an answer can be given; use a name like \"cache-control\" (where an answer \
         ends is told by \"truncate\" and \"hang-up\")"
    )]
    HeaderName {
        /// The name.
        name: String,
    },
    /// The text cannot stand in a header.
    #[error("the text of \"{verb}\" goes into an HTTP header; use visible ASCII characters and spaces only")]
    HeaderText {
        /// The verb's name.
        verb: &'static str,
    },
    /// This build speaks no TLS.
    #[error(
        "the seam \"certificate\" needs the cargo feature \"tls\" of rpcheck-mock-idp, which is off in this build; \
         build with --features rpcheck-mock-idp/tls"
    )]
    NoTls,
    /// The JSON is not a fault.
    #[error("{0}")]
    Shape(String),
}

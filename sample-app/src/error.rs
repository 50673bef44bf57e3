//! What can go wrong once the app runs, and how it is said to the person in front of it.

use axum::http::StatusCode;

/// A login that is not accepted: a reason code, where the rule is written, and the status of the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} ({clause})")]
pub(crate) struct Refusal {
    /// The reason code: the name of the rule that did not hold.
    pub(crate) reason: &'static str,
    /// Where the rule is written.
    pub(crate) clause: &'static str,
    /// The status of the answer.
    pub(crate) status: StatusCode,
}

impl Refusal {
    /// A plain 400.
    pub(crate) const fn new(reason: &'static str, clause: &'static str) -> Self {
        Self { reason, clause, status: StatusCode::BAD_REQUEST }
    }

    /// Nothing was decided, because the provider did not do its part.
    pub(crate) fn is_outage(&self) -> bool {
        self.status.is_server_error()
    }
}

/// What is wrong with the provider's metadata or keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderError {
    /// No answer, an answer too late, or an error status.
    #[error("the provider's {document} cannot be fetched: {why}")]
    Unreachable {
        /// Which document.
        document: &'static str,
        /// What the connection says.
        why: String,
    },
    /// An answer that cannot be used.
    #[error("the provider's {document} cannot be used: {why}")]
    Unusable {
        /// Which document.
        document: &'static str,
        /// The rule it breaks.
        why: &'static str,
    },
}

impl ProviderError {
    /// The reason code.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "provider-unreachable",
            Self::Unusable { .. } => "provider-unusable",
        }
    }

    /// 503 invites to try again, 502 says that the other side is broken.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unreachable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unusable { .. } => StatusCode::BAD_GATEWAY,
        }
    }
}

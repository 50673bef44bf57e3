//! The seam below HTTP: what the provider proves itself with, before anybody has asked for anything.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::armed::Armed;
use super::seam::Seam;
use super::value::Fault;
use super::verb::Verb;
use crate::trace::Fired;

/// What the provider proves itself with over TLS: `CERTIFICATE.present(BadCertificate::Expired)`. It is the whole
/// provider's, so that the lie is told whichever issuer is asked. Needs the cargo feature `tls`, and the setting.
pub const CERTIFICATE: CertificateSeam = CertificateSeam;

/// The seam of the certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateSeam;

impl CertificateSeam {
    /// Proves itself with this, which nobody may believe.
    pub fn present(self, certificate: BadCertificate) -> Fault {
        Seam::Certificate.does(Verb::Present { certificate })
    }
}

/// A certificate that proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BadCertificate {
    /// It was valid until yesterday.
    Expired,
    /// It is valid from tomorrow.
    NotYetValid,
    /// It is another host's.
    OtherName,
    /// Nobody but itself has signed it.
    SelfSigned,
    /// An authority that nobody knows has signed it.
    OtherAuthority,
    /// One bit of its signature is another.
    Damaged,
}

impl BadCertificate {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Expired,
        Self::NotYetValid,
        Self::OtherName,
        Self::SelfSigned,
        Self::OtherAuthority,
        Self::Damaged,
    ];
}

impl fmt::Display for BadCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "has expired",
            Self::NotYetValid => "is not valid yet",
            Self::OtherName => "is for another host",
            Self::SelfSigned => "is signed by itself",
            Self::OtherAuthority => "is signed by an authority that nobody knows",
            Self::Damaged => "has a signature that is not right",
        })
    }
}

/// Lies that were told as a connection began. Whether somebody they were meant for has heard them shows later.
#[derive(Clone)]
pub(crate) struct Lies(Arc<[Arc<Armed>]>);

impl Lies {
    /// An application has heard them: it hung up over them, or it asked for something all the same.
    pub(crate) fn heard(&self) -> impl Iterator<Item = Fired> + '_ {
        self.0.iter().map(|armed| armed.record(true))
    }
}

#[cfg(feature = "tls")]
mod told {
    use super::{BadCertificate, Lies, Seam, Verb};
    use crate::fault::{Armory, Context};

    impl Lies {
        /// What is due at several issuers at once, as a connection begins.
        pub(crate) fn due<'a>(armories: impl Iterator<Item = &'a Armory>) -> Option<Self> {
            let due = |armory: &Armory| armory.due(Seam::Certificate, &Context::default());
            let due: Vec<_> = armories.flat_map(due).collect();
            (!due.is_empty()).then(|| Self(due.into()))
        }

        /// The last one of what was due.
        pub(crate) fn bad_certificate(&self) -> Option<BadCertificate> {
            self.0.iter().rev().find_map(|armed| match armed.fault.verb {
                Verb::Present { certificate } => Some(certificate),
                _ => None,
            })
        }
    }
}

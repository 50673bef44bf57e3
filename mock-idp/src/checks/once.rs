//! No parameter comes twice (RFC 6749 3.1).

use super::Untrusted;
use crate::protocol::{Params, ProtocolError};

/// Those that decide whom to answer.
pub(super) fn trusted_parameters(params: &Params) -> Result<(), Untrusted> {
    for name in ["client_id", "redirect_uri"] {
        if params.all(name).len() > 1 {
            return Err(Untrusted {
                problem: format!("The parameter {name} comes more than once."),
                remedy: format!("Send {name} exactly once."),
                difference: None,
            });
        }
    }
    Ok(())
}

/// The others.
pub(super) fn every_parameter(params: &Params) -> Result<(), ProtocolError> {
    match params.repeated().first() {
        Some(name) => {
            Err(ProtocolError::invalid(format!("{name} comes more than once; send it exactly once")))
        }
        None => Ok(()),
    }
}

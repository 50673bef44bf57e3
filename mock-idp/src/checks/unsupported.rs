//! Parameters that carry a whole request are refused by name (OIDC Core 3.1.2.6, 6.1, 6.2, 7.2.1).

use crate::protocol::{ErrorCode, Params, ProtocolError};

const REFUSED: [(&str, ErrorCode); 3] = [
    ("request", ErrorCode::RequestNotSupported),
    ("request_uri", ErrorCode::RequestUriNotSupported),
    ("registration", ErrorCode::RegistrationNotSupported),
];

pub(super) fn request_objects(params: &Params) -> Result<(), ProtocolError> {
    match REFUSED.into_iter().find(|(name, _)| params.given(name).is_some()) {
        Some((name, code)) => Err(ProtocolError::new(
            code,
            format!("{name} is not offered; send the parameters in the request itself"),
        )),
        None => Ok(()),
    }
}

//! `GET …/jwks` → the public keys as a JWK Set (RFC 7517 5).

use crate::fault::Seam;
use crate::server::{Call, Reply};

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let keys = pass.written(Seam::Jwks, call.state.key_set());
    Reply::after(pass, super::discovery::json(keys))
}

//! `GET …/jwks` → the public keys as a JWK Set (RFC 7517 5).

use crate::fault::Seam;
use crate::protocol::Document;
use crate::server::{Call, Reply};
use crate::token::key_set;

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let mut document = Document::from(key_set(call.state.desk().published()));
    pass.document(Seam::Jwks, &mut document);
    Reply::after(pass, super::discovery::json(&document))
}

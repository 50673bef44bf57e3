//! `GET …/jwks` → the public keys as a JWK Set (RFC 7517 5).

use crate::fault::Seam;
use crate::protocol::Document;
use crate::server::{Call, Reply};
use crate::token::{key_set, with_junk};

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let keys = {
        let desk = call.state.desk();
        with_junk(key_set(desk.published()), &desk.junk)
    };
    let mut document = Document::from(keys);
    pass.document(Seam::Jwks, &mut document);
    Reply::after(pass, super::discovery::json(&document))
}

//! `GET …/jwks` → the public keys as a JWK Set (RFC 7517 5).

use crate::client::Client;
use crate::fault::Seam;
use crate::protocol::Document;
use crate::server::{Call, Reply};
use crate::token::{key_set, with_junk};

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let keys = {
        let desk = call.state.desk();
        with_junk(key_set(desk.published(), &further(&desk.clients())), &desk.junk)
    };
    let mut document = Document::from(keys);
    pass.document(Seam::Jwks, &mut document);
    Reply::after(pass, super::discovery::json(&document))
}

/// RSA algorithms other than RS256 that some client has registered.
fn further(clients: &[Client]) -> Vec<&str> {
    let registered = clients.iter().flat_map(|client| {
        [client.id_token_signed_response_alg.as_deref(), client.userinfo_signed_response_alg.as_deref()]
    });
    let mut algs: Vec<&str> = registered.flatten().filter(|alg| is_rsa(alg) && *alg != "RS256").collect();
    algs.sort_unstable();
    algs.dedup();
    algs
}

fn is_rsa(alg: &str) -> bool {
    matches!(alg, "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512")
}

//! `GET …/.well-known/openid-configuration` → the provider's metadata as JSON (OIDC Discovery 4).

use crate::fault::Seam;
use crate::protocol::{Document, Encoded};
use crate::server::{Call, Reply};

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let internal = call.state.place.is_internal(&call.asked_at);
    let mut document = Document::Text(call.state.metadata(internal).to_string());
    pass.document(Seam::Discovery, &mut document);
    Reply::after(pass, json(&document))
}

/// `OPTIONS` at a public document → 204: scripts of any origin may read it, with whatever headers they like
/// to send. Nothing is said about how long that holds, for the same reason that nothing is cached.
pub(crate) async fn preflight() -> Reply {
    let headers = vec![
        ("allow", "GET, HEAD, OPTIONS".into()),
        ("access-control-allow-origin", "*".into()),
        ("access-control-allow-methods", "GET, HEAD, POST".into()),
        ("access-control-allow-headers", "*".into()),
    ];
    Encoded { status: 204, headers, body: String::new() }.into()
}

/// A public JSON document. Scripts of any origin may read it; caches may not keep it, so that a lie ends
/// when it is disarmed.
pub(super) fn json(document: &Document) -> Encoded {
    let headers = vec![
        ("content-type", "application/json".into()),
        ("cache-control", "no-store".into()),
        ("access-control-allow-origin", "*".into()),
    ];
    Encoded { status: 200, headers, body: document.to_string() }
}

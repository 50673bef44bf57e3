//! `GET …/.well-known/openid-configuration` → the provider's metadata as JSON (OIDC Discovery 4).

use bytes::Bytes;

use crate::fault::Seam;
use crate::protocol::Encoded;
use crate::server::{Call, Reply};
use crate::trace::Endpoint;

pub(crate) async fn show(call: Call) -> Reply {
    let mut pass = call.pass();
    let internal = call.state.place.is_internal(&call.asked_at);
    let metadata = pass.written(Seam::Discovery, call.state.metadata(internal));
    Reply::after(pass, json(metadata))
}

/// `OPTIONS` → 204: scripts of any origin may ask, with whatever headers they like to send. `Authorization` is named,
/// because `*` does not stand for it (Fetch, CORS-preflight fetch). Nothing is said about how long that holds, for the
/// same reason that nothing is cached.
pub(crate) async fn preflight(call: Call) -> Reply {
    let methods = match call.endpoint {
        Endpoint::Userinfo => "GET, HEAD, POST",
        Endpoint::Token
        | Endpoint::Introspection
        | Endpoint::Revocation
        | Endpoint::PushedAuthorization
        | Endpoint::DeviceAuthorization => "POST",
        _ => "GET, HEAD",
    };
    let headers = vec![
        ("allow", format!("{methods}, OPTIONS").into()),
        ("access-control-allow-origin", "*".into()),
        ("access-control-allow-methods", methods.into()),
        ("access-control-allow-headers", "*, authorization".into()),
    ];
    Encoded { status: 204, headers, body: Bytes::new() }.into()
}

/// A public JSON document. Scripts of any origin may read it; caches may not keep it, so that a lie ends
/// when it is disarmed.
pub(super) fn json(body: Bytes) -> Encoded {
    let headers = vec![
        ("content-type", "application/json".into()),
        ("cache-control", "no-store".into()),
        ("access-control-allow-origin", "*".into()),
    ];
    Encoded { status: 200, headers, body }
}

//! Everything the control API offers, as one table: the router, the list at `GET /` and the OpenAPI document are
//! made from it. `{tenant}` is a slug, or `_default`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::routing::{MethodRouter, delete, get, patch, post, put};

use super::{
    clients, clock, device, faults, index, keys, logout, mint, openapi, settings, tenants, trace, users,
    viewer,
};
use crate::tenant::Registry;

/// One route.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) purpose: &'static str,
    /// The parameters in the URL, by their names in the OpenAPI document.
    pub(super) query: &'static [&'static str],
    /// The schema of the body.
    pub(super) takes: Option<&'static str>,
    /// Status, media type and schema of a good answer.
    pub(super) gives: (u16, &'static str, &'static str),
    pub(super) mount: fn() -> MethodRouter<Arc<Registry>, Infallible>,
}

type Mount = fn() -> MethodRouter<Arc<Registry>, Infallible>;

const fn route(method: &'static str, path: &'static str, purpose: &'static str, mount: Mount) -> Route {
    Route { method, path, purpose, query: &[], takes: None, gives: (204, "", ""), mount }
}

impl Route {
    const fn gives(self, schema: &'static str) -> Self {
        Self { gives: (200, "application/json", schema), ..self }
    }

    const fn makes(self, schema: &'static str) -> Self {
        Self { gives: (201, "application/json", schema), ..self }
    }

    const fn gives_media(self, media_type: &'static str) -> Self {
        Self { gives: (200, media_type, "Text"), ..self }
    }

    const fn takes(self, schema: &'static str) -> Self {
        Self { takes: Some(schema), ..self }
    }

    const fn asks(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }
}

const FILTER: &[&str] = &["since", "endpoint", "leg", "marker"];
const WAIT: &[&str] = &["since", "endpoint", "leg", "marker", "timeout_millis"];

/// The routes, in the order in which somebody would want them. A function, because some of them tell of them all.
pub(super) fn routes() -> &'static [Route] {
    ROUTES
}

const ROUTES: &[Route] = &[
    route("GET", "/", "this list", || get(index)).gives("Index"),
    route("GET", "/openapi.json", "this API as an OpenAPI 3.1 document", || get(openapi::show))
        .gives("Anything"),
    route(
        "POST",
        "/reset",
        "remove the issuers that were made since the start, and put the others back",
        || post(tenants::reset_all),
    ),
    route("GET", "/tenants", "the issuers", || get(tenants::list)).gives("Tenants"),
    route(
        "POST",
        "/tenants",
        "make an issuer: {\"slug\": \"a\"}, optional seed, now (frozen clock), clients, users, rules, policy",
        || post(tenants::make),
    )
    .takes("NewTenant")
    .makes("Tenant"),
    route("GET", "/tenants/{tenant}", "an issuer", || get(tenants::show)).gives("Tenant"),
    route("DELETE", "/tenants/{tenant}", "remove an issuer", || delete(tenants::remove)),
    route("POST", "/tenants/{tenant}/reset", "everything but the clock as it was made", || {
        post(tenants::reset)
    }),
    route("GET", "/tenants/{tenant}/settings", "how the issuer behaves", || get(settings::show))
        .gives("Settings"),
    route(
        "PATCH",
        "/tenants/{tenant}/settings",
        "change what is named: rules, lifetimes, pause, …",
        || patch(settings::change),
    )
    .takes("SettingsChange")
    .gives("Settings"),
    route("GET", "/tenants/{tenant}/clients", "the applications", || get(clients::list)).gives("Clients"),
    route("POST", "/tenants/{tenant}/clients", "register an application", || post(clients::add))
        .takes("Client")
        .makes("Client"),
    route("GET", "/tenants/{tenant}/clients/{item}", "an application", || get(clients::show)).gives("Client"),
    route("PUT", "/tenants/{tenant}/clients/{item}", "register or replace an application", || {
        put(clients::replace)
    })
    .takes("ClientBody")
    .gives("Client"),
    route("DELETE", "/tenants/{tenant}/clients/{item}", "forget an application", || delete(clients::remove)),
    route("GET", "/tenants/{tenant}/users", "the people", || get(users::list)).gives("Users"),
    route("POST", "/tenants/{tenant}/users", "add a person", || post(users::add)).takes("User").makes("User"),
    route("GET", "/tenants/{tenant}/users/{item}", "a person", || get(users::show)).gives("User"),
    route("PUT", "/tenants/{tenant}/users/{item}", "add or replace a person", || put(users::replace))
        .takes("UserBody")
        .gives("User"),
    route("DELETE", "/tenants/{tenant}/users/{item}", "forget a person", || delete(users::remove)),
    route("GET", "/tenants/{tenant}/policy", "who logs in", || get(tenants::policy))
        .asks(&["marker"])
        .gives("Policy"),
    route(
        "PUT",
        "/tenants/{tenant}/policy",
        "{\"policy\": \"ask\"}, or auto, once, login-hint, deny",
        || put(tenants::set_policy),
    )
    .asks(&["marker"])
    .takes("Policy")
    .gives("Policy"),
    route("GET", "/faults/seams", "where lies can be told, and with which verbs", || get(faults::seams))
        .gives("Seams"),
    route("GET", "/faults/named", "the well-known lies, which can be armed by name", || get(faults::named))
        .gives("NamedLies"),
    route("GET", "/tenants/{tenant}/faults", "the armed faults, with how often each fired", || {
        get(faults::list)
    })
    .gives("FaultReports"),
    route("POST", "/tenants/{tenant}/faults", "arm a fault, a well-known lie, or a list of them", || {
        post(faults::arm)
    })
    .takes("Faults")
    .makes("Armed"),
    route("DELETE", "/tenants/{tenant}/faults", "disarm all", || delete(faults::disarm)),
    route("DELETE", "/tenants/{tenant}/faults/{item}", "disarm one by its id", || delete(faults::disarm_one)),
    route("GET", "/tenants/{tenant}/clock", "the time", || get(clock::show)).gives("Clock"),
    route("PUT", "/tenants/{tenant}/clock", "one of freeze, set, advance, resume, skew", || {
        put(clock::change)
    })
    .takes("ClockChange")
    .gives("Clock"),
    route("GET", "/tenants/{tenant}/keys", "which key signs, and what the key set shows", || get(keys::show))
        .gives("Keys"),
    route("PUT", "/tenants/{tenant}/keys", "choose them: several, for encryption, junk", || {
        put(keys::choose)
    })
    .takes("Keys")
    .gives("Keys"),
    route("POST", "/tenants/{tenant}/keys/rotate", "{\"grace\": \"keep-old\"} or drop-old", || {
        post(keys::rotate)
    })
    .takes("Rotation")
    .gives("Keys"),
    route("POST", "/tenants/{tenant}/mint", "a token without a login: any claims, any lie", || {
        post(mint::mint)
    })
    .takes("MintOrder")
    .gives("Minted"),
    route(
        "POST",
        "/tenants/{tenant}/logout",
        "end sessions, and tell the applications by the back channel",
        || post(logout::send),
    )
    .takes("Logout")
    .gives("Deliveries"),
    route(
        "POST",
        "/tenants/{tenant}/device",
        "let a waiting device in as a user, or refuse it without one",
        || post(device::answer),
    )
    .takes("DeviceAnswer"),
    route("GET", "/tenants/{tenant}/trace", "what happened on the wire", || get(trace::list))
        .asks(FILTER)
        .gives("Trace"),
    route("DELETE", "/tenants/{tenant}/trace", "forget it", || delete(trace::clear)),
    route("GET", "/tenants/{tenant}/trace/wait", "the first exchange that fits, now or soon", || {
        get(trace::wait)
    })
    .asks(WAIT)
    .gives("Exchange"),
    route("GET", "/tenants/{tenant}/trace/stream", "exchanges as they happen, as server-sent events", || {
        get(trace::stream)
    })
    .asks(FILTER)
    .gives_media("text/event-stream"),
    route("GET", "/tenants/{tenant}/trace/har", "the trace as HTTP Archive 1.2", || get(trace::archive))
        .asks(FILTER)
        .gives("Anything"),
    route("GET", "/tenants/{tenant}/trace/{item}", "one exchange, with its curl line and its tokens", || {
        get(trace::show)
    })
    .gives("ExchangeInDetail"),
    route("GET", "/tenants/{tenant}/lint", "what the application should send differently", || {
        get(trace::lint)
    })
    .asks(FILTER)
    .gives("Remarks"),
    route("GET", "/tenants/{tenant}/viewer", "the trace as a page that follows live", || get(viewer::show))
        .gives_media("text/html"),
    route("GET", "/tenants/{tenant}/viewer/rows", "what that page follows", || get(viewer::rows))
        .asks(&["since"])
        .gives_media("text/event-stream"),
];

//! The paths under an issuer, and which endpoint each is.

use crate::trace::Endpoint;

pub(crate) const HOME: &str = "/";
pub(crate) const HEALTH: &str = "/healthz";
pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(crate) const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
pub(crate) const JWKS: &str = "/jwks";
pub(crate) const AUTHORIZE: &str = "/authorize";
pub(crate) const LOGIN: &str = "/login";
pub(crate) const SOCIAL: &str = "/social";
pub(crate) const ACCOUNT: &str = "/account";
pub(crate) const CONSENT: &str = "/consent";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const INTROSPECTION: &str = "/introspect";
pub(crate) const REVOCATION: &str = "/revoke";
pub(crate) const PUSHED_AUTHORIZATION: &str = "/par";
pub(crate) const DEVICE_AUTHORIZATION: &str = "/device_authorization";
pub(crate) const DEVICE: &str = "/device";
pub(crate) const REGISTRATION: &str = "/register";
pub(crate) const WEBFINGER: &str = "/.well-known/webfinger";
pub(crate) const CLAIMS: &str = "/claims";
pub(crate) const USERINFO: &str = "/userinfo";
pub(crate) const PAUSE: &str = "/pause";
pub(crate) const END_SESSION: &str = "/end-session";
/// As Auth0 has it.
pub(crate) const V2_LOGOUT: &str = "/v2/logout";
pub(crate) const CHECK_SESSION: &str = "/check-session";

const PLACES: &[(&str, Endpoint)] = &[
    (HOME, Endpoint::Home),
    (HEALTH, Endpoint::Health),
    (DISCOVERY, Endpoint::Discovery),
    (OAUTH_METADATA, Endpoint::Discovery),
    (JWKS, Endpoint::Jwks),
    (AUTHORIZE, Endpoint::Authorize),
    (LOGIN, Endpoint::Login),
    (SOCIAL, Endpoint::Login),
    (ACCOUNT, Endpoint::Consent),
    (CONSENT, Endpoint::Consent),
    (TOKEN, Endpoint::Token),
    (USERINFO, Endpoint::Userinfo),
    (INTROSPECTION, Endpoint::Introspection),
    (REVOCATION, Endpoint::Revocation),
    (DEVICE_AUTHORIZATION, Endpoint::DeviceAuthorization),
    (DEVICE, Endpoint::Device),
    (REGISTRATION, Endpoint::Registration),
    (WEBFINGER, Endpoint::Webfinger),
    (CLAIMS, Endpoint::Claims),
    (PUSHED_AUTHORIZATION, Endpoint::PushedAuthorization),
    (END_SESSION, Endpoint::EndSession),
    (PAUSE, Endpoint::Consent),
    (V2_LOGOUT, Endpoint::EndSession),
    (CHECK_SESSION, Endpoint::CheckSession),
];

/// The path of an endpoint; the landing page's for what has none.
pub(crate) fn of(endpoint: Endpoint) -> &'static str {
    PLACES.iter().find(|(_, known)| *known == endpoint).map_or(HOME, |(path, _)| path)
}

/// Whether the default issuer has something at this first segment of a path.
pub(crate) fn is_taken(segment: &str) -> bool {
    let first = |path: &str| path.split('/').nth(1).is_some_and(|first| first == segment);
    segment == "t" || PLACES.iter().any(|(path, _)| first(path))
}

/// Which issuer and which endpoint a path means: the slug of the tenant, if it is not the default issuer.
pub(crate) fn place_of(path: &str) -> (Option<&str>, Endpoint) {
    if let Some(slug) = path.strip_prefix(OAUTH_METADATA).and_then(|rest| rest.strip_prefix("/t/")) {
        return (Some(slug), Endpoint::Discovery);
    }
    let (slug, rest) = match path.strip_prefix("/t/") {
        Some(tenant) => {
            let (slug, rest) = tenant.find('/').map_or((tenant, ""), |end| tenant.split_at(end));
            (Some(slug), if rest.is_empty() { HOME } else { rest })
        }
        None => (None, path),
    };
    let endpoint = PLACES.iter().find(|(place, _)| *place == rest).map_or(Endpoint::Other, |(_, e)| *e);
    (slug, endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_tenants_mean_the_same_endpoints() {
        for (path, place) in [
            ("/", (None, Endpoint::Home)),
            ("/authorize", (None, Endpoint::Authorize)),
            ("/t/a", (Some("a"), Endpoint::Home)),
            ("/t/a/jwks", (Some("a"), Endpoint::Jwks)),
            ("/t/a/.well-known/openid-configuration", (Some("a"), Endpoint::Discovery)),
            ("/.well-known/oauth-authorization-server/t/a", (Some("a"), Endpoint::Discovery)),
            ("/t/a/nothing", (Some("a"), Endpoint::Other)),
            ("/authorize/", (None, Endpoint::Other)),
        ] {
            assert_eq!(place_of(path), place, "{path}");
        }
    }
}

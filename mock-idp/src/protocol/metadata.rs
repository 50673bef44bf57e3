//! The provider's metadata (OIDC Discovery 3), generated from what is offered.

use serde_json::json;

use super::object::Object;
use super::response_type::ResponseType;
use crate::token::claims_supported;

/// The metadata of an issuer.
pub fn metadata(issuer: &str, issuer_parameter: bool) -> Object {
    let response_types: Vec<String> = ResponseType::ALL.iter().map(ToString::to_string).collect();
    let mut document = Object::default()
        .with("issuer", issuer)
        .with("authorization_endpoint", format!("{issuer}/authorize"))
        .with("token_endpoint", format!("{issuer}/token"))
        .with("introspection_endpoint", format!("{issuer}/introspect"))
        .with("revocation_endpoint", format!("{issuer}/revoke"))
        .with("userinfo_endpoint", format!("{issuer}/userinfo"))
        .with("jwks_uri", format!("{issuer}/jwks"))
        .with("end_session_endpoint", format!("{issuer}/end-session"))
        .with("scopes_supported", json!(["openid", "profile", "email", "offline_access"]))
        .with("response_types_supported", json!(response_types))
        .with("response_modes_supported", json!(["query", "fragment", "form_post"]))
        .with(
            "grant_types_supported",
            json!(["implicit", "authorization_code", "refresh_token", "client_credentials"]),
        )
        .with("subject_types_supported", json!(["public"]))
        .with("id_token_signing_alg_values_supported", json!(["RS256"]))
        .with("code_challenge_methods_supported", json!(["S256"]))
        .with(
            "token_endpoint_auth_methods_supported",
            json!(["none", "client_secret_basic", "client_secret_post"]),
        )
        .with("claims_supported", json!(claims_supported()))
        .with("claims_parameter_supported", false)
        .with("request_parameter_supported", false)
        .with("request_uri_parameter_supported", false);
    if issuer_parameter {
        document.push("authorization_response_iss_parameter_supported", true);
    }
    document
}

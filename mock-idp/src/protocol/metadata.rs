//! The provider's metadata (OIDC Discovery 3), generated from what is offered.

use serde_json::json;

use super::object::Object;
use crate::token::claims_supported;

/// The metadata of an issuer.
pub fn metadata(issuer: &str, issuer_parameter: bool) -> Object {
    let mut document = Object::default()
        .with("issuer", issuer)
        .with("authorization_endpoint", format!("{issuer}/authorize"))
        .with("jwks_uri", format!("{issuer}/jwks"))
        .with("end_session_endpoint", format!("{issuer}/end-session"))
        .with("scopes_supported", json!(["openid", "profile", "email"]))
        .with("response_types_supported", json!(["id_token"]))
        .with("response_modes_supported", json!(["form_post", "fragment"]))
        .with("grant_types_supported", json!(["implicit"]))
        .with("subject_types_supported", json!(["public"]))
        .with("id_token_signing_alg_values_supported", json!(["RS256"]))
        .with("claims_supported", json!(claims_supported()))
        .with("claims_parameter_supported", false)
        .with("request_parameter_supported", false)
        .with("request_uri_parameter_supported", false);
    if issuer_parameter {
        document.push("authorization_response_iss_parameter_supported", true);
    }
    document
}

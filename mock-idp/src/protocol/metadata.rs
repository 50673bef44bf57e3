//! The provider's metadata (OIDC Discovery 3, RFC 8414 2), generated from what is offered.

use serde_json::json;

use super::object::Object;
use crate::checks::Rules;
use crate::client::AuthMethod;
use crate::endpoints::path;
use crate::offer::Offer;
use crate::session::acr_values_supported;
use crate::token::claims_supported;
use crate::trace::Endpoint;

/// What the metadata depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The issuer.
    pub issuer: &'f str,
    /// The URL below which everything is.
    pub base: &'f str,
    /// What it offers.
    pub offer: &'f Offer,
    /// How picky it is.
    pub rules: Rules,
    /// Whether responses name it (RFC 9207).
    pub issuer_parameter: bool,
    /// Whether anybody can register a client.
    pub registers: bool,
}

/// Endpoints that may be switched off, by the member that names them.
const ENDPOINTS: &[(&str, Endpoint)] = &[
    ("userinfo_endpoint", Endpoint::Userinfo),
    ("introspection_endpoint", Endpoint::Introspection),
    ("revocation_endpoint", Endpoint::Revocation),
    ("pushed_authorization_request_endpoint", Endpoint::PushedAuthorization),
    ("device_authorization_endpoint", Endpoint::DeviceAuthorization),
    ("registration_endpoint", Endpoint::Registration),
    ("end_session_endpoint", Endpoint::EndSession),
];

/// The metadata of an issuer.
pub fn metadata(facts: &Facts<'_>) -> Object {
    let mut document = endpoints(facts);
    authorization(facts, &mut document);
    algorithms(facts, &mut document);
    sessions(facts, &mut document);
    clients(facts, &mut document);
    document
}

fn endpoints(facts: &Facts<'_>) -> Object {
    let at = |path: &str| format!("{}{path}", facts.base);
    let mut document = Object::default()
        .with("issuer", facts.issuer)
        .with("authorization_endpoint", at(path::AUTHORIZE))
        .with("token_endpoint", at(path::TOKEN))
        .with("jwks_uri", at(path::JWKS));
    for (member, endpoint) in ENDPOINTS {
        let is_closed = *endpoint == Endpoint::Registration && !facts.registers;
        if facts.offer.serves(*endpoint) && !is_closed {
            document.push(member, at(path::of(*endpoint)));
        }
    }
    document
}

fn authorization(facts: &Facts<'_>, document: &mut Object) {
    let offer = facts.offer;
    let response_types: Vec<String> = offer.response_types().map(|kind| kind.to_string()).collect();
    document.push("scopes_supported", json!(offer.scopes));
    document.push("response_types_supported", json!(response_types));
    document.push("response_modes_supported", json!(offer.response_modes));
    document.push("grant_types_supported", json!(offer.grant_types().collect::<Vec<_>>()));
    document.push("prompt_values_supported", json!(offer.prompts));
    document.push("code_challenge_methods_supported", json!(["S256"]));
    document.push("subject_types_supported", json!(["public"]));
    document.push("claim_types_supported", json!(["normal", "aggregated", "distributed"]));
    document.push("claims_supported", json!(claims_supported(&offer.scopes)));
    document.push("claims_parameter_supported", offer.claims_parameter);
    document.push("request_parameter_supported", offer.request_parameter);
    document.push("request_uri_parameter_supported", offer.request_parameter);
    document.push("require_request_uri_registration", true);
    document.push("require_pushed_authorization_requests", offer.require_pushed_authorization_requests);
    if facts.issuer_parameter {
        document.push("authorization_response_iss_parameter_supported", true);
    }
}

/// OIDC Session Management 3.3, Front-Channel Logout 3, Back-Channel Logout 2.1.
fn sessions(facts: &Facts<'_>, document: &mut Object) {
    document.push("acr_values_supported", json!(acr_values_supported()));
    document.push("check_session_iframe", format!("{}{}", facts.base, path::CHECK_SESSION));
    if facts.offer.serves(Endpoint::EndSession) {
        for channel in ["frontchannel", "backchannel"] {
            document.push(&format!("{channel}_logout_supported"), true);
            document.push(&format!("{channel}_logout_session_supported"), true);
        }
    }
}

fn algorithms(facts: &Facts<'_>, document: &mut Object) {
    let offer = facts.offer;
    document.push("id_token_signing_alg_values_supported", json!(offer.signing_algs));
    if offer.serves(Endpoint::Userinfo) {
        document.push("userinfo_signing_alg_values_supported", json!(offer.signing_algs));
    }
    if offer.request_parameter {
        let unsigned = (facts.rules == Rules::Lenient).then_some("none");
        let algs: Vec<&str> = offer.client_algs.iter().map(String::as_str).chain(unsigned).collect();
        document.push("request_object_signing_alg_values_supported", json!(algs));
    }
}

fn clients(facts: &Facts<'_>, document: &mut Object) {
    let offer = facts.offer;
    let methods = |is_there: fn(&AuthMethod) -> bool| {
        let names = offer.auth_methods.iter().filter(|method| is_there(method)).map(|method| method.as_str());
        json!(names.collect::<Vec<_>>())
    };
    let all = methods(|_| true);
    let confidential = methods(|method| *method != AuthMethod::None);
    let algs: Vec<&String> = offer.client_algs.iter().filter(|alg| offer.has_assertions_with(alg)).collect();
    for (endpoint, served, methods) in [
        ("token", true, &all),
        ("introspection", offer.serves(Endpoint::Introspection), &confidential),
        ("revocation", offer.serves(Endpoint::Revocation), &all),
    ] {
        if served {
            document.push(&format!("{endpoint}_endpoint_auth_methods_supported"), methods.clone());
            if !algs.is_empty() {
                document.push(&format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), json!(algs));
            }
        }
    }
}

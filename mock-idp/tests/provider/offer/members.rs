//! No member of the metadata goes unwalked: a new one has to be named here, with what shows that it is true.

use mock_idp::{Offer, Rules};

use super::Walk;

/// Compared with what happens, in this self-test.
const WALKED: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "registration_endpoint",
    "end_session_endpoint",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "prompt_values_supported",
    "code_challenge_methods_supported",
    "subject_types_supported",
    "claims_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_pushed_authorization_requests",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
];

/// The same in every offer, and each shown to be true by a test of its own.
const SHOWN: &[(&str, &str)] = &[
    (
        "claim_types_supported",
        "claims::aggregated_claims_come_along_and_distributed_ones_are_fetched_with_their_own_token",
    ),
    ("acr_values_supported", "session::the_level_is_met_by_a_second_factor_and_told_truly"),
    (
        "check_session_iframe",
        "farewell::the_session_state_can_be_computed_again_by_the_iframe_that_is_advertised",
    ),
    (
        "frontchannel_logout_supported",
        "farewell::applications_of_the_session_are_framed_with_issuer_and_session_when_they_want_them",
    ),
    (
        "frontchannel_logout_session_supported",
        "farewell::applications_of_the_session_are_framed_with_issuer_and_session_when_they_want_them",
    ),
    ("backchannel_logout_supported", BACK_CHANNEL),
    ("backchannel_logout_session_supported", BACK_CHANNEL),
];
const BACK_CHANNEL: &str =
    "farewell::a_logout_token_reaches_the_applications_that_took_part_and_is_as_specified";

impl Walk {
    pub(super) fn members(&self, context: &str) {
        for member in self.told.as_object().unwrap().keys() {
            let is_known =
                WALKED.contains(&member.as_str()) || SHOWN.iter().any(|(known, _)| known == member);
            assert!(is_known, "{context}: nothing shows that {member} is true");
        }
    }
}

#[test]
fn every_member_that_is_shown_elsewhere_has_its_test() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider");
    for (member, name) in SHOWN {
        let (module, test) = name.split_once("::").unwrap();
        let source = std::fs::read_to_string(tests.join(format!("{module}.rs"))).unwrap();
        assert!(source.contains(&format!("fn {test}()")), "{member}: {name}");
    }
}

#[tokio::test]
async fn an_issuer_that_asks_for_pushed_requests_takes_no_others() {
    for required in [true, false] {
        let offer = Offer { require_pushed_authorization_requests: required, ..Offer::default() };
        let walk = Walk::of(offer, Rules::Lenient).await;
        let client = walk.client("pushes");
        walk.add(&client);

        let got = walk.front(&client, &[("response_type", "id_token")]).await;

        assert_eq!(walk.told["require_pushed_authorization_requests"], required);
        assert_eq!(!got.body.contains("name=\"id_token\""), required, "{got:?}");
    }
}

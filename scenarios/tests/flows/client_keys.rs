//! The app proves itself by a signature: to the token endpoint, to pushed requests, to revocation.

use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::{Endpoint, Exchange};
use mock_idp::{AuthMethod, Params};
use serde_json::json;

use super::place::{Place, assert_signed_in, code_of};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/keys");

async fn place(file: &str, known: KeyName) -> Place {
    let path = format!("{FOLDER}/{file}.pem");
    let settings = [("RESPONSE_TYPE", "code"), ("PAR", "true"), ("CLIENT_KEY", path.as_str())];
    Place::with(&settings, |client| {
        let mut key = public_jwk(known);
        key.as_object_mut().expect("a key").remove("alg");
        client.jwks = Some(json!({ "keys": [key] }));
        client.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
    })
    .await
}

fn assertions(place: &Place) -> Vec<String> {
    let shown = |exchange: Exchange| {
        let form = Params::parse(&exchange.request.body);
        form.first("client_assertion").map(str::to_owned)
    };
    place.tenant.trace().snapshot().into_iter().filter_map(shown).collect()
}

#[tokio::test]
async fn a_key_of_each_kind_signs_once_for_every_request() {
    for (file, name) in [("rsa-2", KeyName::Rsa2), ("ec-p256", KeyName::Ec), ("ed25519", KeyName::Ed)] {
        let mut place = place(file, name).await;

        assert_signed_in(&place.log_in().await, file);
        assert_signed_in(&place.log_in().await, file);

        let assertions = assertions(&place);
        assert_eq!(assertions.len(), 4, "pushed and redeemed, twice");
        for (at, assertion) in assertions.iter().enumerate() {
            assert!(!assertions[..at].contains(assertion), "each is new");
        }
        assert_eq!(place.tenant.trace().count(Endpoint::PushedAuthorization), 2);
    }
}

#[tokio::test]
async fn a_key_that_the_provider_does_not_know_signs_nobody_in() {
    let mut place = place("rsa-attacker", KeyName::Rsa2).await;

    let page = place.log_in().await;

    assert_eq!((page.status, code_of(&page)), (502, "provider-unusable"));
}

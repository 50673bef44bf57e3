//! ID Tokens are signed by the algorithm that the app is registered with, and by no other.

use mock_idp::fault::{Corruption, ID_TOKEN, SEAL};

use super::place::{Place, SECRET, assert_signed_in, code_of};

const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "HS256"];
const HYBRID: &str = "code id_token token";

/// An app set to one algorithm whose tokens are signed by another.
async fn place(set: &str, registered: &str) -> Place {
    let settings = [("RESPONSE_TYPE", HYBRID), ("ID_TOKEN_ALG", set), ("CLIENT_SECRET", SECRET)];
    Place::with(&settings, |client| {
        client.client_secret = Some(SECRET.to_owned());
        client.id_token_signed_response_alg = Some(registered.to_owned());
    })
    .await
}

#[tokio::test]
async fn every_algorithm_signs_people_in_where_it_is_the_registered_one() {
    for alg in ALGORITHMS {
        let mut place = place(alg, alg).await;

        let page = place.log_in().await;

        assert_signed_in(&page, alg);
        let profile = place.visit("/profile").await;
        assert!(profile.text.contains(alg), "{alg}: {}", profile.text);
    }
}

#[tokio::test]
async fn another_algorithm_is_refused_also_one_that_the_provider_has_keys_for() {
    for set in ALGORITHMS {
        for registered in ALGORITHMS.into_iter().filter(|registered| *registered != set) {
            let mut place = place(set, registered).await;

            let page = place.log_in().await;

            assert_eq!((page.status, code_of(&page)), (400, "alg-pinning"), "{set} for {registered}");
        }
    }
}

#[tokio::test]
async fn each_algorithm_notices_a_changed_token_and_a_changed_hash() {
    for alg in ALGORITHMS {
        let short = "AAAAAAAAAAAAAAAAAAAAAA";
        for (fault, reason) in [
            (SEAL.corrupt(Corruption::XorSignature), "signature-check"),
            (SEAL.corrupt(Corruption::FlipPayloadBit), "signature-check"),
            (SEAL.corrupt(Corruption::TruncateSignature), "signature-check"),
            (SEAL.corrupt(Corruption::ExtendSignature), "signature-check"),
            (SEAL.corrupt(Corruption::ZeroSignature), "signature-check"),
            (ID_TOKEN.set("at_hash", short), "at-hash-check"),
            (ID_TOKEN.set("c_hash", short), "c-hash-check"),
        ] {
            let mut place = place(alg, alg).await;
            let _armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");

            let page = place.log_in().await;

            assert_eq!((page.status, code_of(&page)), (400, reason), "{alg}: {fault}");
        }
    }
}

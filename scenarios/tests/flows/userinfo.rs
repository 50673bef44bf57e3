//! What the userinfo endpoint says counts for the person whom the ID token names, and shows where it comes from.

use mock_idp::Fault;
use mock_idp::fault::{Order, USERINFO, WIRE};
use mock_idp::trace::Endpoint;

use super::place::{Place, assert_signed_in, code_of};

const FLOWS: [&str; 5] = ["code", "id_token token", "code id_token", "code token", "code id_token token"];

async fn place(response_type: &str) -> Place {
    Place::new(&[("RESPONSE_TYPE", response_type), ("USERINFO", "true")], None).await
}

#[tokio::test]
async fn what_the_id_token_does_not_say_is_shown_with_its_origin() {
    for response_type in FLOWS {
        let mut place = place(response_type).await;
        let fault = USERINFO.set("favourite_colour", "green");
        let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

        let page = place.log_in().await;

        assert_signed_in(&page, response_type);
        let profile = place.visit("/profile").await;
        let (_, added) = profile.text.split_once("What the userinfo endpoint adds").expect("a table");
        let (added, _) = added.split_once("About the token").expect("the next table");
        assert!(added.contains("favourite_colour") && added.contains("green"), "{response_type}: {added}");
        assert!(!added.contains("Alice Doe"), "what the token says as well is not repeated: {added}");
        let user = place.visit("/api/user").await;
        assert!(user.body.contains(r#""favourite_colour":"green""#), "{}", user.body);
    }
}

/// The status and the reason of a login under the fault.
async fn refused(response_type: &str, fault: Fault) -> (u16, String) {
    let mut place = place(response_type).await;
    let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

    let page = place.log_in().await;

    assert_eq!(page.url.path(), "/callback", "{}", page.text);
    (page.status, code_of(&page).to_owned())
}

#[tokio::test]
async fn an_answer_about_somebody_else_or_about_nobody_is_refused() {
    for response_type in FLOWS {
        for (fault, reason) in [
            (USERINFO.set("sub", "mallory"), "userinfo-sub-check"),
            (USERINFO.set("sub", serde_json::json!(["alice"])), "userinfo-sub-check"),
            (USERINFO.remove("sub"), "userinfo-sub-required"),
        ] {
            assert_eq!(refused(response_type, fault.clone()).await, (400, reason.to_owned()), "{fault}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_the_providers_trouble_and_not_the_persons() {
    for (fault, status) in [
        (WIRE.at(Endpoint::Userinfo).status(500), 503),
        (WIRE.at(Endpoint::Userinfo).hang_up(), 503),
        (WIRE.at(Endpoint::Userinfo).status(401), 502),
        (WIRE.at(Endpoint::Userinfo).body("[]"), 502),
        (WIRE.at(Endpoint::Userinfo).content_type("application/jwt"), 502),
        (WIRE.at(Endpoint::Userinfo).content_type("text/html"), 502),
        (USERINFO.duplicate("sub", "mallory", Order::First), 502),
        (USERINFO.set("filler", "x".repeat(600_000)), 502),
    ] {
        assert_eq!(refused("code", fault.clone()).await.0, status, "{fault}");
    }
}

#[tokio::test]
async fn a_signed_answer_is_not_taken_because_none_was_asked_for() {
    let settings = [("RESPONSE_TYPE", "code"), ("USERINFO", "true")];
    let mut place = Place::with(&settings, |client| {
        client.userinfo_signed_response_alg = Some("RS256".into());
    })
    .await;

    let page = place.log_in().await;

    assert_eq!((page.status, code_of(&page)), (502, "provider-unusable"));
}

//! A token endpoint that is broken, slow, gone or not there, and a login afterwards.

use harness::agent::{Agent as _, Submission};
use mock_idp::Fault;
use mock_idp::fault::{DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;

use super::place::{Place, assert_signed_in, code_of};

const CODE: [(&str, &str); 1] = [("RESPONSE_TYPE", "code")];

#[tokio::test]
async fn whatever_the_token_endpoint_does_the_next_login_works() {
    let token = || WIRE.at(Endpoint::Token);
    for (fault, status, code) in [
        (token().status(500), 503, "provider-unreachable"),
        (token().status(503), 503, "provider-unreachable"),
        (token().hang_up(), 503, "provider-unreachable"),
        (token().truncate(10), 503, "provider-unreachable"),
        (token().redirect("http://127.0.0.1:1/"), 503, "provider-unreachable"),
        (token().status(404), 502, "provider-unusable"),
        (token().content_type("text/html"), 502, "provider-unusable"),
        (token().content_type("text/plain; a=application/json"), 502, "provider-unusable"),
        (token().body("{"), 502, "provider-unusable"),
        (token().body("{}"), 400, "token-response-access-token"),
    ] {
        let mut place = Place::new(&CODE, None).await;
        let armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");

        let page = place.log_in().await;

        assert_eq!((page.status, code_of(&page)), (status, code), "{fault}: {}", page.text);
        drop(armed);
        assert_signed_in(&place.log_in().await, &format!("after {fault}"));
    }
}

#[tokio::test]
async fn other_spellings_of_json_are_json() {
    for kind in ["application/json;charset=UTF-8", "Application/JSON", "application/json ; x=y"] {
        let mut place = Place::new(&CODE, None).await;
        let fault: Fault = WIRE.at(Endpoint::Token).content_type(kind);
        let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

        assert_signed_in(&place.log_in().await, kind);
    }
}

#[tokio::test]
async fn metadata_without_a_token_endpoint_are_of_no_use_for_a_code_and_do_for_an_id_token() {
    for (response_type, status) in [("code", 502), ("id_token", 200)] {
        let mut place = Place::new(&[("RESPONSE_TYPE", response_type)], None).await;
        let fault = DISCOVERY.remove("token_endpoint");
        let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

        let page = place.log_in().await;

        assert_eq!(page.status, status, "{response_type}: {}", page.text);
    }
}

/// What the person sees who sends the same response twice, when the endpoint was down at the first.
async fn twice(settings: &[(&str, &str)], down: Endpoint) -> [(u16, String); 2] {
    let mut place = Place::new(settings, None).await;
    let fault = WIRE.at(down).status(503).first();
    let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");
    place.agent.hold_forms(true);
    let held = place.log_in().await;
    place.agent.hold_forms(false);
    let form = held.forms.into_iter().next().expect("the form");
    let send = || Submission::form_post(form.action.clone(), &form.fields, form.origin.clone());
    let mut seen = Vec::new();
    for _ in 0..2 {
        let page = place.agent.send(send()).await.expect("a page");
        seen.push((page.status, code_of(&page).to_owned()));
    }
    seen.try_into().expect("two answers")
}

#[tokio::test]
async fn a_response_that_met_an_outage_may_be_sent_again() {
    let [first, second] = twice(&[], Endpoint::Jwks).await;

    assert_eq!(first, (503, "provider-unreachable".into()));
    assert_eq!(second.0, 200, "{second:?}");
}

#[tokio::test]
async fn a_code_that_was_redeemed_is_gone_also_when_its_answer_was_lost() {
    let [first, second] = twice(&CODE, Endpoint::Token).await;

    assert_eq!(first, (503, "provider-unreachable".into()));
    assert_eq!(second, (400, "code-refused".into()));
}

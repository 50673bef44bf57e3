//! The request goes to the provider directly, and the browser carries a reference that serves once.

use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use mock_idp::{AuthMethod, Fault};

use super::place::{Place, SECRET, assert_signed_in, code_of};

const PAR: [(&str, &str); 2] = [("RESPONSE_TYPE", "code"), ("PAR", "true")];

/// What the browser was sent to the authorization endpoint with.
fn queries(place: &Place) -> Vec<String> {
    let asked = place.tenant.trace().snapshot().into_iter().map(|exchange| exchange.request.url);
    asked.filter_map(|url| url.split_once("/authorize?").map(|(_, query)| query.to_owned())).collect()
}

#[tokio::test]
async fn the_browser_sees_who_asks_and_not_what_is_asked() {
    for response_type in ["id_token", "code", "code id_token token"] {
        for (way, method) in
            [("none", AuthMethod::None), ("client_secret_basic", AuthMethod::ClientSecretBasic)]
        {
            let secret = if way == "none" { "" } else { SECRET };
            let settings = [
                ("RESPONSE_TYPE", response_type),
                ("PAR", "true"),
                ("CLIENT_AUTH", way),
                ("CLIENT_SECRET", secret),
            ];
            let mut place = Place::new(&settings, Some(method)).await;

            assert_signed_in(&place.log_in().await, response_type);
            assert_signed_in(&place.log_in().await, response_type);

            let queries = queries(&place);
            let start = "client_id=flows&request_uri=";
            assert_eq!(queries.len(), 2, "{queries:?}");
            assert!(queries.iter().all(|query| query.starts_with(start) && !query.contains("state")));
            assert_ne!(queries[0], queries[1], "a reference serves once");
        }
    }
}

#[tokio::test]
async fn a_provider_that_takes_nothing_else_needs_no_setting() {
    let mut place = Place::new(&[], None).await;
    let mut offer = place.tenant.offer();
    offer.require_pushed_authorization_requests = true;
    place.tenant.set_offer(offer).expect("an offer");

    let page = place.log_in().await;

    assert_signed_in(&page, "required");
    assert!(queries(&place)[0].contains("request_uri="));
}

/// The answer to a click on "Log in" under the fault, and the state of the app afterwards.
async fn refused(fault: Fault) -> (u16, String) {
    let mut place = Place::new(&PAR, None).await;
    let armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

    let page = place.log_in().await;

    assert_eq!(page.url.path(), "/login", "{}", page.text);
    assert!(page.text.contains("Nothing is wrong with your account"), "{}", page.text);
    assert!(page.hops.iter().all(|hop| hop.set_cookies.is_empty()), "no login is under way");
    drop(armed);
    assert_signed_in(&place.log_in().await, "afterwards");
    (page.status, code_of(&page).to_owned())
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_no_fault_of_the_person() {
    let par = || WIRE.at(Endpoint::PushedAuthorization);
    for (fault, status, code) in [
        (par().status(400), 502, "provider-unusable"),
        (par().status(401), 502, "provider-unusable"),
        (par().body("{}"), 502, "provider-unusable"),
        (par().body("nonsense"), 502, "provider-unusable"),
        (par().body(r#"{"request_uri":"urn:x","expires_in":0}"#), 502, "provider-unusable"),
        (par().content_type("text/html"), 502, "provider-unusable"),
        (par().redirect("http://127.0.0.1:1/"), 503, "provider-unreachable"),
        (par().status(503), 503, "provider-unreachable"),
        (par().hang_up(), 503, "provider-unreachable"),
    ] {
        assert_eq!(refused(fault.clone()).await, (status, code.to_owned()), "{fault}");
    }
}

#[tokio::test]
async fn a_background_call_pushes_nothing() {
    use harness::agent::{Agent as _, Fetch};
    let mut place = Place::new(&PAR, None).await;
    place.visit("/").await;
    let before = place.tenant.trace().snapshot().len();

    let url = place.start.join("/api/ping").expect("an address");
    place.agent.fetch(Fetch::get(url)).await.expect("an answer");

    let asked = place.tenant.trace().snapshot();
    let pushed = asked[before..].iter().filter(|exchange| exchange.request.url.ends_with("/par")).count();
    assert_eq!(pushed, 0);
}

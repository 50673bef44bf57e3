//! What is written down.

use mock_idp::fault::{ID_TOKEN, JWKS};
use mock_idp::trace::{Endpoint, Exchange, Leg, Recorder};

use super::stage::{Stage, request};

#[tokio::test]
async fn an_exchange_holds_request_response_and_the_faults_that_fired() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    let _lie = tenant.arm(vec![ID_TOKEN.remove("nbf"), ID_TOKEN.set("aud", "x")]).unwrap();

    let page = stage.authorize(&[("response_mode", "form_post")]).await;

    let exchange = tenant.trace().snapshot().pop().unwrap();
    assert_eq!((exchange.endpoint, exchange.leg), (Endpoint::Authorize, Leg::Front));
    assert_eq!((exchange.seq, exchange.recorder), (1, Recorder::Provider));
    assert_eq!(exchange.request.url, request(stage.provider.base_url(), &[("response_mode", "form_post")]));
    let response = exchange.response.as_ref().unwrap();
    assert_eq!((response.status, response.body.as_str()), (200, page.body.as_str()));
    assert_eq!(response.header("Content-Type"), Some("text/html; charset=utf-8"));
    let fired: Vec<_> = exchange.faults.iter().map(|fired| (fired.clause.as_str(), fired.changed)).collect();
    assert_eq!(fired, [("the id_token's nbf is missing", false), ("the id_token's aud is \"x\"", true)]);
    let json = serde_json::to_string(&exchange).unwrap();
    assert_eq!(serde_json::from_str::<Exchange>(&json).unwrap(), exchange);
}

#[tokio::test]
async fn posted_forms_unknown_paths_and_wrong_methods_are_written_down_too() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();

    stage.post(&format!("{base}/end-session"), &[("state", "a b")]).await;
    stage.get(&format!("{base}/nothing?x=y")).await;
    let wrong = stage.post(&format!("{base}/jwks"), &[]).await;

    assert_eq!(wrong.status, 405);
    let trace = stage.tenant().trace().snapshot();
    assert_eq!(trace[0].request.body, "state=a+b");
    assert_eq!(trace[1].endpoint, Endpoint::Other);
    assert_eq!(trace[2].response.as_ref().unwrap().status, 405);
}

#[tokio::test]
async fn a_marker_filters_the_front_leg_and_the_back_leg_is_everybodys() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/healthz", stage.provider.base_url());
    stage.http.get(&url).header("mock-idp-marker", "mine").send().await.unwrap();
    stage.get(&url).await;
    let lie = tenant.marked("mine").arm(vec![JWKS.remove("/keys/0")]).unwrap();
    stage.get(&format!("{}/jwks", stage.provider.base_url())).await;

    let mine = tenant.marked("mine").trace();

    assert_eq!((mine.count(Endpoint::Health), mine.count(Endpoint::Jwks)), (1, 1));
    assert_eq!(mine.snapshot()[0].marker.as_deref(), Some("mine"));
    assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (1, 1));
    assert_eq!(tenant.trace().count(Endpoint::Health), 2);
}

//! The page that posts the response to the application.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use mock_idp::fault::RESPONSE;

use super::stage::Stage;

#[tokio::test]
async fn the_page_is_html_that_nothing_keeps_and_only_its_own_script_runs() {
    let stage = Stage::alice().await;

    let page = stage.authorize(&[("response_mode", "form_post")]).await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("form-action"), "{policy}");
    assert!(page.body.contains("<noscript>"));
}

#[tokio::test]
async fn the_page_lets_the_browser_name_the_provider_as_the_origin_of_the_post() {
    let stage = Stage::alice().await;

    let page = stage.authorize(&[("response_mode", "form_post")]).await;

    // Under no-referrer a browser posts with `Origin: null`, which no real provider causes.
    assert_eq!(page.header("referrer-policy"), "strict-origin");
}

#[tokio::test]
async fn the_fields_are_exactly_those_of_the_response() {
    let stage = Stage::alice().await;

    let with = stage.fields().await;
    let without = stage.authorize(&[("response_mode", "form_post"), ("state", "")]).await.fields();

    assert_eq!(with.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["id_token", "state"]);
    assert_eq!(without.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["id_token"]);
    stage.tenant().set_issuer_parameter(true);
    let named = stage.fields().await;
    assert_eq!(named.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["id_token", "state", "iss"]);
}

#[tokio::test]
async fn a_hostile_state_arrives_as_it_was_and_never_as_markup() {
    let stage = Stage::alice().await;
    let hostile = "\"><script>alert(1)</script>&amp;'\u{202e}🦊";

    let page = stage.authorize(&[("response_mode", "form_post"), ("state", hostile)]).await;

    assert_eq!(page.fields().first("state"), Some(hostile));
    assert!(!page.body.contains("alert(1)</script>"));
}

#[tokio::test]
async fn a_hostile_redirect_uri_stays_an_attribute() {
    let stage = Stage::alice().await;
    let uri = "http://localhost:3000/cb?x=\"><script>alert(1)</script>&y=1";

    let page = stage.authorize(&[("response_mode", "form_post"), ("redirect_uri", uri)]).await;

    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches("<script").count(), 1, "{}", page.body);
    assert!(page.body.contains("&#38;y=1"));
}

#[tokio::test]
async fn a_field_named_submit_does_not_stop_the_page_and_the_policy_lets_its_script_run() {
    let stage = Stage::alice().await;
    let _lie = stage.tenant().arm(vec![RESPONSE.set("submit", "x"), RESPONSE.set("forms", "y")]).unwrap();

    let page = stage.authorize(&[("response_mode", "form_post")]).await;

    let script = page.body.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = base64::engine::general_purpose::STANDARD.encode(digest(&SHA256, script.as_bytes()));
    assert!(page.header("content-security-policy").contains(&format!("script-src 'sha256-{hash}'")));
    // `form.submit` would be the field: the browser must take the method from where no field can hide it.
    assert_eq!(page.fields().first("submit"), Some("x"));
    assert_eq!(script, "HTMLFormElement.prototype.submit.call(document.forms[0])");
}

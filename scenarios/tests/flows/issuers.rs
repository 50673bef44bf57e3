//! An app with two issuers: a person chooses one, and what the other says about that login does not count.

use harness::agent::Agent as _;
use mock_idp::LoginPolicy;
use url::Url;

use super::place::{Place, assert_signed_in, code_of};

#[tokio::test]
async fn a_person_chooses_where_to_log_in() {
    for which in [0, 1] {
        let mut place = Place::between_two(&[]).await;
        let page = place.log_in().await;
        let issuer = [place.tenant.issuer(), place.other.issuer()][which].clone();
        assert_eq!(page.url.path(), "/login", "{}", page.text);
        let name = issuer.trim_start_matches("http://").to_owned();

        let page = place.agent.click(&name).await.expect("a page");

        assert_signed_in(&page, &issuer);
        let profile = place.visit("/profile").await;
        assert!(profile.text.contains(&issuer), "{}", profile.text);
    }
}

/// Mix-up (RFC 9700 4.4): a person logs in at one issuer, which passes the request on to the other; whose answer comes
/// to the app as if it were that of the first.
async fn mix_up(response_type: &str, named: bool) -> (u16, String) {
    let mut place = Place::between_two(&[("RESPONSE_TYPE", response_type)]).await;
    place.other.set_policy(LoginPolicy::Ask);
    place.other.set_issuer_parameter(named);
    place.tenant.set_issuer_parameter(named);
    let started = place.visit(&format!("/login?iss={}", place.other.issuer())).await;
    let asked = started.hops.iter().find(|hop| hop.url.query().is_some_and(|query| query.contains("state=")));
    let asked = asked.expect("the authorization request").url.as_str();
    let passed_on = asked.replace(&place.other.issuer(), &place.tenant.issuer());
    assert_ne!(asked, passed_on);

    let page = place.agent.visit(&Url::parse(&passed_on).expect("a URL")).await.expect("a page");

    let sent: Vec<_> = place.other.trace().snapshot().into_iter().map(|one| one.request.url).collect();
    let redeemed = sent.iter().any(|url| url.contains("/token"));
    assert!(!(named && redeemed), "the code went to the issuer that it is not for: {sent:?}");
    (page.status, code_of(&page).to_owned())
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_refused_before_its_code_is_shown_to_anybody() {
    for response_type in ["id_token", "code", "code id_token"] {
        assert_eq!(mix_up(response_type, true).await, (400, "response-iss-check".into()), "{response_type}");
    }
}

#[tokio::test]
async fn where_answers_name_nobody_the_token_does() {
    for response_type in ["id_token", "code id_token"] {
        assert_eq!(mix_up(response_type, false).await, (400, "iss-check".into()), "{response_type}");
    }
}

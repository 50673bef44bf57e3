//! Consent, other providers, changed claims, and chosen errors.

use super::stage::Stage;

#[tokio::test]
async fn consent_is_asked_when_the_request_says_so_and_what_is_left_out_is_not_granted() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let page = browser.sign_in("alice", &[("prompt", "consent"), ("scope", "openid profile email")]).await;
    assert!(page.status == 200 && page.body.contains("See your email address"), "{}", page.body);
    let ticket = page.fields().first("ticket").unwrap().to_owned();

    let form = [("ticket", ticket.as_str()), ("scope", "profile"), ("allow", "yes")];
    let claims = browser.post(&page.action(), &form).await.claims();

    assert_eq!(claims["name"], "Alice Doe");
    assert!(claims.get("email").is_none(), "{claims}");
    let again = browser.post(&page.action(), &form).await;
    assert!(again.status == 200 && again.body.contains("Allow"), "a ticket is good once: {again:?}");
}

#[tokio::test]
async fn consent_is_remembered_per_client_unless_the_request_says_otherwise() {
    let stage = Stage::new().await;
    stage.tenant().set_consent(true);
    let mut browser = stage.browser();
    let page = browser.sign_in("alice", &[("scope", "openid email")]).await;
    assert_eq!(browser.authorize(&[("prompt", "none")]).await.error(), "consent_required");
    let ticket = page.fields().first("ticket").unwrap().to_owned();
    let form = [("ticket", ticket.as_str()), ("scope", "email"), ("allow", "yes")];
    browser.post(&page.action(), &form).await.claims();

    let status = async |browser: &mut super::browser::Browser<'_>, changes: &[(&str, &str)]| {
        browser.authorize(changes).await.status
    };

    assert_eq!(status(&mut browser, &[("scope", "openid email")]).await, 303);
    assert_eq!(status(&mut browser, &[("scope", "openid email profile")]).await, 200);
    assert_eq!(status(&mut browser, &[("scope", "openid email"), ("prompt", "consent")]).await, 200);
    assert_eq!(status(&mut browser, &[("scope", "openid email"), ("client_id", "b")]).await, 200);
}

#[tokio::test]
async fn a_consent_page_can_be_denied_and_belongs_to_its_browser_and_request() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let page = browser.sign_in("alice", &[("prompt", "consent")]).await;
    let ticket = page.fields().first("ticket").unwrap().to_owned();

    let stranger = stage.browser().post(&page.action(), &[("ticket", &ticket), ("allow", "yes")]).await;
    assert!(stranger.status == 302, "{stranger:?}");
    let page = browser.authorize(&[("prompt", "consent")]).await;
    let ticket = page.fields().first("ticket").unwrap().to_owned();
    let denied = browser.post(&page.action(), &[("ticket", &ticket), ("deny", "yes")]).await;

    assert_eq!(denied.error(), "access_denied");
}

#[tokio::test]
async fn another_provider_is_simulated_with_its_own_consent_and_deny() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let asked = browser.authorize(&[("connection", "google-oauth2")]).await;
    let url = asked.header("location").to_owned();
    let page = browser.get(&url).await;
    assert!(page.body.contains("Continue with Google") && page.body.contains("Gwen Google"), "{page:?}");
    assert!(!page.body.contains("Fred Facebook"), "{page:?}");

    let denied = browser.post(&page.action(), &[("deny", "yes")]).await;
    let wrong = browser.post(&page.action(), &[("person", "fred")]).await;
    let allowed = browser.post(&page.action(), &[("person", "gwen")]).await.claims();

    assert_eq!((denied.error().as_str(), wrong.status), ("access_denied", 200));
    assert_eq!(
        (&allowed["sub"], &allowed["amr"]),
        (&"google|1000000001".into(), &serde_json::json!(["fed"]))
    );
    assert_eq!(browser.authorize(&[]).await.claims()["sub"], "google|1000000001");
}

#[tokio::test]
async fn every_other_provider_has_a_link_on_the_login_page_that_works() {
    let stage = Stage::new().await;
    let login = stage.authorize(&[]).await.header("location").to_owned();
    let page = stage.get(&login).await;

    for (name, person) in [("Google", "gwen"), ("Facebook", "fred"), ("X", "xenia")] {
        let (before, _) = page.body.split_once(&format!("</span>{name}</a>")).unwrap();
        let url = before.rsplit_once("href=\"").unwrap().1.split_once('"').unwrap().0.replace("&#38;", "&");

        assert!(stage.post(&url, &[("person", person)]).await.fragment().has("id_token"), "{name}");
    }
}

#[tokio::test]
async fn claims_can_be_changed_for_one_login() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let edits = r#"{"email": "new@example.test", "name": null, "role": ["admin"]}"#;

    let changed = browser.answer(&[("person", "alice"), ("claims", edits)], &[]).await.claims();
    let later = browser.authorize(&[]).await.claims();

    assert_eq!((&changed["email"], &changed["role"][0]), (&"new@example.test".into(), &"admin".into()));
    assert!(changed.get("name").is_none(), "{changed}");
    assert_eq!((&later["email"], later.get("role")), (&"alice@example.test".into(), None));
}

#[tokio::test]
async fn claims_that_are_no_object_stay_on_the_page_and_say_so() {
    let stage = Stage::new().await;
    for (text, problem) in [("[1]", "no JSON object"), ("{", "no JSON")] {
        let got = stage.browser().answer(&[("person", "alice"), ("claims", text)], &[]).await;

        assert!(got.status == 403 && got.body.contains(problem) && got.body.contains("<details open>"));
    }
}

#[tokio::test]
async fn deny_answers_with_any_error() {
    let stage = Stage::new().await;
    let form = [("deny", "yes"), ("error", "temporarily_unavailable")];

    let got = stage.browser().answer(&form, &[]).await;

    assert_eq!(got.error(), "temporarily_unavailable");
    assert_eq!(got.fragment().first("error_description"), Some("the provider is overloaded"));
}

//! The session at the provider: who stays signed in, and when they are asked again.

use mock_idp::{Client, Clock, Ids, LoginPolicy};

use super::stage::{CALLBACK, CLIENT, Stage, request};

#[tokio::test]
async fn who_signed_in_stays_signed_in_within_one_session() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();

    let first = browser.sign_in("alice", &[]).await.claims();
    let second = browser.authorize(&[]).await.claims();
    let silent = browser.authorize(&[("prompt", "none"), ("client_id", "another-app")]).await.claims();

    assert_eq!((&second["sub"], &second["sid"]), (&first["sub"], &first["sid"]));
    assert_eq!((&silent["sub"], &silent["sid"]), (&first["sub"], &first["sid"]));
    assert_eq!(stage.browser().authorize(&[("prompt", "none")]).await.error(), "login_required");
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_has_a_name_per_issuer() {
    let stage = Stage::new().await;
    let other = stage.provider.new_tenant("other", Clock::system(), Ids::random());
    let mut browser = stage.browser();

    let got = browser.sign_in("alice", &[]).await;
    let url = format!("{}/login?{}", other.issuer(), request("", &[]).split_once('?').unwrap().1);
    browser.post(&url, &[("person", "bob")]).await;

    let cookie = got.header("set-cookie");
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("Max-Age"), "{cookie}");
    assert_eq!(browser.cookies().len(), 4, "{:?}", browser.cookies());
    assert_eq!(browser.authorize(&[]).await.claims()["sub"], "user-alice");
    assert_eq!(browser.get(&request(&other.issuer(), &[])).await.claims()["sub"], "user-bob");
}

#[tokio::test]
async fn a_session_ends_by_the_clock_of_its_issuer_and_a_remembered_one_later() {
    let stage = Stage::new().await;
    let (clock, day) = (stage.tenant().clock(), 24 * 3600);
    clock.freeze(1_000_000);
    let (mut short, mut long) = (stage.browser(), stage.browser());
    short.sign_in("alice", &[]).await;
    let got = long.answer(&[("person", "alice"), ("remember", "yes")], &[]).await;
    assert!(got.header("set-cookie").contains("; Max-Age=1209600"), "{got:?}");

    clock.advance(day);
    assert_eq!(short.authorize(&[("prompt", "none")]).await.error(), "login_required");
    assert_eq!(long.authorize(&[]).await.claims()["auth_time"], 1_000_000);
    clock.advance(13 * day);
    assert_eq!(long.authorize(&[]).await.status, 302);
}

#[tokio::test]
async fn signing_in_again_keeps_the_session_and_changes_the_cookie_and_the_time() {
    let stage = Stage::new().await;
    stage.tenant().clock().freeze(1_000);
    let mut browser = stage.browser();
    let first = browser.sign_in("alice", &[]).await.claims();
    let cookie = browser.session().to_owned();
    stage.tenant().clock().advance(60);

    let second = browser.sign_in("alice", &[("prompt", "login")]).await.claims();

    assert_eq!(first["sid"], second["sid"]);
    assert_eq!((&first["auth_time"], &second["auth_time"]), (&1_000.into(), &1_060.into()));
    assert_ne!(browser.session(), cookie);
}

#[tokio::test]
async fn max_age_asks_again_when_the_sign_in_is_too_old_and_not_before() {
    let stage = Stage::new().await;
    stage.tenant().clock().freeze(1_000);
    stage.tenant().add_client(Client { default_max_age: Some(30), ..Client::unregistered("picky") });
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    stage.tenant().clock().advance(60);

    assert_eq!(browser.authorize(&[("max_age", "60")]).await.claims()["auth_time"], 1_000);
    assert_eq!(browser.authorize(&[("max_age", "59")]).await.status, 302);
    assert_eq!(browser.authorize(&[("client_id", "picky")]).await.status, 302);
    let silent = browser.authorize(&[("max_age", "59"), ("prompt", "none")]).await;
    assert_eq!(silent.error(), "login_required");
    for no_number in ["soon", "+5", "-1", "1.5"] {
        assert_eq!(browser.authorize(&[("max_age", no_number)]).await.error(), "invalid_request");
    }
    let again = browser.sign_in("alice", &[("max_age", "0")]).await;
    assert_eq!(again.claims()["auth_time"], 1_060);
}

#[tokio::test]
async fn the_account_chooser_offers_everybody_who_is_signed_in_here() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    browser.sign_in("bob", &[("prompt", "login")]).await;

    let page = browser.authorize(&[("prompt", "select_account")]).await;
    assert!(page.body.contains("Alice Doe") && page.body.contains("Bob Roe"), "{}", page.body);
    let (_, sid) = page.body.rsplit_once("name=\"sid\" value=\"").unwrap();
    let sid = sid.split_once('"').unwrap().0;
    let chosen = browser.post(&page.action(), &[("sid", sid)]).await.claims();
    let current = browser.authorize(&[]).await.claims();
    let another = browser.post(&page.action(), &[("another", "yes")]).await;

    assert_eq!((&chosen["sub"], &current["sub"]), (&"user-alice".into(), &"user-alice".into()));
    assert!(another.status == 302 && another.header("location").contains("/login?"), "{another:?}");
    assert!(browser.get(another.header("location")).await.body.contains("<label for=\"username\">"));
}

#[tokio::test]
async fn nobody_can_choose_an_account_of_another_browser() {
    let stage = Stage::new().await;
    let mut alice = stage.browser();
    let sid = alice.sign_in("alice", &[]).await.claims()["sid"].as_str().unwrap().to_owned();
    let action = alice.authorize(&[("prompt", "select_account")]).await.action();

    let got = stage.browser().post(&action, &[("sid", &sid)]).await;

    assert!(got.status == 302 && got.header("location").contains("/login?"), "{got:?}");
}

#[tokio::test]
async fn the_level_is_met_by_a_second_factor_and_told_truly() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let plain = browser.answer(&[("username", "alice"), ("password", "alice")], &[]).await.claims();
    assert_eq!((&plain["amr"], plain.get("acr")), (&serde_json::json!(["pwd"]), None));

    let two = [("acr_values", "unheard-of 2")];
    assert_eq!(browser.authorize(&[("acr_values", "2"), ("prompt", "none")]).await.claims()["acr"], "1");
    let url = browser.authorize(&two).await.header("location").to_owned();
    let password = [("username", "alice"), ("password", "alice")];
    let without = browser.post(&url, &password).await;
    let with = browser.post(&url, &[&password[..], &[("code", "123456")]].concat()).await.claims();

    assert!(without.status == 403 && without.body.contains("one-time code"), "{without:?}");
    assert_eq!(with["acr"], "2");
    assert_eq!(with["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert_eq!(browser.authorize(&two).await.claims()["acr"], "2");
}

#[tokio::test]
async fn an_id_token_hint_means_one_person_and_no_other() {
    let stage = Stage::new().await;
    let (alice, bob) = (
        stage.tenant().mint("alice", CLIENT, None, &[]).unwrap(),
        stage.tenant().mint("bob", CLIENT, None, &[]).unwrap(),
    );
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let hinted = |hint: &'static str| [("prompt", "none"), ("id_token_hint", hint)];
    let (alice, bob): (&'static str, &'static str) = (alice.leak(), bob.leak());

    assert_eq!(browser.authorize(&hinted(alice)).await.claims()["sub"], "user-alice");
    assert_eq!(browser.authorize(&hinted(bob)).await.error(), "login_required");
    assert_eq!(browser.authorize(&hinted("forged")).await.error(), "invalid_request");
    let page = browser.authorize(&[("id_token_hint", bob)]).await.header("location").to_owned();
    assert!(browser.get(&page).await.body.contains("value=\"bob\" autocomplete=\"username\""));
    assert_eq!(browser.post(&page, &[("person", "alice")]).await.error(), "login_required");
    assert_eq!(browser.post(&page, &[("person", "bob")]).await.claims()["sub"], "user-bob");
}

#[tokio::test]
async fn a_login_hint_fills_the_page_in_and_does_not_silently_become_somebody_else() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;

    let asked = browser.authorize(&[("login_hint", "bob@example.test")]).await;
    let page = browser.get(asked.header("location")).await;

    assert!(page.body.contains("value=\"bob@example.test\""), "{}", page.body);
    assert_eq!(browser.authorize(&[("login_hint", "alice")]).await.claims()["sub"], "user-alice");
}

#[tokio::test]
async fn a_policy_that_signs_in_leaves_no_session_in_the_browser() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    stage.tenant().set_policy(LoginPolicy::Once { user: "alice".into() });

    let first = browser.authorize(&[("prompt", "consent")]).await;
    let second = browser.authorize(&[]).await;

    assert!(first.fragment().has("id_token") && !first.fragment().has("session_state"), "{first:?}");
    assert!(browser.cookies().is_empty());
    assert_eq!(second.status, 302);
}

#[tokio::test]
async fn a_post_from_another_site_finds_the_session_as_well() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let base = stage.provider.base_url();
    let form = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "id_token"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("prompt", "none"),
    ];

    let posted = browser.sent_from_elsewhere().post(&format!("{base}/authorize"), &form).await;
    assert_eq!(posted.status, 303, "{posted:?}");
    let answer = browser.get(posted.header("location")).await;

    assert_eq!(answer.claims()["sub"], "user-alice");
}

#[tokio::test]
async fn reset_ends_every_session() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;

    stage.tenant().reset();

    assert_eq!(browser.authorize(&[]).await.status, 302);
}

#[tokio::test]
async fn max_age_zero_asks_again_even_within_the_same_second() {
    let stage = Stage::new().await;
    stage.tenant().clock().freeze(1_000);
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;

    assert_eq!(browser.authorize(&[("max_age", "0")]).await.status, 302);
    let silent = browser.authorize(&[("max_age", "0"), ("prompt", "none")]).await;
    assert_eq!(silent.error(), "login_required");
    assert_eq!(browser.sign_in("alice", &[("max_age", "0")]).await.claims()["auth_time"], 1_000);
    assert_eq!(browser.authorize(&[("max_age", "1")]).await.claims()["auth_time"], 1_000);
}

#[tokio::test]
async fn the_account_chooser_does_not_answer_for_another_person_than_the_hint_names() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let alice = browser.sign_in("alice", &[]).await.claims()["sid"].as_str().unwrap().to_owned();
    let answer = browser.sign_in("bob", &[("prompt", "login")]).await;
    let bob = answer.claims()["sid"].as_str().unwrap().to_owned();
    let hint = answer.fragment().first("id_token").unwrap().to_owned();

    let page = browser.authorize(&[("prompt", "select_account"), ("id_token_hint", &hint)]).await.action();

    assert_eq!(browser.post(&page, &[("sid", &alice)]).await.error(), "login_required");
    assert_eq!(browser.authorize(&[]).await.claims()["sub"], "user-bob", "nothing was chosen");
    assert_eq!(browser.post(&page, &[("sid", &bob)]).await.claims()["sub"], "user-bob");
}

#[tokio::test]
async fn an_essential_level_is_met_or_the_answer_says_that_it_is_not() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let with = |essential: bool, values: &[&str]| {
        serde_json::json!({"id_token": {"acr": {"essential": essential, "values": values}}}).to_string()
    };
    let password = [("username", "alice"), ("password", "alice")];
    let code = [&password[..], &[("code", "123456")]].concat();

    let strange = browser.answer(&password, &[("claims", &with(true, &["gold"]))]).await;
    let wished = browser.authorize(&[("claims", &with(false, &["gold"]))]).await;
    let silent = browser.authorize(&[("claims", &with(true, &["2"])), ("prompt", "none")]).await;
    let met = browser.answer(&code, &[("claims", &with(true, &["gold", "2"]))]).await;

    assert_eq!(strange.error(), "unmet_authentication_requirements");
    assert_eq!(wished.claims()["acr"], "1");
    assert_eq!(silent.error(), "unmet_authentication_requirements");
    assert_eq!(met.claims()["acr"], "2");
}

#[tokio::test]
async fn a_wrong_clock_for_one_client_leaves_no_sign_in_after_the_token() {
    let stage = Stage::alice().await;
    stage.tenant().clock().freeze(1_000);
    stage.tenant().add_client(Client { clock_skew: -300, ..Client::unregistered(CLIENT) });

    let claims = stage.authorize(&[]).await.claims();

    assert_eq!((&claims["iat"], &claims["auth_time"]), (&700.into(), &700.into()));
}

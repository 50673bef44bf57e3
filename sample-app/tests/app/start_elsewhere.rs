//! Logins that somebody else starts (OpenID Connect Core 4), and wishes about how people are signed in.

use sample_app::{Settings, Wishes};
use serde_json::{Value, json};

use super::browser::Answer;
use super::provider::sign;
use super::world::{HEADER, Login, World};

async fn post(world: &mut World, form: &[(&str, &str)]) -> Answer {
    let send = |request: reqwest::RequestBuilder| request.header("sec-fetch-site", "cross-site").form(form);
    world.browser.request(reqwest::Method::POST, "/login", send).await
}

fn started(answer: &Answer) -> Login {
    assert_eq!(answer.status, 302, "{}", answer.body);
    let parameter = |name| answer.parameter(name).expect("the parameter is sent");
    Login { state: parameter("state"), nonce: parameter("nonce") }
}

#[tokio::test]
async fn another_page_starts_a_login_by_link_or_form_which_ends_where_it_says() {
    for by_form in [false, true] {
        let mut world = World::new().await;
        let (issuer, target) = (world.provider.issuer.clone(), format!("{}/profile", world.app.url()));
        let form = [("iss", issuer.as_str()), ("login_hint", "alice"), ("target_link_uri", &target)];

        let answer = if by_form {
            post(&mut world, &form).await
        } else {
            let query = form.map(|(name, value)| format!("{name}={value}")).join("&");
            world.browser.get(&format!("/login?{query}")).await
        };

        let login = started(&answer);
        assert_eq!(answer.parameter("login_hint").as_deref(), Some("alice"));
        let token = world.token(&login);
        let answer = world.deliver(&login, &token).await;
        assert_eq!((answer.status, answer.location()), (303, "/profile"));
    }
}

#[tokio::test]
async fn a_login_that_somebody_else_starts_never_leads_elsewhere() {
    for target in ["https://evil.example/", "//evil.example", "http://localhost@evil.example/x", "/login"] {
        let mut world = World::new().await;
        let login = started(&post(&mut world, &[("target_link_uri", target)]).await);

        let token = world.token(&login);
        let answer = world.deliver(&login, &token).await;

        assert_eq!((answer.status, answer.location()), (303, "/"), "{target}");
    }
}

#[tokio::test]
async fn nobody_starts_a_login_at_a_provider_that_the_app_does_not_know() {
    let mut world = World::new().await;

    let answer = post(&mut world, &[("iss", "https://evil.example")]).await;

    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("unknown-issuer"), "{}", answer.body);
    assert_eq!(answer.cookies(), Vec::<&str>::new());
}

#[tokio::test]
async fn wishes_are_sent_and_what_can_be_proved_is_demanded() {
    let wishes = Wishes {
        max_age: Some(100),
        acr_values: vec!["gold".into(), "silver".into()],
        prompt: vec!["login".into()],
        ui_locales: vec!["de".into(), "en".into()],
    };
    let change = |settings: &mut Settings| settings.issuers[0].wishes = wishes;
    let mut world = World::with(change).await;
    for (more, rule) in [
        (json!({"acr": "gold"}), Some("auth-time-required")),
        (json!({"acr": "gold", "auth_time": world.now() - 161}), Some("auth-time-check")),
        (json!({"acr": "bronze", "auth_time": world.now()}), Some("acr-check")),
        (json!({"acr": "silver", "auth_time": world.now()}), None),
    ] {
        let answer = world.browser.get("/login").await;
        for (name, value) in
            [("max_age", "100"), ("acr_values", "gold silver"), ("prompt", "login"), ("ui_locales", "de en")]
        {
            assert_eq!(answer.parameter(name).as_deref(), Some(value));
        }
        let login = started(&answer);
        let mut claims: Value = world.claims(&login);
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());

        let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;

        match rule {
            Some(rule) => World::assert_refused(&answer, rule),
            None => assert_eq!(answer.status, 303),
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_wished_for() {
    let mut world = World::new().await;

    let answer = world.browser.get("/login").await;

    for name in ["max_age", "acr_values", "prompt", "ui_locales", "login_hint"] {
        assert_eq!(answer.parameter(name), None, "{name}");
    }
}

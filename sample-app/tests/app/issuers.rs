//! Several providers: whose login it is, and who may finish it.

use serde_json::json;

use super::provider::{Provider, sign};
use super::world::{HEADER, Login, World};

/// An app with two providers, the other of which is returned as well.
async fn world() -> (World, Provider) {
    let other = Provider::start().await;
    let issuer = other.issuer.clone();
    let add = |settings: &mut sample_app::Settings| {
        settings.issuers.push(sample_app::IssuerSettings::new(issuer, "app"));
    };
    (World::with(add).await, other)
}

/// Starts a login at the provider that is named.
async fn start(world: &mut World, issuer: &str) -> Login {
    let answer = world.browser.get(&format!("/login?iss={issuer}")).await;
    assert!(answer.location().starts_with(issuer), "{}", answer.location());
    let parameter = |name| answer.parameter(name).expect("the parameter is sent");
    Login { state: parameter("state"), nonce: parameter("nonce") }
}

#[tokio::test]
async fn who_names_no_provider_chooses_one_and_comes_back_to_the_same_place() {
    let (mut world, other) = world().await;

    let answer = world.browser.get("/login?returnTo=%2Fprofile%3Fa%3Db&login_hint=al%22ice").await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.cookies(), Vec::<&str>::new(), "nothing is started yet");
    for issuer in [&world.provider.issuer, &other.issuer] {
        let escaped = issuer.replace(':', "%3A").replace('/', "%2F");
        let link = format!("/login?iss={escaped}&#38;returnTo=%2Fprofile%3Fa%3Db&#38;login_hint=al%22ice\"");
        assert!(answer.body.contains(&link), "{link} in {}", answer.body);
    }
    let foreign = world.browser.get("/login?returnTo=https://evil.example").await;
    assert!(!foreign.body.contains("evil"), "{}", foreign.body);
    let unknown = world.browser.get("/login?iss=https://evil.example").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_guarded_page_leads_to_the_choice_and_a_script_to_the_first_provider() {
    let (mut world, _other) = world().await;

    let page = world.browser.get("/profile").await;
    let script = world.browser.fetch("/api/ping").await;

    assert_eq!((page.status, page.location()), (303, "/login?returnTo=%2Fprofile"));
    assert_eq!(script.status, 302);
    assert!(script.location().starts_with(&world.provider.issuer), "{}", script.location());
    assert_eq!(script.cookies(), Vec::<&str>::new());
}

#[tokio::test]
async fn each_provider_signs_people_in_by_its_own_tokens() {
    let (mut world, other) = world().await;
    let login = start(&mut world, &other.issuer).await;
    let mut claims = world.claims(&login);
    claims["iss"] = json!(other.issuer);

    let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;

    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_login_at_one_provider_is_not_finished_by_another() {
    let (mut world, other) = world().await;
    let issuer = world.provider.issuer.clone();
    let login = start(&mut world, &issuer).await;
    let mut claims = world.claims(&login);
    claims["iss"] = json!(other.issuer);

    let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;

    World::assert_refused(&answer, "iss-check");
}

#[tokio::test]
async fn a_provider_that_promises_its_name_in_the_response_must_give_it_and_its_own() {
    let (mut world, other) = world().await;
    world.provider.set_metadata("authorization_response_iss_parameter_supported", json!(true));
    let issuer = world.provider.issuer.clone();
    for (given, expected) in [
        (None, "response-iss-required"),
        (Some(other.issuer.as_str()), "response-iss-check"),
        (Some(issuer.as_str()), ""),
    ] {
        let login = start(&mut world, &issuer).await;
        let token = world.token(&login);
        let mut form = vec![("state", login.state.as_str()), ("id_token", token.as_str())];
        form.extend(given.map(|iss| ("iss", iss)));

        let answer = world.browser.post("/callback", &form).await;

        assert_eq!(answer.status, if expected.is_empty() { 303 } else { 400 }, "{given:?}");
        assert!(answer.body.contains(expected), "{given:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn of_several_providers_none_is_shown_a_code_that_comes_without_the_name_of_its_issuer() {
    let other = Provider::start().await;
    let issuer = other.issuer.clone();
    let mut world = World::with(|settings| {
        settings.issuers.push(sample_app::IssuerSettings::new(issuer.clone(), "app"));
        for issuer in &mut settings.issuers {
            issuer.response_type = sample_app::ResponseType::parse("code").unwrap();
        }
    })
    .await;
    // The other provider of these tests has no token endpoint, which is where a code that is named is taken.
    for (named, status) in [(None, 400), (Some(issuer.as_str()), 502)] {
        let login = start(&mut world, &issuer).await;
        let mut form = vec![("state", login.state.as_str()), ("code", "a-code")];
        form.extend(named.map(|iss| ("iss", iss)));

        let answer = world.browser.post("/callback", &form).await;

        assert_eq!(answer.status, status, "{named:?}: {}", answer.body);
        assert_eq!(answer.body.contains("response-iss-required"), named.is_none(), "{}", answer.body);
    }
}

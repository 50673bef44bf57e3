//! What is open, what is guarded, and what an anonymous request is answered.

use sample_app::{ApiUnauthenticated, CookiePrefix};
use serde_json::{Value, json};

use super::world::World;

#[tokio::test]
async fn the_home_page_is_public_and_says_how_to_log_in() {
    let mut world = World::new().await;

    let answer = world.browser.get("/").await;

    assert_eq!(answer.status, 200);
    for text in
        ["Call API", "Log in", r#"href="/login?returnTo=%2F""#, r#"id="api-result""#, r#"id="warning""#]
    {
        assert!(answer.body.contains(text), "{text}");
    }
    assert!(!answer.body.contains("Log out") && answer.cookies().is_empty());
}

#[tokio::test]
async fn a_guarded_page_leads_to_the_provider_and_back_to_itself() {
    let mut world = World::new().await;

    let answer = world.browser.get("/profile?tab=1").await;

    assert_eq!(answer.status, 302);
    let wanted = [
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("scope", "openid profile email"),
        ("client_id", "app"),
        ("redirect_uri", &format!("{}/callback", world.app.url())),
    ];
    for (name, value) in wanted {
        assert_eq!(answer.parameter(name).as_deref(), Some(value));
    }
    let (state, nonce) = (answer.parameter("state").unwrap(), answer.parameter("nonce").unwrap());
    assert!(state.len() == 43 && nonce.len() == 43 && state != nonce);
    let login = super::world::Login { state, nonce };
    let token = world.token(&login);
    assert_eq!(world.deliver(&login, &token).await.location(), "/profile?tab=1");
}

#[tokio::test]
async fn a_background_call_is_redirected_and_starts_no_login() {
    let mut world = World::new().await;
    world.start_login("/").await;
    let before = world.browser.jar.clone();

    let one = world.browser.fetch("/api/ping").await;
    let two = world.browser.fetch("/api/user").await;

    assert_eq!((one.status, two.status), (302, 302));
    assert_ne!(one.parameter("state"), two.parameter("state"));
    assert_ne!(one.parameter("nonce"), two.parameter("nonce"));
    assert_eq!(world.browser.jar, before, "the login in the other tab is not disturbed");
}

#[tokio::test]
async fn only_a_page_that_is_opened_starts_a_login() {
    let mut world = World::new().await;
    for _ in 0..5 {
        world.start_login("/").await;
    }
    let before = world.browser.jar.clone();
    let image = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
    let in_advance = [("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch")];
    let opened = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let mut ask = async |path: &str, headers: [(&'static str, &'static str); 2]| {
        let send = |request: reqwest::RequestBuilder| {
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        };
        let answer = world.browser.request(reqwest::Method::GET, path, send).await;
        (answer.status, answer.cookies().len(), answer)
    };

    for headers in [image, frame, script, in_advance] {
        let (status, cookies, answer) = ask("/login", headers).await;
        assert_eq!((status, cookies), (403, 0), "{headers:?}");
        World::assert_refused(&answer, "login-not-opened");
        let (status, cookies, _) = ask("/profile", headers).await;
        assert_eq!((status, cookies), (302, 0), "{headers:?}");
    }
    let said_itself = [("x-requested-with", "XMLHttpRequest"), ("accept", "*/*")];
    assert_eq!(ask("/login", said_itself).await.0, 403, "an older browser's script says what it is");
    let (status, cookies, _) = ask("/login", opened).await;

    assert_eq!((status, cookies), (302, 2), "the oldest gives way to the new one");
    let kept = world.browser.jar.keys().filter(|name| before.contains_key(*name)).count();
    assert_eq!((kept, world.browser.jar.len()), (4, 5));
}

#[tokio::test]
async fn what_does_not_get_a_page_does_not_start_a_login_either() {
    for method in [reqwest::Method::HEAD, reqwest::Method::OPTIONS, reqwest::Method::DELETE] {
        let mut world = World::new().await;
        let origin = world.app.url().trim_end_matches('/').to_owned();
        let own = |request: reqwest::RequestBuilder| request.header("origin", origin);

        let answer = world.browser.request(method.clone(), "/profile", own).await;

        assert!(answer.cookies().is_empty(), "{method}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_of_somebody_whose_session_is_over_leads_to_a_login_that_can_be_finished() {
    let mut world = World::new().await;
    let origin = world.app.url().trim_end_matches('/').to_owned();
    let own = |request: reqwest::RequestBuilder| request.header("origin", origin);

    let answer = world.browser.request(reqwest::Method::POST, "/profile", own).await;
    assert_eq!((answer.status, answer.location()), (303, "/login?returnTo=%2F"));
    let start = world.browser.get(answer.location()).await;

    let login = super::world::Login {
        state: start.parameter("state").unwrap(),
        nonce: start.parameter("nonce").unwrap(),
    };
    let token = world.token(&login);
    assert_eq!(world.deliver(&login, &token).await.location(), "/");
}

#[tokio::test]
async fn a_login_service_that_the_app_does_not_know_is_said_to_be_unknown() {
    let mut world = World::new().await;

    let answer = world.browser.get("/login?iss=https://evil.example").await;

    assert_eq!((answer.status, answer.cookies().len()), (404, 0));
    World::assert_refused(&answer, "unknown-issuer");
    assert!(!answer.body.contains("evil.example") && !answer.body.contains("ISSUER_BASE_URL"));
}

#[tokio::test]
async fn a_place_to_return_to_that_no_cookie_can_hold_is_the_home_page() {
    let mut world = World::new().await;
    for (wanted, kept) in
        [(format!("/{}", "a".repeat(1000)), true), (format!("/x{}", ".".repeat(1000)), false)]
    {
        let answer = world.browser.get(&format!("/login?returnTo={wanted}")).await;
        assert!(answer.cookies().iter().all(|line| line.len() <= 4096), "browsers drop longer ones");
        let parameter = |name| answer.parameter(name).unwrap();
        let login = super::world::Login { state: parameter("state"), nonce: parameter("nonce") };
        let token = world.token(&login);
        let done = world.deliver(&login, &token).await;
        assert_eq!((done.status, done.location()), (303, if kept { wanted.as_str() } else { "/" }));
    }
}

#[tokio::test]
async fn the_api_answers_401_where_that_is_declared() {
    let mut world =
        World::with(|settings| settings.api_unauthenticated = ApiUnauthenticated::Status401).await;

    let answer = world.browser.get("/api/ping").await;

    assert_eq!(answer.status, 401);
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap()["error"], "login_required");
    assert!(answer.header("www-authenticate").is_some());
    assert_eq!(world.browser.get("/profile").await.status, 302, "pages still lead to the login");
}

#[tokio::test]
async fn a_session_opens_the_api_and_shows_the_person_but_never_the_token() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    world.deliver(&login, &token).await;

    let ping = world.browser.fetch("/api/ping").await;
    let user = world.browser.fetch("/api/user").await;
    let profile = world.browser.get("/profile").await;

    assert_eq!(ping.body, r#"{"msg":"Hello, world"}"#);
    let user: Value = serde_json::from_str(&user.body).unwrap();
    let (name, email) = ("Alice <b>Liddell</b>", "alice@example.org");
    assert_eq!(user, json!({"iss": world.provider.issuer, "sub": "alice", "name": name, "email": email}));
    assert!(profile.body.contains("Alice &#60;b&#62;Liddell") && !profile.body.contains("<b>Liddell"));
    assert_eq!(
        profile.body.matches(world.provider.issuer.as_str()).count(),
        1,
        "the issuer stands there once"
    );
    for body in [&ping.body, &profile.body, &world.browser.get("/").await.body] {
        assert!(!body.contains(&token));
    }
}

#[tokio::test]
async fn answers_are_not_stored_and_pages_hold_the_browser_to_its_manners() {
    let mut world = World::new().await;
    world.log_in().await;

    for path in ["/", "/profile", "/api/ping", "/api/user", "/login", "/logout", "/nowhere"] {
        let answer = world.browser.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let content = answer.header("content-security-policy").unwrap();
        assert!(
            content.contains("script-src 'self'") && content.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("access-control-allow-origin").is_none());
    }
}

#[tokio::test]
async fn assets_and_health_need_nothing_and_set_nothing() {
    let mut world = World::new().await;
    world.provider.set_down(true);

    for path in ["/assets/app.js", "/assets/app.css", "/assets/icon.svg", "/healthz"] {
        let answer = world.browser.get(path).await;
        assert_eq!((answer.status, answer.cookies().len()), (200, 0), "{path}");
    }
    assert_eq!(world.browser.get("/favicon.ico").await.status, 404);
}

#[tokio::test]
async fn return_to_never_leaves_the_app() {
    let mut world = World::new().await;
    for wanted in
        ["https://evil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%2Flogout", "x&returnTo=%2Fy"]
    {
        let login = world.start_login(wanted).await;
        let token = world.token(&login);
        assert_eq!(world.deliver(&login, &token).await.location(), "/", "{wanted}");
    }
}

#[tokio::test]
async fn without_the_prefix_the_app_works_under_plain_names() {
    let mut world = World::with(|settings| settings.cookie_prefix = CookiePrefix::None).await;

    world.log_in().await;

    assert!(world.browser.jar.contains_key("appSession"));
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

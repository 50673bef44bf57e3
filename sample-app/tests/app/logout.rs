//! The end of a session.

use sample_app::LogoutForm;

use super::world::World;

#[tokio::test]
async fn logging_out_ends_the_session_here_and_leads_to_the_provider_with_a_hint() {
    let mut world = World::new().await;
    world.log_in().await;
    world.start_login("/").await;
    let kept = world.browser.jar.clone();

    let answer = world.browser.get("/logout").await;

    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with(&format!("{}/end?", world.provider.issuer)));
    assert_eq!(answer.parameter("post_logout_redirect_uri").as_deref(), Some(world.app.url()));
    assert_eq!(answer.parameter("client_id").as_deref(), Some("app"));
    assert_eq!(answer.parameter("id_token_hint").unwrap().split('.').count(), 3);
    assert_eq!(world.browser.jar.len(), 0, "every cookie is cleared");
    world.browser.jar = kept;
    assert_eq!(world.subject().await, None, "a kept cookie is worth nothing");
    assert_eq!(world.browser.named("appSession"), Vec::<String>::new(), "and is not issued again");
}

#[tokio::test]
async fn logging_out_needs_no_provider() {
    let mut world = World::new().await;
    world.log_in().await;
    world.provider.set_down(true);
    world.advance(700);

    let answer = world.browser.get("/logout").await;

    assert_eq!((answer.status, answer.location()), (302, "/"));
    assert_eq!(world.subject().await, None);
}

#[tokio::test]
async fn the_older_form_leads_below_the_issuer_with_no_token_whatever_the_metadata_offers() {
    let mut world = World::with(|settings| settings.issuers[0].logout_form = LogoutForm::Auth0).await;
    for offered in [true, false] {
        if !offered {
            world.provider.set_metadata("end_session_endpoint", serde_json::Value::Null);
            world.advance(700);
        }
        world.log_in().await;

        let answer = world.browser.get("/logout").await;

        let back = url::form_urlencoded::byte_serialize(world.app.url().as_bytes()).collect::<String>();
        let place = format!("{}/v2/logout?returnTo={back}&client_id=app", world.provider.issuer);
        assert_eq!((answer.status, answer.location()), (302, place.as_str()));
        assert_eq!(world.subject().await, None);
    }
    world.provider.set_down(true);
    world.advance(700);
    assert_eq!(
        world.browser.get("/logout").await.location(),
        "/",
        "there is no way back from one that is down"
    );
}

#[tokio::test]
async fn logging_out_twice_or_without_a_session_is_harmless() {
    let mut world = World::new().await;

    for _ in 0..2 {
        let answer = world.browser.get("/logout").await;
        assert_eq!(answer.status, 302);
        assert_eq!(answer.parameter("id_token_hint"), None);
    }
}

#[tokio::test]
async fn neither_another_site_nor_a_frame_nor_a_prefetch_logs_anyone_out() {
    let mut world = World::new().await;
    world.log_in().await;
    let image = [("sec-fetch-mode", "no-cors"), ("sec-fetch-site", "cross-site")];
    let link = [("sec-fetch-mode", "navigate"), ("sec-fetch-site", "cross-site")];
    let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let in_advance = [("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")];

    for headers in [image, link, frame, in_advance] {
        let send = |request: reqwest::RequestBuilder| {
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        };
        let answer = world.browser.request(reqwest::Method::GET, "/logout", send).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains(r#"href="/logout">Log out<"#), "the person can still do it");
    }

    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

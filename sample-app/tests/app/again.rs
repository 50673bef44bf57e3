//! The same answer of the provider once more: by a double click, from a copy, and after it was all over.

use super::browser::{Answer, Browser};
use super::world::{Login, World};

/// What a browser sends along with a form from another site: all but the session.
fn without_session(browser: &Browser) -> Browser {
    let mut same = browser.clone();
    same.jar.retain(|name, _| !name.contains("appSession"));
    same
}

/// A finished login, and where its answer leads when it is sent once more in that browser.
async fn clicked_twice(world: &mut World) -> (Login, String, Answer) {
    let login = world.start_login("/profile%3Fx%3D1").await;
    let token = world.token(&login);
    assert_eq!(world.deliver(&login, &token).await.status, 303);
    let form = [("state", login.state.as_str()), ("id_token", token.as_str())];
    let second = without_session(&world.browser).post("/callback", &form).await;
    (login, token, second)
}

#[tokio::test]
async fn a_second_click_leads_where_the_first_one_led_and_makes_no_second_session() {
    let mut world = World::new().await;

    let (_, token, second) = clicked_twice(&mut world).await;
    assert_eq!(second.status, 303);
    assert!(!second.location().contains(&token) && second.cookies().is_empty(), "{}", second.location());
    let before = world.browser.jar.clone();
    let onward = world.browser.get(second.location()).await;

    assert_eq!((onward.status, onward.location()), (303, "/profile?x=1"));
    assert_eq!((world.browser.jar, onward.header("cache-control")), (before, Some("no-store")));
}

#[tokio::test]
async fn where_the_session_comes_along_it_is_one_step() {
    let mut world = World::new().await;
    let (login, token, _) = clicked_twice(&mut world).await;

    let second = world.deliver(&login, &token).await;

    assert_eq!((second.status, second.location(), second.cookies()), (303, "/profile?x=1", vec![]));
}

#[tokio::test]
async fn another_browser_is_led_nowhere_by_a_finished_form() {
    let mut world = World::new().await;
    let (_, _, second) = clicked_twice(&mut world).await;
    let stranger = without_session(&world.browser).get(second.location()).await;
    World::assert_refused(&stranger, "consumed-ledger");
    assert!(stranger.body.contains("The login was not completed") && stranger.cookies().is_empty());

    world.browser.jar.clear();
    assert_eq!(world.log_in().await.status, 303);
    let signed_in_otherwise = world.browser.get(second.location()).await;

    World::assert_refused(&signed_in_otherwise, "consumed-ledger");
    assert!(signed_in_otherwise.body.contains("<h1>You are logged in</h1>"), "{}", signed_in_otherwise.body);
}

#[tokio::test]
async fn the_same_login_with_anything_else_in_its_form_is_refused() {
    let mut world = World::new().await;
    let (login, token, _) = clicked_twice(&mut world).await;
    let other = world.token(&Login { nonce: "other".into(), ..login.clone() });
    let state = ("state", login.state.as_str());

    for form in [
        vec![state, ("id_token", other.as_str())],
        vec![state, ("id_token", &token), ("session_state", "x")],
        vec![state],
        vec![("id_token", token.as_str())],
    ] {
        let answer = without_session(&world.browser).post("/callback", &form).await;
        World::assert_refused(&answer, "state-check");
    }
}

#[tokio::test]
async fn after_the_logout_or_a_minute_nothing_is_left_of_it() {
    let mut world = World::new().await;
    let (login, token, second) = clicked_twice(&mut world).await;
    let signed_in = world.browser.jar.clone();
    world.browser.get("/logout").await;

    for jar in [world.browser.jar.clone(), signed_in.clone()] {
        world.browser.jar = jar;
        World::assert_refused(&world.browser.get(second.location()).await, "consumed-ledger");
        assert_eq!(world.subject().await, None);
    }
    world.advance(60);
    World::assert_refused(&world.browser.get(second.location()).await, "state-check");
    World::assert_refused(&world.deliver(&login, &token).await, "state-check");
}

#[tokio::test]
async fn a_form_works_once_even_if_its_cookie_is_restored() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let jar = world.browser.jar.clone();
    assert_eq!(world.deliver(&login, &token).await.status, 303);
    world.browser.jar = jar;

    let again = world.deliver(&login, &token).await;
    let end = world.browser.get(again.location()).await;

    World::assert_refused(&end, "consumed-ledger");
    assert_eq!((world.subject().await, world.browser.named("auth_verification")), (None, vec![]));
}

#[tokio::test]
async fn of_two_equal_forms_at_the_same_time_exactly_one_wins_and_both_lead_there() {
    let mut world = World::new().await;
    let login = world.start_login("/profile").await;
    let token = world.token(&login);
    let form = [("state", login.state.as_str()), ("id_token", token.as_str())];
    let (mut one, mut two) = (world.browser.clone(), world.browser.clone());

    let (first, second) = tokio::join!(one.post("/callback", &form), two.post("/callback", &form));

    let [mut winners, mut others] = [Vec::new(), Vec::new()];
    for answer in [first, second] {
        let kept = answer.cookies().iter().any(|line| line.contains("appSession="));
        if kept { &mut winners } else { &mut others }.push(answer);
    }
    assert_eq!((winners.len(), others.len()), (1, 1));
    assert_eq!((winners[0].status, winners[0].location()), (303, "/profile"));
    world.browser.take(&winners[0]);
    let onward = world.browser.get(others[0].location()).await;
    assert_eq!((others[0].status, onward.status, onward.location()), (303, 303, "/profile"));
}

#[tokio::test]
async fn who_is_signed_in_and_refused_another_login_reads_so() {
    let mut world = World::new().await;
    world.log_in().await;
    let login = world.start_login("/").await;

    for form in [vec![("state", "x")], vec![("state", login.state.as_str()), ("error", "access_denied")]] {
        let refused = world.browser.post("/callback", &form).await;

        assert_eq!(refused.status, 400);
        assert!(refused.body.contains("<h1>You are logged in</h1>") && refused.body.contains("Go on"));
        assert!(!refused.body.contains("Log in again") && !refused.body.contains("not logged in"));
    }
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

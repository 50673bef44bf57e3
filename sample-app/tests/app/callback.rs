//! What the callback takes, and from whom.

use reqwest::Method;

use super::world::World;

#[tokio::test]
async fn an_honest_login_ends_where_it_began_with_a_session_and_no_trace_of_the_login() {
    let mut world = World::new().await;

    let login = world.start_login("/profile%3Fx%3D1").await;
    let token = world.token(&login);
    let answer = world.deliver(&login, &token).await;

    assert_eq!((answer.status, answer.location()), (303, "/profile?x=1"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.cookies().iter().all(|line| !line.contains(&token)));
    assert_eq!(world.browser.named("auth_verification"), Vec::<String>::new());
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn the_state_must_be_that_of_a_login_under_way_in_this_browser() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let flipped = format!("{}x", &login.state[..login.state.len() - 1]);

    for state in ["", "x", &flipped, &login.state.to_lowercase()] {
        let answer = world.browser.post("/callback", &[("state", state), ("id_token", &token)]).await;
        World::assert_refused(&answer, "state-check");
    }
    let answer = world.browser.post("/callback", &[("id_token", &token)]).await;
    World::assert_refused(&answer, "state-check");

    let mut other = world.browser.clone();
    other.jar.clear();
    let answer = other.post("/callback", &[("state", &login.state), ("id_token", &token)]).await;
    World::assert_refused(&answer, "state-check");

    assert_eq!(world.deliver(&login, &token).await.status, 303, "the login under way was not disturbed");
}

#[tokio::test]
async fn a_refused_token_uses_the_login_up() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);

    World::assert_refused(&world.deliver(&login, "a.b.c").await, "token-encoding");

    World::assert_refused(&world.deliver(&login, &token).await, "state-check");
}

#[tokio::test]
async fn a_form_that_is_refused_leaves_nothing_in_the_ledger() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let jar = world.browser.jar.clone();
    let state = ("state", login.state.as_str());

    for form in [vec![state], vec![state, ("error", "x")], vec![state, ("id_token", "a.b.c")]] {
        assert_eq!(world.browser.post("/callback", &form).await.status, 400);
        world.browser.jar = jar.clone();
    }

    assert_eq!(world.deliver(&login, &token).await.status, 303, "only what was accepted is remembered");
}

#[tokio::test]
async fn a_browser_that_goes_away_while_the_keys_are_fetched_can_send_its_form_again() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    world.provider.hold(true);
    let mut impatient = world.browser.clone();
    let (state, sent) = (login.state.clone(), token.clone());
    let first = tokio::spawn(async move {
        impatient.post("/callback", &[("state", &state), ("id_token", &sent)]).await.status
    });
    eventually(|| world.provider.asked("jwks") == 1).await;

    first.abort();
    eventually(|| world.provider.given_up() == 1).await;
    world.provider.hold(false);

    assert_eq!(world.deliver(&login, &token).await.status, 303);
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
}

/// Waits for something that another task does.
async fn eventually(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.expect("it happens");
}

#[tokio::test]
async fn two_tabs_log_in_independently_and_five_at_most_are_under_way() {
    let mut world = World::new().await;
    let mut logins = Vec::new();
    for tab in 0..7 {
        world.advance(1);
        logins.push(world.start_login(&format!("/tab{tab}")).await);
    }
    assert_eq!(world.browser.named("auth_verification").len(), 5);

    for (tab, login) in logins.iter().enumerate() {
        let token = world.token(login);
        let answer = world.deliver(login, &token).await;
        if tab < 2 {
            World::assert_refused(&answer, "state-check");
        } else {
            assert_eq!(answer.location(), format!("/tab{tab}"));
        }
    }
}

#[tokio::test]
async fn a_login_may_take_an_hour_and_no_longer() {
    let mut world = World::new().await;
    let slow = world.start_login("/").await;
    world.advance(3599);
    let token = world.token(&slow);
    assert_eq!(world.deliver(&slow, &token).await.status, 303);

    let slower = world.start_login("/").await;
    world.advance(3600);
    let token = world.token(&slower);

    World::assert_refused(&world.deliver(&slower, &token).await, "state-check");
}

#[tokio::test]
async fn a_transaction_cookie_cannot_be_changed_or_moved() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let honest = world.browser.jar.clone();
    let (name, value) = honest.iter().next().map(|(k, v)| (k.clone(), v.clone())).unwrap();

    world.browser.jar =
        [(name.clone(), value.replace("returnTo%22%3A%22%2F", "returnTo%22%3A%22%2Fx"))].into();
    World::assert_refused(&world.deliver(&login, &token).await, "state-check");
    world.browser.jar = [(format!("{name}x"), value)].into();
    World::assert_refused(&world.deliver(&login, &token).await, "state-check");
}

#[tokio::test]
async fn only_a_form_in_the_body_of_a_post_is_read() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let form = format!("state={}&id_token={token}", login.state);
    let json = format!(r#"{{"state":"{}","id_token":"{token}"}}"#, login.state);

    let answer = world.browser.get(&format!("/callback?{form}")).await;
    World::assert_refused(&answer, "post-only-callback");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    assert!(!answer.body.contains(&token) && answer.cookies().is_empty());
    for (kind, body) in [
        ("application/json", &json),
        ("multipart/form-data; boundary=x", &form),
        ("text/plain", &form),
        ("", &form),
    ] {
        let send = |request: reqwest::RequestBuilder| request.header("content-type", kind).body(body.clone());
        let answer = world.browser.request(Method::POST, "/callback", send).await;
        World::assert_refused(&answer, "form-content-type-check");
        assert_eq!(answer.status, 415);
    }
    let query = world.browser.post(&format!("/callback?{form}"), &[]).await;
    World::assert_refused(&query, "state-check");

    let send = |request: reqwest::RequestBuilder| {
        request.header("content-type", "Application/X-WWW-Form-URLencoded; Charset=UTF-8").body(form.clone())
    };
    assert_eq!(world.browser.request(Method::POST, "/callback", send).await.status, 303);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_disturbs_nothing() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);

    for length in [100 * 1024, 10 * 1024 * 1024] {
        let padding = "x".repeat(length);
        let answer = world.browser.post("/callback", &[("state", &login.state), ("padding", &padding)]).await;
        assert_eq!(answer.status, 413);
    }

    assert_eq!(world.deliver(&login, &token).await.status, 303);
}

#[tokio::test]
async fn parameters_that_occur_twice_are_refused_in_either_order() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let (state, good) = (login.state.as_str(), token.as_str());

    for form in [
        vec![("state", state), ("state", "x"), ("id_token", good)],
        vec![("state", "x"), ("state", state), ("id_token", good)],
        vec![("state", state), ("id_token", good), ("id_token", "x")],
        vec![("state", state), ("id_token", good), ("iss", "x"), ("iss", &world.provider.issuer)],
    ] {
        let answer = world.browser.post("/callback", &form).await;
        World::assert_refused(&answer, "duplicate-parameter-check");
    }

    assert_eq!(world.deliver(&login, &token).await.status, 303);
}

#[tokio::test]
async fn an_error_is_shown_kindly_and_repeats_nothing_that_came_with_it() {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let foreign =
        [("error", "access_denied"), ("state", "x"), ("error_description", "<script>alert(1)</script>")];
    let matched = [("error", "access_denied"), ("state", &login.state), ("id_token", &token), foreign[2]];

    let stray = world.browser.post("/callback", &foreign).await;
    assert_eq!(world.browser.named("auth_verification").len(), 1, "a stray error cancels nothing");
    let denied = world.browser.post("/callback", &matched).await;

    World::assert_refused(&stray, "state-check");
    World::assert_refused(&denied, "error-response-precedence");
    assert!(denied.body.contains("Log in again") && denied.body.contains("cancelled"));
    assert!(!denied.body.contains("alert(1)") && !denied.body.contains(&token));
    assert_eq!(world.browser.jar.len(), 0);
}

#[tokio::test]
async fn what_was_not_asked_for_is_refused_and_what_has_no_meaning_is_ignored() {
    for unrequested in ["code", "access_token"] {
        let mut world = World::new().await;
        let login = world.start_login("/").await;
        let token = world.token(&login);
        let form = [("state", login.state.as_str()), ("id_token", &token), (unrequested, "x")];
        let answer = world.browser.post("/callback", &form).await;
        World::assert_refused(&answer, "unrequested-token-check");
    }
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = world.token(&login);
    let form = [("session_state", "x"), ("state", &login.state), ("id_token", &token), ("", ""), ("foo", "")];
    assert_eq!(world.browser.post("/callback", &form).await.status, 303);
}

#[tokio::test]
async fn the_iss_parameter_must_be_right_and_be_there_if_promised() {
    let mut world = World::new().await;
    let issuer = world.provider.issuer.clone();
    let slash = format!("{issuer}/");
    for (promised, iss, refused) in [
        (false, Some(&issuer), None),
        (false, Some(&slash), Some("response-iss-check")),
        (true, Some(&issuer), None),
        (true, None, Some("response-iss-required")),
    ] {
        world.provider.set_metadata("authorization_response_iss_parameter_supported", promised.into());
        world.advance(700);
        let login = world.start_login("/").await;
        let token = world.token(&login);
        let mut form = vec![("state", login.state.as_str()), ("id_token", token.as_str())];
        form.extend(iss.map(|iss| ("iss", iss.as_str())));
        let answer = world.browser.post("/callback", &form).await;
        match refused {
            Some(code) => World::assert_refused(&answer, code),
            None => assert_eq!(answer.status, 303, "{promised} {iss:?}"),
        }
    }
}

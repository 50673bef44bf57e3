//! Pieces of a session that is not there any more are cleared, whichever way sessions grow and shrink.

use serde_json::json;

use super::provider::sign;
use super::world::{HEADER, World};

const SESSION: &str = "__Host-appSession";

/// The names of a session of so many pieces.
fn names(pieces: usize) -> Vec<String> {
    if pieces == 1 {
        return vec![SESSION.to_owned()];
    }
    let mut names: Vec<_> = (0..pieces).map(|number| format!("{SESSION}.{number}")).collect();
    names.sort();
    names
}

/// How large a claim fills so many cookies.
fn padding(pieces: usize) -> usize {
    match pieces {
        1 => 10,
        2 => 3000,
        3 => 6000,
        _ => 21_000,
    }
}

/// Logs in with so many pieces. A real provider's form is a stranger's request: it comes without the session cookie, and
/// what the answer does to it the browser does all the same.
async fn log_in(world: &mut World, pieces: usize, as_a_stranger: bool) {
    let login = world.start_login("/").await;
    let mut claims = world.claims(&login);
    claims["sub"] = json!(format!("of {pieces}"));
    claims["padding"] = json!("x".repeat(padding(pieces)));
    let whole = world.browser.jar.clone();
    if as_a_stranger {
        world.browser.jar.retain(|name, _| !name.starts_with(SESSION));
    }
    let answer = world.deliver(&login, &sign(HEADER, &claims.to_string(), 0)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    world.browser.jar = whole;
    world.browser.take(&answer);
}

/// Cookies of a larger session that somebody wrote under another rule.
fn plant(world: &mut World, pieces: std::ops::Range<usize>) {
    for number in pieces {
        world.browser.jar.insert(format!("{SESSION}.{number}"), "stale".into());
    }
}

#[tokio::test]
async fn a_session_leaves_nothing_of_the_one_before_it_in_any_direction() {
    for (before, after) in [(3, 2), (2, 3), (12, 3), (12, 1), (1, 3), (3, 1), (1, 10), (10, 1), (10, 2)] {
        for as_a_stranger in [false, true] {
            let case = format!("{before} to {after}, as a stranger: {as_a_stranger}");
            let mut world = World::new().await;
            match before {
                12 => plant(&mut world, 0..12),
                _ => log_in(&mut world, before, false).await,
            }

            log_in(&mut world, after, as_a_stranger).await;
            let subject = world.subject().await;

            assert_eq!(subject, Some(format!("of {after}")), "{case}");
            assert_eq!(world.browser.named("appSession"), names(after), "{case}");
            assert_eq!(world.subject().await, subject, "{case}: and so it stays");
        }
    }
}

#[tokio::test]
async fn a_logout_clears_pieces_with_two_digits_as_well() {
    for pieces in [1, 3] {
        let mut world = World::new().await;
        log_in(&mut world, pieces, false).await;
        plant(&mut world, 10..13);

        let answer = world.browser.get("/logout").await;

        assert_eq!(answer.status, 302);
        assert_eq!(world.browser.named("appSession"), Vec::<String>::new(), "{pieces}");
    }
}

#[tokio::test]
async fn pieces_that_make_no_session_are_cleared_by_whatever_is_asked_for() {
    for path in ["/", "/api/ping", "/logout", "/nowhere"] {
        let mut world = World::new().await;
        plant(&mut world, 0..3);
        plant(&mut world, 9..13);

        world.browser.fetch(path).await;

        assert_eq!(world.browser.named("appSession"), Vec::<String>::new(), "{path}");
    }
}

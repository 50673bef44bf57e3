//! Two programs at work on one file at the same time.

use super::store_killed::{Act, Jar, Story};

/// Two programs, and a person who signed in at the first one and whose browser both know.
async fn pair(story: &Story) -> [Act; 2] {
    let mut one = story.start("", &Jar::new()).await;
    let form = story.form(&mut one).await;
    assert_eq!(one.deliver(&form).await.status, 303);
    let two = story.start("", &one.browser.jar).await;
    [one, two]
}

#[tokio::test]
async fn who_logs_out_at_one_program_is_logged_out_at_the_other_at_once() {
    let story = Story::new().await;
    let [mut one, mut two] = pair(&story).await;
    assert!(two.is_signed_in().await);

    let answer = one.browser.get("/logout").await;

    assert_eq!(answer.status, 302);
    assert!(!two.is_signed_in().await);
    assert_eq!(story.sessions(), 0);
}

#[tokio::test]
async fn a_form_that_one_program_took_is_refused_by_the_other() {
    let story = Story::new().await;
    let [mut one, mut two] = pair(&story).await;
    let form = story.form(&mut one).await;
    two.browser.jar = one.browser.jar.clone();
    assert_eq!(one.deliver(&form).await.status, 303);

    let replayed = two.deliver(&form).await;

    assert_eq!(replayed.status, 400);
    assert!(replayed.body.contains("<code>consumed-ledger</code>"), "{}", replayed.body);
    assert_eq!(story.sessions(), 1);
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_writes_leaves_the_other_at_work() {
    for point in ["login-before-commit", "login-after-commit", "logout-before-commit"] {
        let story = Story::new().await;
        let [_one, mut other] = pair(&story).await;
        let doomed = story.start(point, &other.browser.jar).await;

        if point.starts_with("login") {
            let mut doomed = doomed;
            let form = story.form(&mut doomed).await;
            doomed
                .killed_at(point, async move |browser| {
                    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    browser.post("/callback", &form).await;
                })
                .await;
        } else {
            doomed.killed_at(point, async |browser| drop(browser.get("/logout").await)).await;
        }

        let lives = point.ends_with("before-commit");
        assert_eq!(other.is_signed_in().await, lives, "{point}");
        let form = story.form(&mut other).await;
        assert_eq!(other.deliver(&form).await.status, 303, "{point}");
        assert!(other.is_signed_in().await, "{point}");
        assert_eq!(other.browser.get("/logout").await.status, 302, "{point}");
        assert!(!other.is_signed_in().await, "{point}");
    }
}

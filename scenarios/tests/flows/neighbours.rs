//! Two apps on two ports of one host share a browser's cookies: cookies know no ports.

use harness::agent::{Agent as _, Page};
use url::Url;

use super::place::{Place, assert_signed_in};

const ANONYMOUS: &str = "You are browsing anonymously";

/// The provider's form of a login that is under way.
async fn begin(browser: &mut Place, start: &Url) -> Page {
    browser.agent.hold_forms(true);
    let page = browser.agent.visit(start).await.expect("the provider's form");
    browser.agent.hold_forms(false);
    page
}

async fn finish(browser: &mut Place, held: &Page) -> Page {
    let form = held.forms.iter().find(|form| form.self_submitting).expect("a form");
    browser.agent.submit(form).await.expect("a page")
}

async fn home(browser: &mut Place, start: &Url) -> Page {
    browser.agent.visit(&start.join("/").expect("an address")).await.expect("the home page")
}

#[tokio::test]
async fn logins_at_two_apps_on_one_host_disturb_each_other_in_no_order() {
    let others = [("SECRET", "a-secret-of-the-neighbour-alone")];
    for (first_begun_first, settings) in
        [(true, &others[..]), (false, &others[..]), (true, &[]), (false, &[])]
    {
        let (mut here, there) = (Place::new(&[], None).await, Place::new(settings, None).await);
        let (start, other) = (here.start.clone(), there.start.clone());

        let one = begin(&mut here, &start).await;
        let two = begin(&mut here, &other).await;

        let order = if first_begun_first { [&one, &two] } else { [&two, &one] };
        for held in order {
            assert_signed_in(&finish(&mut here, held).await, "a login beside another app's");
        }
    }
}

#[tokio::test]
async fn of_two_apps_that_name_their_session_alike_neither_takes_the_others_for_its_own() {
    let (mut here, there) = (Place::new(&[], None).await, Place::new(&[], None).await);
    let (start, other) = (here.start.clone(), there.start.clone());
    assert_signed_in(&here.log_in().await, "here");

    let signed_in = here.agent.visit(&other).await.expect("a page");

    assert_signed_in(&signed_in, "there");
    assert!(home(&mut here, &start).await.text.contains(ANONYMOUS));
}

#[tokio::test]
async fn apps_that_name_their_cookies_otherwise_live_side_by_side() {
    let plain = [("COOKIE_PREFIX", "none")];
    let (mut here, there) = (Place::new(&[], None).await, Place::new(&plain, None).await);
    let (start, other) = (here.start.clone(), there.start.clone());
    assert_signed_in(&here.log_in().await, "here");

    let signed_in = here.agent.visit(&other).await.expect("a page");

    assert_signed_in(&signed_in, "there");
    assert_signed_in(&home(&mut here, &start).await, "here, after the login there");
    assert_signed_in(&home(&mut here, &other).await, "there, after a look here");
}

//! Two tabs of one browser, which share their cookies.

use crate::person::Person;
use crate::story::{hides, offers, shows, sign_in};

/// A login under way in each of two tabs; the second one is shown.
async fn begins_two_logins(person: &mut Person) {
    person.open("/login?returnTo=%2Fprofile").await;
    person.opens_tab().await;
    person.open("/login?returnTo=%2F").await;
}

pub(crate) async fn of_two_tabs_the_later_may_finish_its_login_first(mut person: Person) {
    begins_two_logins(&mut person).await;

    let home = person.signs_in("alice").await;
    person.assert_at(&home, "/");

    person.goes_to_tab(0).await;
    let profile = person.signs_in("alice").await;
    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
}

pub(crate) async fn of_two_tabs_the_earlier_may_finish_its_login_first(mut person: Person) {
    begins_two_logins(&mut person).await;

    person.goes_to_tab(0).await;
    let profile = person.signs_in("alice").await;
    person.assert_at(&profile, "/profile");

    person.goes_to_tab(1).await;
    let home = person.signs_in("alice").await;
    person.assert_at(&home, "/");
    shows(&home, &["Alice Doe"]);
}

pub(crate) async fn a_session_that_ended_in_another_tab_is_noticed(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.press("Profile").await;

    person.opens_tab().await;
    person.open("/logout").await;

    person.goes_to_tab(0).await;
    let warned = person.waits_for("You are not logged in any more").await;
    offers(&warned, &["Log in now"], &["Profile", "Log out"]);
    shows(&warned, &["Your session is over"]);
    hides(&warned, &["Alice Doe"]);
}

pub(crate) async fn what_a_page_asks_for_in_the_background_disturbs_no_login(mut person: Person) {
    person.open("/login?returnTo=%2Fprofile").await;
    person.opens_tab().await;
    person.open("/").await;

    // More of them than there may be logins under way.
    let asked = "Promise.all([...Array(8)].map((_, at) => [ \
                 fetch('/api/ping', { redirect: 'manual' }), fetch('/profile', { redirect: 'manual' }), \
                 new Promise((done) => { const icon = new Image(); icon.onload = icon.onerror = done; \
                 icon.src = `/favicon.ico?${at}`; })]).flat()).then((all) => all[0].type)";
    assert_eq!(person.evaluate(asked).await, "opaqueredirect");

    person.goes_to_tab(0).await;
    let profile = person.signs_in("alice").await;
    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
}

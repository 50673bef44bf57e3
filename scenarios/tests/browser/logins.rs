//! Logins of every kind, and those that go wrong half-way.

use crate::person::Person;
use crate::story::{HELLO, WARNING, hides, offers, shows, sign_in};

async fn signs_in_with(person: &mut Person, connection: &str, name: &str) {
    person.open("/profile").await;
    person.press(connection).await;
    person.picture(&format!("3-{}", connection.to_lowercase())).await;

    let profile = person.press(&format!("Allow as {name}")).await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &[name, &format!("{}|", connection.to_lowercase())]);
}

pub(crate) async fn a_person_signs_in_with_google(mut person: Person) {
    signs_in_with(&mut person, "Google", "Gwen Google").await;
}

pub(crate) async fn a_person_signs_in_with_facebook(mut person: Person) {
    signs_in_with(&mut person, "Facebook", "Fred Facebook").await;
}

pub(crate) async fn a_person_signs_in_with_x_and_has_no_email(mut person: Person) {
    signs_in_with(&mut person, "X", "Xenia").await;

    let labels = person.evaluate("[...document.querySelectorAll('dt')].map((term) => term.innerText)").await;
    assert_eq!(labels, serde_json::json!(["Name", "Nickname"]));
}

pub(crate) async fn a_denied_login_ends_on_a_page_with_a_way_back(mut person: Person) {
    person.open("/login").await;

    let refused = person.press("Deny").await;

    assert_eq!(refused.status, 400);
    shows(&refused, &[WARNING, "The login was cancelled"]);
    offers(&refused, &["Log in again", "Home"], &["Profile", "Log out"]);
    person.picture("3-denied").await;
    let home = person.press("Home").await;
    person.assert_at(&home, "/");
}

pub(crate) async fn a_changed_session_is_noticed_while_the_page_is_open(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.press("Call API").await;
    person.waits_for(HELLO).await;
    person.tampers_with_cookies().await;

    person.press("Call API").await;
    let warned = person.waits_for("You are not logged in any more").await;

    hides(&warned, &[HELLO, "Alice Doe"]);
    offers(&warned, &["Log in now"], &["Profile", "Log out"]);
}

pub(crate) async fn a_bookmark_of_the_callback_says_what_to_do(mut person: Person) {
    let page = person.open("/callback").await;

    assert_eq!(page.status, 405);
    shows(&page, &["cannot be opened, bookmarked or reloaded"]);
    person.picture("3-bookmark").await;
    let login = person.press("Log in again").await;
    assert!(person.is_at_provider(&login), "{}", login.url);
}

pub(crate) async fn of_two_logins_under_way_the_later_may_end_first(mut person: Person) {
    let earlier = person.open("/login?returnTo=%2Fprofile").await;
    person.open("/login?returnTo=%2F").await;
    let home = person.signs_in("alice").await;
    person.assert_at(&home, "/");

    // The provider knows who it is by now.
    let profile = person.goes_to(&earlier.url).await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
}

pub(crate) async fn of_two_logins_under_way_the_earlier_may_end_first(mut person: Person) {
    let earlier = person.open("/login?returnTo=%2Fprofile").await;
    let later = person.open("/login?returnTo=%2F").await;
    person.goes_to(&earlier.url).await;
    let profile = person.signs_in("alice").await;
    person.assert_at(&profile, "/profile");

    let home = person.goes_to(&later.url).await;

    person.assert_at(&home, "/");
    shows(&home, &["Alice Doe"]);
}

pub(crate) async fn a_second_click_on_sign_in_spoils_nothing(mut person: Person) {
    person.open("/login").await;
    let twice = "(() => { const form = document.forms[0]; form.username.value = 'alice'; \
                 form.password.value = 'alice'; const button = form.querySelector('.main'); \
                 button.click(); button.click(); return true; })()";

    person.evaluate(twice).await;
    let home = person.waits_for("You are logged in as Alice Doe").await;

    offers(&home, &["Profile", "Log out"], &["Log in"]);
}

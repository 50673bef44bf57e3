//! Logins of every kind, and those that go wrong half-way.

use crate::person::Person;
use crate::story::{HELLO, WARNING, hides, offers, shows, sign_in};

async fn signs_in_with(person: &mut Person, connection: &str, name: &str) {
    person.open("/profile").await;
    person.press(connection).await;

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
    shows(&refused, &["The login was not completed", "The login was cancelled"]);
    offers(&refused, &["Log in again", "Home"], &["Profile", "Log out"]);
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
    let login = person.press("Log in again").await;
    assert!(person.is_at_provider(&login), "{}", login.url);
}

pub(crate) async fn a_session_that_expires_is_noticed_while_the_page_is_open(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.press("Call API").await;
    person.waits_for(HELLO).await;
    // A day without use ends it.
    person.time_passes(86_400 + 60);

    person.press("Call API").await;
    let warned = person.waits_for("You are not logged in any more").await;

    hides(&warned, &[HELLO, "Alice Doe"]);
    offers(&warned, &["Log in now"], &["Profile", "Log out"]);
}

pub(crate) async fn where_the_api_answers_401_the_page_says_the_same(mut person: Person) {
    person.open("/").await;
    let status = "fetch('/api/ping').then(async (answer) => (await answer.text()) && answer.status)";
    assert_eq!(person.evaluate(status).await, 401);

    person.press("Call API").await;
    let warned = person.waits_for(WARNING).await;
    offers(&warned, &["Log in now"], &[]);
    person.press("Log in now").await;
    person.signs_in("alice").await;
    person.press("Call API").await;
    person.waits_for(HELLO).await;

    person.loses_cookies().await;
    person.press("Call API").await;
    let warned = person.waits_for("You are not logged in any more").await;
    hides(&warned, &[HELLO]);
}

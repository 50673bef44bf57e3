//! The story, step by step, as a reader of the page expects it.

use crate::person::Person;
use harness::agent::Page;

pub(crate) const HELLO: &str = "Hello, world";
pub(crate) const WARNING: &str = "You are not logged in";

/// The links and buttons that a page offers.
fn controls(page: &Page) -> Vec<&str> {
    let links = page.links.iter().map(|link| link.text.as_str());
    links.chain(page.script_buttons.iter().map(String::as_str)).collect()
}

#[track_caller]
pub(crate) fn offers(page: &Page, wanted: &[&str], unwanted: &[&str]) {
    let there = controls(page);
    for text in wanted {
        assert!(there.contains(text), "no “{text}” among {there:?}");
    }
    for text in unwanted {
        assert!(!there.contains(text), "“{text}” is among {there:?}");
    }
}

#[track_caller]
pub(crate) fn shows(page: &Page, texts: &[&str]) {
    for text in texts {
        assert!(page.text.contains(text), "“{text}” is not in “{}”", page.text);
    }
}

#[track_caller]
pub(crate) fn hides(page: &Page, texts: &[&str]) {
    for text in texts {
        assert!(!page.text.contains(text), "“{text}” is in “{}”", page.text);
    }
}

/// Somebody on the home page, signed in.
pub(crate) async fn sign_in(person: &mut Person, name: &str) -> Page {
    person.open("/").await;
    person.press("Log in").await;
    let home = person.signs_in(name).await;
    person.assert_at(&home, "/");
    home
}

pub(crate) async fn a_call_without_a_session_shows_a_warning_and_no_message(mut person: Person) {
    let home = person.open("/").await;
    assert_eq!(home.title, "Sample app");
    shows(&home, &["Sample app", "A single-page app that"]);
    offers(&home, &["Call API", "Log in"], &["Log in now", "Profile", "Log out"]);
    hides(&home, &[WARNING, HELLO]);

    person.press("Call API").await;
    let warned = person.waits_for(WARNING).await;

    offers(&warned, &["Log in now", "Call API"], &["Profile", "Log out"]);
    hides(&warned, &[HELLO]);
    person.assert_at(&warned, "/");
}

pub(crate) async fn a_person_signs_in_and_is_back_where_they_were(mut person: Person) {
    person.open("/").await;
    person.press("Call API").await;
    person.waits_for("Log in now").await;
    let login = person.press("Log in now").await;
    assert!(person.is_at_provider(&login), "{}", login.url);

    let home = person.signs_in("alice").await;

    person.assert_at(&home, "/");
    shows(&home, &["Alice Doe"]);
    offers(&home, &["Call API", "Profile", "Log out"], &["Log in", "Log in now"]);
    hides(&home, &[WARNING]);
}

pub(crate) async fn a_guarded_page_asks_for_the_login_and_is_shown_after_it(mut person: Person) {
    let login = person.open("/profile").await;
    assert!(person.is_at_provider(&login), "{}", login.url);

    let profile = person.signs_in("bob").await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Bob Roe", "bob@example.test"]);
}

pub(crate) async fn a_signed_in_person_gets_the_message_and_sees_their_profile(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.press("Call API").await;
    let home = person.waits_for(HELLO).await;
    hides(&home, &[WARNING]);

    let profile = person.press("Profile").await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe", "alice@example.test", "ali"]);
    shows(
        &profile,
        &["User id user-alice sub", "Email verified Yes email_verified", "Last name Doe family_name"],
    );
    shows(&profile, &["Signed with RS256 alg", "Issued by http://127.0.0.1:"]);
    let width = person.evaluate("document.querySelector('main img').naturalWidth").await;
    assert!(width.as_u64().is_some_and(|width| width > 0), "the picture is shown: {width}");
}

pub(crate) async fn names_that_are_attacks_are_shown_as_text(mut person: Person) {
    let injected = "document.querySelectorAll('[onerror], body script, main b').length";
    let name = "<img src=x onerror=alert(1)>";
    let home = sign_in(&mut person, "mallory").await;
    shows(&home, &[name]);
    assert_eq!(person.evaluate(injected).await, 0);

    let profile = person.press("Profile").await;

    shows(&profile, &[name, "</script><script>alert(2)</script>", "mallory+<b>@example.test"]);
    assert_eq!(person.evaluate(injected).await, 0);
    assert_eq!(person.dialogs(), [""; 0]);
    person.opens_elsewhere(name).await;
    assert_eq!(person.dialogs(), ["1"], "an alert would have been noticed");
}

pub(crate) async fn a_lost_session_is_noticed_and_the_person_signs_in_again(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.press("Call API").await;
    person.waits_for(HELLO).await;
    person.loses_cookies().await;

    person.press("Call API").await;
    let warned = person.waits_for(WARNING).await;

    offers(&warned, &["Log in now"], &[]);
    hides(&warned, &[HELLO]);

    // The session at the provider is still there, so that nobody has to type anything.
    let home = person.press("Log in now").await;

    person.assert_at(&home, "/");
    hides(&home, &[WARNING]);
    person.press("Call API").await;
    person.waits_for(HELLO).await;
}

pub(crate) async fn after_logging_out_back_does_not_show_the_profile(mut person: Person) {
    sign_in(&mut person, "alice").await;
    let profile = person.press("Profile").await;
    shows(&profile, &["alice@example.test"]);

    let home = person.press("Log out").await;

    person.assert_at(&home, "/");
    offers(&home, &["Log in"], &["Profile", "Log out"]);
    hides(&home, &["Alice Doe"]);

    let back = person.back().await;

    assert!(person.is_at_provider(&back), "the app asks for a login, and shows no {}", back.url);
    hides(&back, &["alice@example.test"]);
}

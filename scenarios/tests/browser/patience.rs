//! People who click twice, providers that are slow, and browsers without scripts.

use crate::person::Person;
use crate::story::{HELLO, offers, shows, sign_in};
use harness::agent::Page;
use mock_idp::trace::Endpoint;

pub(crate) async fn a_slow_login_service_is_waited_for_and_asked_once(mut person: Person) {
    person.open("/").await;
    let _slow = person.waits_for_the_provider_at(Endpoint::Authorize);
    let twice = "(() => { const link = document.querySelector('nav a.button'); link.click(); \
                 sessionStorage.setItem('busy', link.ariaBusy); \
                 const again = new MouseEvent('click', { bubbles: true, cancelable: true }); \
                 setTimeout(() => sessionStorage.setItem('followed', link.dispatchEvent(again)), 100); return true; })()";

    person.evaluate(twice).await;
    person.waits_for("Keep me signed in").await;

    assert_eq!(person.asked(Endpoint::Authorize, "GET"), 1, "one login is begun");
    person.open("/").await;
    assert_eq!(
        person.evaluate("sessionStorage.getItem('busy')").await,
        "true",
        "the link says that it works"
    );
    // A browser may drop a second click by itself; the count says what was asked, whoever kept it from happening.
    assert_eq!(
        person.evaluate("sessionStorage.getItem('followed')").await,
        "false",
        "the page drops the second"
    );
}

pub(crate) async fn a_double_click_on_sign_in_posts_once(mut person: Person) {
    person.open("/login").await;
    let _slow = person.waits_for_the_provider_at(Endpoint::Login);
    let fill = "(() => { const form = document.forms[0]; form.username.value = form.password.value = 'alice'; \
                return true; })()";
    person.evaluate(fill).await;

    person.double_clicks("button.main").await;
    let home = person.waits_for("You are logged in as Alice Doe").await;

    offers(&home, &["Profile", "Log out"], &["Log in"]);
    assert_eq!(person.asked(Endpoint::Login, "POST"), 1);
}

pub(crate) async fn a_double_click_on_call_api_asks_once(mut person: Person) {
    sign_in(&mut person, "alice").await;

    person.evaluate("[1, 2].forEach(() => document.querySelector('#call-api').click()) ?? true").await;
    person.waits_for(HELLO).await;

    let asked =
        "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/api/ping')).length";
    assert_eq!(person.evaluate(asked).await, 1);
}

/// At the form by which the provider answers, in a browser that does not send it by itself.
pub(crate) async fn comes_to_the_form_without_scripts(person: &mut Person) -> Page {
    person.turns_scripts_off().await;
    person.open("/login?returnTo=%2Fprofile").await;
    let form = person.signs_in("alice").await;
    assert!(person.is_at_provider(&form), "{}", form.url);
    form
}

pub(crate) async fn without_scripts_a_click_sends_the_providers_form(mut person: Person) {
    comes_to_the_form_without_scripts(&mut person).await;

    let profile = person.press("Continue").await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
    assert_eq!(person.sent("POST", "/callback"), 1);
}

pub(crate) async fn without_scripts_a_key_sends_the_providers_form(mut person: Person) {
    comes_to_the_form_without_scripts(&mut person).await;

    person.tabs_to("Continue").await;
    person.hits("Enter").await;

    let profile = person.waits_for("This is what the login service told us").await;
    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
}

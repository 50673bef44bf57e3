//! Pages that are loaded again, a form that is sent twice, and the app before anybody has set up a login.

use crate::patience::comes_to_the_form_without_scripts;
use crate::person::Person;
use crate::story::{HELLO, WARNING, hides, offers, shows, sign_in};
use sample_app::{Ambient, Origin, SampleApp, Settings};

pub(crate) async fn without_a_login_the_page_says_so_and_the_api_answers(mut person: Person) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    let origin = Origin::parse(&format!("http://localhost:{port}")).expect("an origin");
    let app = SampleApp::start(listener, Settings::unauthenticated(origin), Ambient::system()).await;
    let app = app.expect("the app starts");

    let home = person.opens(app.url()).await;
    shows(&home, &["No login is configured"]);
    offers(&home, &["Call API"], &["Log in", "Log in now", "Profile", "Log out"]);
    person.press("Call API").await;
    let answered = person.waits_for(HELLO).await;

    hides(&answered, &[WARNING]);
}

pub(crate) async fn a_reload_shows_the_same_and_sends_nothing_again(mut person: Person) {
    sign_in(&mut person, "alice").await;
    person.reloads().await;
    let home = person.waits_for("You are logged in as Alice Doe").await;
    offers(&home, &["Profile", "Log out"], &["Log in"]);

    person.open("/profile").await;
    person.reloads().await;
    let profile = person.waits_for("This is what the login service told us").await;

    person.assert_at(&profile, "/profile");
    assert_eq!(person.sent("POST", "/callback"), 1, "what the login ended with is not sent again");
    person.press("Log out").await;
    person.reloads().await;
    let home = person.waits_for("A single-page app that").await;
    offers(&home, &["Log in"], &["Profile", "Log out"]);
}

pub(crate) async fn without_scripts_a_double_click_on_continue_signs_in_once(mut person: Person) {
    comes_to_the_form_without_scripts(&mut person).await;

    person.double_clicks_with_the_mouse("button").await;
    let profile = person.waits_for("This is what the login service told us").await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
}

pub(crate) async fn without_scripts_a_form_that_is_sent_twice_signs_in_once(mut person: Person) {
    comes_to_the_form_without_scripts(&mut person).await;
    person.clicks_for_another_tab("button").await;
    let session = person.waits_for_a_session().await;

    let profile = person.press("Continue").await;

    person.assert_at(&profile, "/profile");
    shows(&profile, &["Alice Doe"]);
    assert_eq!(person.sent("POST", "/callback"), 1, "the one in this tab");
    assert_eq!(person.waits_for_a_session().await, session, "there is no other session");
}

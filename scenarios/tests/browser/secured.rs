//! App and provider on https, as in production.

use crate::person::Person;
use crate::story::{HELLO, shows, sign_in};
use harness::agent::SameSite;

pub(crate) async fn on_https_the_cookies_belong_to_that_host_alone_and_scripts_cannot_touch_them(
    mut person: Person,
) {
    let home = sign_in(&mut person, "alice").await;
    assert_eq!(home.url.scheme(), "https");
    let app = person.stage().url("/");
    let session = person.cookie(&app, "__Host-appSession").await.expect("a session");
    assert!(session.secure && session.http_only && session.host_only, "{session:?}");
    assert_eq!((session.path.as_str(), session.same_site), ("/", Some(SameSite::Lax)));

    // What scripts write: over the session, without what the prefix asks for, and as it asks.
    for cookie in [
        "__Host-appSession=planted; Path=/; Secure",
        "__Host-bare=1; Path=/",
        "__Host-wide=1; Path=/; Secure; Domain=localhost",
        "__Host-deep=1; Path=/api; Secure",
        "__Secure-bare=1; Path=/",
        "__Host-right=1; Path=/; Secure",
    ] {
        person.evaluate(&format!("document.cookie = '{cookie}'")).await;
    }

    assert_eq!(person.evaluate("document.cookie").await, "__Host-right=1");
    let kept = person.cookie(&app, "__Host-appSession").await.expect("a session");
    assert_eq!(kept.value, session.value);
    person.press("Call API").await;
    person.waits_for(HELLO).await;
    let profile = person.press("Profile").await;
    shows(&profile, &["Alice Doe", "Issued by https://127.0.0.1:"]);
}

//! What the page does when things fail, and for people who do not see it or use no mouse.

use serde_json::{Value, json};

use crate::person::Person;
use crate::story::{HELLO, WARNING, hides, offers, shows, sign_in};

pub(crate) async fn every_failure_of_the_api_has_words_of_its_own(mut person: Person) {
    let answers = [
        ("new Response('', { status: 401 })", "You are not logged in."),
        ("new Response('', { status: 502 })", "The API answered with status 502"),
        ("new Response('<p>', { headers: { 'content-type': 'text/html' } })", "something that is not JSON"),
        (
            "new Response('{', { headers: { 'content-type': 'application/json' } })",
            "something that is not JSON",
        ),
        ("Promise.reject(new TypeError('off'))", "The API cannot be reached"),
        ("Promise.reject(new DOMException('', 'TimeoutError'))", "took too long"),
    ];
    for (answer, words) in answers {
        person.open("/").await;
        person.evaluate(&format!("(window.fetch = async () => {answer}) && true")).await;

        person.press("Call API").await;

        let warned = person.waits_for(words).await;
        hides(&warned, &[HELLO]);
    }
}

pub(crate) async fn without_a_network_the_page_says_so(mut person: Person) {
    person.open("/").await;
    let network = |offline| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    person.devtools("Network.emulateNetworkConditions", network(true)).await;

    person.press("Call API").await;
    person.waits_for("Check your connection").await;

    person.devtools("Network.emulateNetworkConditions", network(false)).await;
    person.press("Call API").await;
    let warned = person.waits_for(WARNING).await;
    hides(&warned, &["Check your connection"]);
}

pub(crate) async fn a_slow_api_is_waited_for_aloud(mut person: Person) {
    person.open("/").await;
    person.evaluate("(window.fetch = () => new Promise((done) => { window.answer = done; })) && true").await;

    person.press("Call API").await;
    person.waits_for("Still waiting for the API").await;
    assert_eq!(person.evaluate("document.querySelector('#call-api').ariaBusy").await, "true");

    person.evaluate("window.answer(Response.json({ msg: 'at last' })) ?? true").await;
    let answered = person.waits_for("at last").await;
    hides(&answered, &["Still waiting"]);
    assert_eq!(person.evaluate("document.querySelector('#call-api').ariaBusy").await, "false");
}

pub(crate) async fn a_note_is_kept_and_one_that_cannot_be_is_said_to_be_lost(mut person: Person) {
    sign_in(&mut person, "alice").await;
    let write = |text: &str| {
        let input = "document.querySelector('#note input')";
        format!("({input}.value = {text:?}, document.querySelector('#note').requestSubmit(), true)")
    };
    let hostile = "milk \"><b>eggs</b>";
    person.evaluate(&write(hostile)).await;
    person.waits_for("Saved.").await;

    person.open("/").await;
    assert_eq!(person.evaluate("document.querySelector('#note input').value").await, hostile);
    let refused = "(window.fetch = async () => new Response('', { status: 503 })) && true";
    person.evaluate(refused).await;
    person.evaluate(&write("bread")).await;
    person.waits_for("Your note is not saved.").await;

    person.evaluate("(window.fetch = async () => new Response('', { status: 401 })) && true").await;
    person.evaluate(&write("bread")).await;
    let over = person.waits_for("You are not logged in any more.").await;
    hides(&over, &["A note to yourself"]);
}

pub(crate) async fn pages_ask_no_other_host(mut person: Person) {
    let asked = "performance.getEntriesByType('resource').map((one) => new URL(one.name)) \
                 .filter((url) => url.protocol !== 'data:').map((url) => url.origin === location.origin)";
    sign_in(&mut person, "alice").await;
    let home = person.evaluate(asked).await;

    person.press("Profile").await;
    let profile = person.evaluate(asked).await;

    for origins in [home, profile] {
        let own = origins.as_array().expect("a list");
        assert!(own.len() >= 5, "style, scripts and icon are asked for: {own:?}");
        assert!(own.iter().all(|own| *own == Value::Bool(true)), "{own:?}");
    }
}

/// Role and name of everything in the accessibility tree.
pub(crate) async fn read_aloud(person: &Person) -> Vec<(String, String)> {
    let tree = person.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().expect("a tree").iter().filter(|node| node["ignored"] != true);
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    nodes.map(|node| (text(&node["role"]), text(&node["name"]))).collect()
}

#[track_caller]
fn has(heard: &[(String, String)], role: &str, name: &str) {
    assert!(heard.iter().any(|(r, n)| r == role && n == name), "no {role} “{name}” in {heard:?}");
}

pub(crate) async fn screen_readers_find_their_way(mut person: Person) {
    person.open("/").await;
    person.press("Call API").await;
    person.waits_for(WARNING).await;
    let home = read_aloud(&person).await;
    for (role, name) in [("banner", ""), ("main", ""), ("contentinfo", ""), ("navigation", "Main")] {
        has(&home, role, name);
    }
    has(&home, "link", "Skip to content");
    has(&home, "heading", "Sample app");
    has(&home, "region", "Talk to the API");
    has(&home, "button", "Call API");
    has(&home, "alert", "");

    person.press("Log in now").await;
    person.signs_in("alice").await;
    person.press("Profile").await;
    let profile = read_aloud(&person).await;

    has(&profile, "image", "Picture of Alice Doe");
    has(&profile, "heading", "Alice Doe");
    has(&profile, "rowheader", "Email verified");
    has(&profile, "columnheader", "Value");
    let headings = profile.iter().filter(|(role, _)| role == "heading").count();
    assert_eq!(headings, 3, "{profile:?}");
}

pub(crate) async fn a_person_signs_in_with_the_keyboard_alone(mut person: Person) {
    person.open("/").await;
    person.hits("Tab").await;
    assert_eq!(person.evaluate("document.activeElement.innerText").await, "Skip to content");
    person.tabs_to("Call API").await;
    person.hits("Enter").await;
    person.waits_for(WARNING).await;
    assert_eq!(person.evaluate("document.activeElement.id").await, "call-api", "the focus stays");
    person.evaluate("document.activeElement.blur() ?? true").await;

    person.open("/").await;
    person.tabs_to("Log in").await;
    person.hits("Enter").await;
    person.waits_for("Keep me signed in").await;
    person.devtools("Input.insertText", json!({ "text": "alice" })).await;
    person.tabs_to("password").await;
    person.devtools("Input.insertText", json!({ "text": "alice" })).await;
    person.hits("Enter").await;

    let home = person.waits_for("You are logged in as Alice Doe").await;
    offers(&home, &["Profile"], &["Log in"]);
}

pub(crate) async fn small_and_dark_windows_show_everything(mut person: Person) {
    let small = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    person.devtools("Emulation.setDeviceMetricsOverride", small).await;
    let wide = "document.documentElement.scrollWidth";
    for name in ["alice", "mallory"] {
        person.open("/logout").await;
        sign_in(&mut person, name).await;
        assert_eq!(person.evaluate(wide).await, 390);
        let profile = person.press("Profile").await;
        shows(&profile, &["Signed with"]);
        assert_eq!(person.evaluate(wide).await, 390, "nothing sticks out");
    }

    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    person.devtools("Emulation.setEmulatedMedia", dark).await;
    let page = person.evaluate("getComputedStyle(document.body).backgroundColor").await;
    assert_eq!(page, "rgb(16, 19, 31)");
    person.picture("small-dark").await;
    person.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    person.picture("dark").await;
    person.open("/").await;
}

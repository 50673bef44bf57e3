//! The provider's pages, for people who do not see them, use no mouse, or have a small window.

use mock_idp::{Client, LoginPolicy, MockIdp, Rules};
use serde_json::json;

use crate::page::read_aloud;
use crate::person::Person;

/// Roles of what a person can use or has to know: each needs a name.
const NAMED: [&str; 9] =
    ["button", "link", "textbox", "checkbox", "radio", "combobox", "listbox", "image", "DisclosureTriangle"];

/// Keys that are pressed to see in which order the focus goes.
const TABS: usize = 12;

/// Everything that is wrong with the shown page, in words.
async fn problems(person: &Person) -> Vec<String> {
    let heard = read_aloud(person).await;
    let mut problems: Vec<String> = heard
        .iter()
        .filter(|(role, name)| NAMED.contains(&role.as_str()) && name.trim().is_empty())
        .map(|(role, _)| format!("a {role} without a name"))
        .collect();
    let mains = heard.iter().filter(|(role, _)| role == "main").count();
    let facts = person
        .evaluate(
            "[document.documentElement.lang, document.querySelectorAll('h1').length, document.title !== '', \
             document.querySelectorAll('[autofocus]').length < 2, \
             [...document.querySelectorAll('[tabindex]')].every((one) => one.tabIndex < 1), \
             document.documentElement.scrollWidth]",
        )
        .await;
    if mains != 1 || facts != json!(["en", 1, true, true, true, 390]) {
        problems.push(format!(
            "{mains} main landmarks; language, headings, title, one focus, tab order, width: {facts}"
        ));
    }
    problems.extend(focus_jumps(person).await);
    problems
}

/// Whether the Tab key goes down the page.
async fn focus_jumps(person: &Person) -> Option<String> {
    person.evaluate("(document.activeElement.blur(), document.body.scrollTo(0, 0), true)").await;
    let place = "[...document.querySelectorAll('*')].indexOf(document.activeElement)";
    let body = person.evaluate("[...document.querySelectorAll('*')].indexOf(document.body)").await.as_i64();
    let mut passed = Vec::new();
    for _ in 0..TABS {
        person.hits("Tab").await;
        let now = person.evaluate(place).await.as_i64();
        if now == body || now.is_none_or(|now| now < 0) {
            break;
        }
        passed.push(now);
    }
    // What has the focus first is where the page put it; after the last one the browser starts again.
    let turns = passed.windows(2).filter(|pair| pair[1] <= pair[0]).count();
    (passed.is_empty() || turns > 1).then(|| format!("the focus goes to {passed:?}"))
}

/// Looks at the page in light and dark, and hears it.
async fn examine(person: &Person, name: &str) {
    for scheme in ["light", "dark"] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        person.devtools("Emulation.setEmulatedMedia", media).await;
        person.picture(&format!("{name}-{scheme}")).await;
    }
    let problems = problems(person).await;
    assert!(problems.is_empty(), "{name}: {problems:#?}");
}

/// The address of an authorization request with these further parameters.
fn request(issuer: &str, more: &str) -> String {
    format!(
        "{issuer}/authorize?client_id=an-app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback\
         &response_type=id_token&response_mode=form_post&scope=openid%20profile%20email&nonce=n&state=s{more}"
    )
}

pub(crate) async fn every_page_of_the_provider_can_be_heard_reached_by_keys_and_read_on_a_phone(
    mut person: Person,
) {
    let control = "127.0.0.1:0".parse().expect("an address");
    let provider = MockIdp::builder().control(control).start().await.expect("the provider starts");
    let (tenant, issuer) = (provider.tenant(), provider.base_url().to_owned());
    tenant.set_policy(LoginPolicy::Ask);
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    person.devtools("Emulation.setDeviceMetricsOverride", phone).await;

    person.opens(&issuer).await;
    examine(&person, "home").await;
    person.opens(&request(&issuer, "")).await;
    examine(&person, "login").await;
    person.press("Google").await;
    examine(&person, "upstream").await;
    person.opens(&format!("{issuer}/device")).await;
    examine(&person, "device").await;

    person.opens(&request(&issuer, "&prompt=consent")).await;
    person.press("Alice Doe").await;
    examine(&person, "consent").await;
    person.opens(&request(&issuer, "&prompt=select_account")).await;
    examine(&person, "chooser").await;
    tenant.set_pause(true);
    person.opens(&request(&issuer, "")).await;
    examine(&person, "pause").await;
    tenant.set_pause(false);
    person.opens(&format!("{issuer}/end-session")).await;
    examine(&person, "logout").await;
    tenant.add_client(Client {
        redirect_uris: vec!["http://localhost:3000/callback".to_owned()],
        frontchannel_logout_uri: Some(format!("{issuer}/healthz")),
        ..Client::unregistered("an-app")
    });
    person.press("Sign out").await;
    examine(&person, "farewell").await;
    person.opens(&format!("{issuer}/end-session")).await;
    examine(&person, "signed-out").await;

    tenant.set_rules(Rules::Strict);
    person.opens(&request(&issuer, "").replace("%2Fcallback", "%2FCallback")).await;
    examine(&person, "error").await;
    person
        .opens(&format!("{}/tenants/_default/viewer", provider.control_url().expect("a control API")))
        .await;
    examine(&person, "trace").await;
}

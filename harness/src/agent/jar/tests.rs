//! The table of what real browsers do, row by row, and the storage rules one by one.

use super::*;

const START: i64 = 1_700_000_000;

/// One cookie of every kind; the first is one that no browser stores.
const COOKIES: [&str; 7] = [
    "insecure-none=1; SameSite=None",
    "none=1; SameSite=None; Secure",
    "__Host-none=1; SameSite=None; Secure; Path=/",
    "__Secure-none=1; SameSite=None; Secure",
    "unmarked=1",
    "lax=1; SameSite=Lax",
    "strict=1; SameSite=Strict",
];

const EVERYWHERE: [&str; 3] = ["none", "__Host-none", "__Secure-none"];

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn jar(flavour: Flavour) -> (Jar, Clock) {
    let clock = Clock::frozen(START);
    (Jar::new(clock.clone(), flavour), clock)
}

fn set(jar: &mut Jar, at: &str, line: &str) -> Result<(), Refusal> {
    jar.store(&url(at), line, Situation::SameSite)
}

fn names(header: Option<String>) -> Vec<String> {
    let header = header.unwrap_or_default();
    header.split("; ").filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}

/// Stores one of every kind at the app and tells which of them go with a form post of the provider.
fn posted(flavour: Flavour, idp: &str, app: &str, age: i64) -> Vec<String> {
    let (mut jar, clock) = jar(flavour);
    for line in COOKIES {
        let _ = set(&mut jar, app, line);
    }
    clock.advance(age);
    let app = url(app);
    names(jar.header(&app, Situation::navigation(&Initiator::from(url(idp)), &app, "POST")))
}

#[test]
fn on_two_ports_of_localhost_every_cookie_reaches_the_form_post() {
    let sent = posted(Flavour::Chromium, "http://localhost:1/", "http://localhost:2/", 0);

    assert_eq!(sent, ["none", "__Host-none", "__Secure-none", "unmarked", "lax", "strict"]);
}

#[test]
fn between_sites_only_none_and_fresh_unmarked_cookies_reach_the_form_post() {
    for (idp, app) in [
        ("http://127.0.0.1:1/", "http://localhost:2/"),
        ("http://localhost:1/", "http://127.0.0.1:2/"),
        ("http://idp.localhost:1/", "http://app.localhost:2/"),
    ] {
        let sent = posted(Flavour::Chromium, idp, app, 0);

        assert_eq!(sent, ["none", "__Host-none", "__Secure-none", "unmarked"], "{idp} → {app}");
    }
}

#[test]
fn after_two_minutes_unmarked_cookies_stay_at_home() {
    let after = |seconds| posted(Flavour::Chromium, "http://127.0.0.1:1/", "http://localhost:2/", seconds);

    assert!(after(120).contains(&"unmarked".to_owned()));
    assert_eq!(after(121), EVERYWHERE);
    assert_eq!(after(130), EVERYWHERE);
}

#[test]
fn firefox_sends_unmarked_cookies_for_ever_and_the_specification_never() {
    let sent = |flavour, age| posted(flavour, "http://127.0.0.1:1/", "http://localhost:2/", age);

    assert_eq!(sent(Flavour::Firefox, 130), ["none", "__Host-none", "__Secure-none", "unmarked"]);
    assert_eq!(sent(Flavour::Spec, 0), EVERYWHERE);
}

#[test]
fn a_link_from_another_site_brings_lax_but_not_strict_and_the_address_bar_brings_all() {
    let (mut jar, _) = jar(Flavour::Chromium);
    let app = url("http://localhost:2/");
    for line in ["unmarked=1", "lax=1; SameSite=Lax", "strict=1; SameSite=Strict"] {
        set(&mut jar, app.as_str(), line).unwrap();
    }
    let stranger = Initiator::from(url("http://127.0.0.1:1/"));

    let by_link = jar.header(&app, Situation::navigation(&stranger, &app, "GET"));
    let typed = jar.header(&app, Situation::navigation(&Initiator::Nobody, &app, "GET"));
    let in_background = jar.header(&app, Situation::background(&url("http://127.0.0.1:1/"), &app));

    assert_eq!(names(by_link), ["unmarked", "lax"]);
    assert_eq!(names(typed), ["unmarked", "lax", "strict"]);
    assert_eq!(in_background, None);
}

#[test]
fn the_two_minutes_count_from_creation_unless_the_value_changes() {
    let app = url("http://localhost:2/");
    let stranger = Initiator::from(url("http://127.0.0.1:1/"));
    let sent_after_resetting_to = |flavour, value: &str| {
        let (mut jar, clock) = jar(flavour);
        set(&mut jar, app.as_str(), "sid=a").unwrap();
        clock.advance(100);
        set(&mut jar, app.as_str(), &format!("sid={value}")).unwrap();
        clock.advance(100);
        jar.header(&app, Situation::navigation(&stranger, &app, "POST"))
    };

    assert_eq!(sent_after_resetting_to(Flavour::Chromium, "a"), None);
    assert_eq!(sent_after_resetting_to(Flavour::Chromium, "b").as_deref(), Some("sid=b"));
}

#[test]
fn lines_that_break_a_rule_are_refused_by_that_rule() {
    let long = format!("n={}", "x".repeat(4096));
    for (at, line, why) in [
        ("http://localhost/", "a=1; SameSite=None", Refusal::NoneWithoutSecure),
        ("http://app.test/", "a=1; Secure", Refusal::InsecureConnection),
        ("http://localhost/", "__Host-a=1; Path=/", Refusal::PrefixBroken),
        ("http://localhost/", "__Host-a=1; Secure", Refusal::PrefixBroken),
        ("http://localhost/", "__hoST-a=1; Secure; Path=/x", Refusal::PrefixBroken),
        ("https://app.example.com/", "__Host-a=1; Secure; Path=/; Domain=example.com", Refusal::PrefixBroken),
        ("http://localhost/", "__secure-a=1", Refusal::PrefixBroken),
        ("http://localhost/", "__Http-a=1; Secure", Refusal::PrefixBroken),
        ("http://localhost/", &long, Refusal::TooLong),
        ("https://app.example.com/", "a=1; Domain=other.example.com", Refusal::ForeignDomain),
        ("https://app.example.com/", "a=1; Domain=com", Refusal::ForeignDomain),
        ("http://app.localhost/", "a=1; Domain=localhost", Refusal::ForeignDomain),
        ("http://localhost/", "nonsense", Refusal::Malformed),
    ] {
        assert_eq!(set(&mut jar(Flavour::Chromium).0, at, line), Err(why), "{at} {line:.60}");
    }
}

#[test]
fn lines_that_keep_the_rules_are_stored() {
    let just_fits = format!("n={}", "x".repeat(4095));
    for (at, line) in [
        ("http://localhost/", "a=1; Secure"),
        ("http://127.0.0.1/", "__Host-a=1; Secure; Path=/"),
        ("http://localhost/x/y", "__Host-Http-a=1; Secure; HttpOnly; Path=/"),
        ("http://localhost/", just_fits.as_str()),
        ("http://localhost/", "a=1; Domain=localhost"),
        ("http://localhost/", "a=1; SameSite=Sometimes"),
        ("https://app.example.com/", "a=1; Domain=.example.com"),
    ] {
        let (mut jar, _) = jar(Flavour::Chromium);
        set(&mut jar, at, line).unwrap_or_else(|why| panic!("{at} {line:.60}: {why}"));
        assert_eq!(jar.cookies(&url(at)).len(), 1, "{at} {line:.60}");
    }
}

#[test]
fn a_stranger_in_the_background_stores_none_cookies_only() {
    let (mut jar, _) = jar(Flavour::Chromium);
    let app = url("http://localhost:2/");

    assert_eq!(jar.store(&app, "lax=1; SameSite=Lax", Situation::CrossSite), Err(Refusal::CrossSite));
    assert_eq!(jar.store(&app, "unmarked=1", Situation::CrossSite), Err(Refusal::CrossSite));
    assert_eq!(jar.store(&app, "none=1; SameSite=None; Secure", Situation::CrossSite), Ok(()));
}

#[test]
fn cookies_end_by_the_clock_of_the_trial_and_max_age_wins() {
    let (mut jar, clock) = jar(Flavour::Chromium);
    let app = url("http://localhost:2/");
    let past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    set(&mut jar, app.as_str(), &format!("aged=1; Max-Age=60; {past}")).unwrap();
    set(&mut jar, app.as_str(), "dated=1; Expires=Tue, 14 Nov 2023 22:15:00 GMT").unwrap();
    set(&mut jar, app.as_str(), "session=1").unwrap();

    let ends: Vec<Option<i64>> = jar.cookies(&app).iter().map(|cookie| cookie.expires).collect();
    assert_eq!(ends, [Some(START + 60), Some(START + 100), None]);

    clock.advance(60);
    assert_eq!(names(jar.header(&app, Situation::SameSite)), ["dated", "session"]);
    clock.advance(40);
    assert_eq!(names(jar.header(&app, Situation::SameSite)), ["session"]);
    set(&mut jar, app.as_str(), &format!("session=; {past}")).unwrap();
    assert_eq!(jar.header(&app, Situation::SameSite), None);
}

#[test]
fn long_paths_come_first_then_old_cookies() {
    let (mut jar, clock) = jar(Flavour::Chromium);
    for line in ["b=1; Path=/", "a=1; Path=/", "deep=1; Path=/login/x", "b=2; Path=/login"] {
        set(&mut jar, "http://localhost/login/x", line).unwrap();
    }
    clock.advance(5);
    set(&mut jar, "http://localhost/", "b=1; Path=/").unwrap();

    let header = jar.header(&url("http://localhost/login/x/y"), Situation::SameSite);

    assert_eq!(header.as_deref(), Some("deep=1; b=2; b=1; a=1"));
    assert_eq!(jar.header(&url("http://localhost/loginx"), Situation::SameSite).as_deref(), Some("b=1; a=1"));
}

#[test]
fn secure_cookies_are_neither_sent_nor_overlaid_over_a_plain_connection() {
    let (mut jar, _) = jar(Flavour::Chromium);
    set(&mut jar, "https://app.example/", "sid=good; Secure").unwrap();

    assert_eq!(jar.header(&url("http://app.example/"), Situation::SameSite), None);
    assert_eq!(set(&mut jar, "http://app.example/", "sid=evil"), Err(Refusal::WouldShadowSecure));
}

#[test]
fn ports_share_cookies_and_deleting_reaches_every_path() {
    let (mut jar, _) = jar(Flavour::Chromium);
    set(&mut jar, "http://localhost:1/", "a=1").unwrap();
    set(&mut jar, "http://localhost:1/x/", "a=2; Path=/x").unwrap();

    assert_eq!(jar.header(&url("http://localhost:2/x"), Situation::SameSite).as_deref(), Some("a=2; a=1"));
    jar.delete(&url("http://localhost:3/"), "a");
    assert_eq!(jar.header(&url("http://localhost:1/x"), Situation::SameSite), None);
}

#[test]
fn only_a_trustworthy_address_clears_the_cookies_of_its_site() {
    let header = [("Clear-Site-Data".to_owned(), "\"cookies\"".to_owned())];
    for (at, left) in [
        ("http://app.test/", 4),
        ("https://app.test/", 2),
        ("https://a.one.co.uk/", 3),
        ("https://co.uk/", 4),
        ("https://three.co.uk/", 4),
    ] {
        let (mut jar, _) = jar(Flavour::Chromium);
        let hosts =
            ["https://app.test/", "https://sub.app.test/", "https://one.co.uk/", "https://two.co.uk/"];
        for host in hosts {
            set(&mut jar, host, "sid=1; Path=/").unwrap();
        }

        jar.clear_site_data(&url(at), &header);

        let count: usize = hosts.iter().map(|host| jar.cookies(&url(host)).len()).sum();
        assert_eq!(count, left, "{at}");
    }
}

#[test]
fn nobody_speaks_for_a_public_suffix() {
    let (mut jar, _) = jar(Flavour::Chromium);

    assert_eq!(set(&mut jar, "https://one.co.uk/", "a=1; Domain=co.uk"), Err(Refusal::ForeignDomain));
    set(&mut jar, "https://a.one.co.uk/", "a=1; Domain=one.co.uk").unwrap();
    assert_eq!(jar.cookies(&url("https://b.one.co.uk/")).len(), 1);
    set(&mut jar, "https://co.uk/", "b=1; Domain=co.uk").unwrap();
    assert!(jar.cookies(&url("https://co.uk/"))[0].host_only);
}

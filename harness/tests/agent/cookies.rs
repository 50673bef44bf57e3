//! Cookies: what is stored, as what, and how to look at it.

use std::ops::Range;

use harness::agent::{Agent, AgentError, Credentials, Fetch, SameSite};

use crate::stage::{Answer, Stage, with};

/// Lines that keep the rules and lines that break them.
const LINES: [&str; 25] = [
    "plain=1; SameSite=Sometimes",
    "none=1; SameSite=None",
    "secure=1; Secure",
    "__Host-plain=1; Path=/",
    "__Host-pathless=1; Secure",
    "__Host-domain=1; Secure; Path=/; Domain=localhost",
    "__hoST-mixed=1; Path=/",
    "__Host-good=1; Secure; Path=/",
    "__Secure-plain=1",
    "__Secure-good=1; Secure",
    "__Http-plain=1; Secure",
    "__Http-good=1; Secure; HttpOnly",
    "__Host-Http-plain=1; Secure; Path=/",
    "__Host-Http-good=1; Secure; Path=/; HttpOnly",
    "domain=1; Domain=localhost",
    "foreign=1; Domain=example.com",
    "gone=1; Max-Age=0",
    "past=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "aged=1; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "twice=1; SameSite=Strict; SameSite=Lax",
    "relative=1; Path=nowhere",
    "elsewhere=1; Path=/elsewhere",
    "quoted=\"a b\"",
    "equals=a=b",
    "empty=",
];

/// The names of those that are stored for the root of the application.
const STORED: [&str; 14] = [
    "__Host-Http-good",
    "__Host-good",
    "__Http-good",
    "__Secure-good",
    "aged",
    "domain",
    "empty",
    "equals",
    "full",
    "plain",
    "quoted",
    "relative",
    "secure",
    "twice",
];

/// Cookies looked at, planted and taken away.
pub(crate) async fn cookies(agent: &mut dyn Agent, stage: &Stage) {
    let app = stage.app("/");
    agent.visit(&app).await.unwrap();
    agent
        .plant_cookie(&app, "__Host-sid=abc; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=60")
        .await
        .unwrap();
    agent.plant_cookie(&app, "deep=1; Path=/deep").await.unwrap();

    let found = agent.cookies(&app).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let cookie = &found[0];
    assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("__Host-sid", "abc"));
    assert_eq!((cookie.domain.as_str(), cookie.path.as_str(), cookie.host_only), ("localhost", "/", true));
    assert_eq!((cookie.secure, cookie.http_only, cookie.same_site), (true, true, Some(SameSite::Lax)));
    let ends_in = cookie.expires.expect("it has a Max-Age") - stage.clock.unix();
    assert!((55..=60).contains(&ends_in), "{ends_in}");
    assert_eq!(agent.cookies(&stage.app("/deep/er")).await.unwrap().len(), 2);

    agent.visit(&app).await.unwrap();
    assert_eq!(stage.app.last("/").cookies(), ["__Host-sid"]);
    agent.delete_cookie(&app, "__Host-sid").await.unwrap();
    assert!(agent.cookies(&app).await.unwrap().is_empty());
    let refused = agent.plant_cookie(&app, "__Host-sid=abc").await.unwrap_err();
    assert!(matches!(refused, AgentError::CookieRefused { .. }), "{refused}");
}

/// Which `Set-Cookie` lines are stored, and as what.
pub(crate) async fn storage(agent: &mut dyn Agent, stage: &Stage) {
    let (fits, too_long) = (format!("full={}", "x".repeat(4092)), format!("over={}", "x".repeat(4093)));
    let lines = LINES.into_iter().chain([fits.as_str(), too_long.as_str()]);
    let query: Vec<(&str, &str)> = lines.map(|line| ("cookie", line)).collect();
    agent.visit(&stage.app(&with("/set", &query))).await.unwrap();

    let mut stored = agent.cookies(&stage.app("/")).await.unwrap();
    stored.sort_by(|one, other| one.name.cmp(&other.name));
    let names: Vec<&str> = stored.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(names, STORED);
    let value =
        |name: &str| stored.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str());
    assert_eq!((value("quoted"), value("equals"), value("empty")), (Some("\"a b\""), Some("a=b"), Some("")));
    let of = |name: &str| stored.iter().find(|cookie| cookie.name == name).unwrap();
    assert!(of("domain").host_only);
    assert_eq!((of("plain").same_site, of("twice").same_site), (None, Some(SameSite::Lax)));
}

/// `Clear-Site-Data` takes the cookies of the whole site, those of the same answer among them.
pub(crate) async fn clearing(agent: &mut dyn Agent, stage: &Stage) {
    let (app, sub) = (stage.app.at("app.localhost", "/"), stage.app.at("a.app.localhost", "/"));
    let names = |cookies: Vec<harness::agent::Cookie>| -> Vec<String> {
        cookies.into_iter().map(|cookie| cookie.name).collect()
    };
    for (line, kept, fresh) in [
        ("\"cookies\"", false, false),
        ("\"*\"", false, false),
        ("\"storage\" , \"cookies\"", false, false),
        ("\"storage\"", true, true),
        ("cookies", true, true),
        ("\"Cookies\"", true, true),
    ] {
        for url in [&app, &sub, &stage.app("/")] {
            agent.delete_cookie(url, "fresh").await.unwrap();
            agent.plant_cookie(url, "sid=1; HttpOnly; Path=/").await.unwrap();
        }
        let clear = format!("clear-site-data: {line}");
        let query = [("cookie", "fresh=1"), ("header", clear.as_str())];
        agent.visit(&stage.app.at("a.app.localhost", &with("/bye", &query))).await.unwrap();

        let of_sub = names(agent.cookies(&sub).await.unwrap());
        assert_eq!(
            (of_sub.contains(&"sid".to_owned()), of_sub.contains(&"fresh".to_owned())),
            (kept, fresh),
            "{line}"
        );
        assert_eq!(!names(agent.cookies(&app).await.unwrap()).is_empty(), kept, "{line}");
        assert_eq!(names(agent.cookies(&stage.app("/")).await.unwrap()), ["sid"], "{line}: another site");
    }
    let home = stage.app("/home");
    let query = [("status", "303"), ("location", home.as_str()), ("header", "clear-site-data: \"cookies\"")];
    agent.plant_cookie(&home, "sid=1; Path=/").await.unwrap();
    agent.visit(&stage.app(&with("/logout", &query))).await.unwrap();
    assert_eq!(stage.app.last("/home").header("cookie"), None);

    for (credentials, left) in [(Credentials::Omit, 1), (Credentials::SameOrigin, 0)] {
        agent.plant_cookie(&home, "sid=1; Path=/").await.unwrap();
        let api = stage.app(&with("/api", &query[2..]));
        agent.fetch(Fetch::get(api).credentials(credentials)).await.unwrap();
        assert_eq!(agent.cookies(&home).await.unwrap().len(), left, "{credentials:?}");
    }
}

/// More cookies than a browser keeps of one site: which of them give way, and to whom.
pub(crate) async fn crowded(agent: &mut dyn Agent, stage: &Stage) {
    let (app, sibling) = ("crowd.localhost", "sibling.crowd.localhost");
    let names = |name: &str, numbers: Range<usize>| -> Vec<String> {
        numbers.map(|number| format!("{name}-{number}")).collect()
    };
    let set = async |agent: &mut dyn Agent, host: &str, names: &[String], marks: &str| {
        let headers = names.iter().map(|name| ("set-cookie", format!("{name}=1; Path=/{marks}"))).collect();
        stage.app.serve("/set", Answer { status: 200, headers, html: String::new() });
        agent.visit(&stage.app.at(host, "/set")).await.unwrap();
        agent.visit(&stage.app.at(app, "/seen")).await.unwrap();
        stage.app.last("/seen").cookies()
    };

    set(agent, app, &names("plain", 0..80), "").await;
    set(agent, app, &names("secure", 0..20), "; Secure").await;
    let full = set(agent, app, &names("plain", 80..160), "").await;
    assert_eq!(full.len(), 180, "so many are kept");

    let crowded = set(agent, app, &names("plain", 160..161), "").await;
    let kept = [names("plain", 31..80), names("secure", 0..20), names("plain", 80..161)].concat();
    assert_eq!(crowded, kept, "one more, and those that were set first and are not Secure give way");

    let tossed = set(agent, sibling, &names("toss", 0..31), "").await;
    let kept = [names("plain", 62..80), names("secure", 0..20), names("plain", 80..161)].concat();
    assert_eq!(tossed, kept, "those of another host of the site count as well");
}

//! What every agent must do alike; run on the HTTP agent and, where there is one, on Chromium.

use harness::agent::{Agent, AgentError, Credentials, Fetch, FetchMode, Fetched, RedirectMode, Submission};
use mock_idp::{Endpoint, Params};

use crate::stage::{Stage, with};

/// One cookie of every kind, as an application would set it; browsers refuse the first.
const COOKIES: [&str; 7] = [
    "insecure=1; SameSite=None",
    "none=1; SameSite=None; Secure",
    "__Host-none=1; SameSite=None; Secure; Path=/",
    "__Secure-none=1; SameSite=None; Secure",
    "unmarked=1",
    "lax=1; SameSite=Lax",
    "strict=1; SameSite=Strict",
];

/// `COOKIES` set by a page of the application.
pub(crate) fn set_cookies(more: &[(&str, &str)]) -> String {
    let mut query: Vec<(&str, &str)> = COOKIES.iter().map(|line| ("cookie", *line)).collect();
    query.extend(more);
    with("/set", &query)
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

fn cookies_of(seen: &crate::stage::Seen) -> Vec<String> {
    let mut names = seen.cookies();
    names.sort();
    names
}

/// The table of cookies and sites, fresh cookies.
pub(crate) async fn cookie_table(agent: &mut dyn Agent, stage: &Stage) {
    let strangers = sorted(&["none", "__Host-none", "__Secure-none", "unmarked"]);
    let everyone = sorted(&["none", "__Host-none", "__Secure-none", "unmarked", "lax", "strict"]);
    for (idp, app, site, expected) in [
        ("localhost", "localhost", "same-site", &everyone),
        ("127.0.0.1", "localhost", "cross-site", &strangers),
        ("localhost", "127.0.0.1", "cross-site", &strangers),
        ("idp.localhost", "app.localhost", "cross-site", &strangers),
    ] {
        agent.visit(&stage.app.at(app, &set_cookies(&[]))).await.unwrap();
        let landing = stage.app.at(app, "/landing");
        let page =
            agent.visit(&stage.idp.at(idp, &with("/form", &[("to", landing.as_str())]))).await.unwrap();

        let seen = stage.app.last("/landing");
        assert_eq!(page.url, landing);
        assert_eq!(seen.method, "POST");
        assert_eq!(seen.header("sec-fetch-site"), Some(site), "{idp} → {app}");
        assert_eq!(&cookies_of(&seen), expected, "{idp} → {app}");
        assert_eq!(
            seen.header("origin"),
            Some(stage.idp.at(idp, "").origin().ascii_serialization().as_str())
        );
    }
}

/// After the post of a stranger a redirect sees new Lax but not new Strict cookies; a refresh sees both.
pub(crate) async fn after_the_post(agent: &mut dyn Agent, stage: &Stage) {
    let home = stage.app("/home");
    let callback = stage.app(&set_cookies(&[("status", "303"), ("location", home.as_str())]));
    agent.visit(&stage.idp(&with("/form", &[("to", callback.as_str())]))).await.unwrap();
    let seen = stage.app.last("/home");
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.header("sec-fetch-site"), Some("cross-site"));
    assert_eq!(cookies_of(&seen), sorted(&["none", "__Host-none", "__Secure-none", "unmarked", "lax"]));

    let refresh = stage.app(&with("/refresh", &[("to", home.as_str())]));
    let page = agent.visit(&stage.idp(&with("/form", &[("to", refresh.as_str())]))).await.unwrap();
    let seen = stage.app.last("/home");
    assert_eq!(page.url, home);
    assert_eq!(seen.header("sec-fetch-site"), Some("same-origin"));
    assert!(seen.cookies().contains(&"strict".to_owned()));
}

/// Which redirects repeat a post, and what `Origin` says then.
pub(crate) async fn redirects(agent: &mut dyn Agent, stage: &Stage) {
    let idp_origin = stage.idp("").origin().ascii_serialization();
    for (status, method, origin) in [
        ("301", "GET", None),
        ("302", "GET", None),
        ("303", "GET", None),
        ("307", "POST", Some(idp_origin.as_str())),
    ] {
        let end = stage.app("/end");
        let callback = stage.app(&with("/callback", &[("status", status), ("location", end.as_str())]));
        let page = agent.visit(&stage.idp(&with("/form", &[("to", callback.as_str())]))).await.unwrap();

        let seen = stage.app.last("/end");
        assert_eq!(seen.method, method, "{status}");
        assert_eq!(seen.header("origin"), origin, "{status}");
        assert_eq!(seen.header("sec-fetch-mode"), Some("navigate"));
        assert_eq!(seen.header("sec-fetch-dest"), Some("document"));
        assert_eq!(seen.body.is_empty(), method == "GET", "{status}");
        let hops: Vec<(&str, u16)> = page.hops.iter().map(|hop| (hop.method.as_str(), hop.status)).collect();
        assert_eq!(hops, [("GET", 200), ("POST", status.parse().unwrap()), (method, 200)]);
    }
    let elsewhere = stage.app.at("app.localhost", "/end");
    let callback = stage.app(&with("/callback", &[("status", "307"), ("location", elsewhere.as_str())]));
    agent.visit(&stage.idp(&with("/form", &[("to", callback.as_str())]))).await.unwrap();
    assert_eq!(stage.app.last("/end").header("origin"), Some("null"));
}

/// Origin, Referer and `Sec-Fetch-*` of a login that begins at the application.
pub(crate) async fn headers_per_hop(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    let form = stage.idp(&with("/form", &[("to", end.as_str())]));
    let start = stage.app(&with("/start", &[("status", "302"), ("location", form.as_str())]));
    agent.visit(&start).await.unwrap();

    let (start, form, end) = (stage.app.last("/start"), stage.idp.last("/form"), stage.app.last("/end"));
    for typed in [&start, &form] {
        assert_eq!(typed.header("sec-fetch-site"), Some("none"));
        assert_eq!(typed.header("sec-fetch-user"), Some("?1"));
        assert_eq!(typed.header("origin"), None);
        assert_eq!(typed.header("referer"), None);
    }
    let idp = stage.idp("/");
    assert_eq!(end.header("sec-fetch-site"), Some("cross-site"));
    assert_eq!(end.header("sec-fetch-user"), None);
    assert_eq!(end.header("referer"), Some(idp.as_str()));
    assert_eq!(end.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(end.header("upgrade-insecure-requests"), Some("1"));
    assert!(end.header("accept").is_some_and(|accept| accept.starts_with("text/html,")));
    assert_eq!(end.body, "state=s1&id_token=a+b%26c");

    let quiet = with("/form", &[("to", stage.app("/end").as_str()), ("referrer-policy", "no-referrer")]);
    agent.visit(&stage.idp(&quiet)).await.unwrap();
    assert_eq!(stage.app.last("/end").header("origin"), Some("null"));
    assert_eq!(stage.app.last("/end").header("referer"), None);
}

/// The ways in which a page can ask for its form to be written.
pub(crate) async fn enctypes(agent: &mut dyn Agent, stage: &Stage) {
    for (asked, sent, body) in [
        ("text/plain", "text/plain", "state=s1\r\nid_token=a b&c\r\n"),
        ("application/json", "application/x-www-form-urlencoded", "state=s1&id_token=a+b%26c"),
        ("multipart/form-data", "multipart/form-data; boundary=", "name=\"id_token\"\r\n\r\na b&c\r\n--"),
    ] {
        let end = stage.app("/end");
        agent.visit(&stage.idp(&with("/form", &[("to", end.as_str()), ("enctype", asked)]))).await.unwrap();

        let seen = stage.app.last("/end");
        assert!(seen.header("content-type").unwrap().starts_with(sent), "{asked}: {seen:?}");
        assert!(seen.body.contains(body), "{asked}: {seen:?}");
    }
}

/// A login page filled in by a person.
pub(crate) async fn people(agent: &mut dyn Agent, stage: &Stage) {
    let welcome = stage.app("/welcome");
    let page = agent.visit(&stage.app(&with("/login", &[("to", welcome.as_str())]))).await.unwrap();
    assert_eq!((page.status, page.title.as_str()), (200, "login"));
    assert_eq!(page.text, "Sign in Name Password Sign in Deny Help me");

    let mut form = page.forms[0].clone();
    form.set("username", "ada").unwrap().set("password", "pä ss").unwrap().press("Sign in").unwrap();
    let page = agent.submit(&form).await.unwrap();
    assert_eq!(page.text, "This is welcome");
    let seen = stage.app.last("/welcome");
    assert_eq!(seen.body, "csrf=x&username=ada&password=p%C3%A4+ss&as=sign-in");
    assert_eq!(seen.header("sec-fetch-site"), Some("same-origin"));

    agent.visit(&stage.app(&with("/login", &[("to", welcome.as_str())]))).await.unwrap();
    agent.click("Deny").await.unwrap();
    assert_eq!(stage.app.last("/welcome").body, "csrf=x&username=&password=&as=deny");

    agent.visit(&stage.app("/login")).await.unwrap();
    let page = agent.click("Help me").await.unwrap();
    assert_eq!(page.text, "This is elsewhere");
    assert_eq!(stage.app.last("/elsewhere").header("referer"), Some(stage.app("/login").as_str()));
    agent.visit(&stage.app("/login")).await.unwrap();
    let error = agent.click("Help you").await.unwrap_err();
    assert!(matches!(&error, AgentError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("“Help me”"), "{error}");
}

/// Forms that are held, sent by hand, and sent twice.
pub(crate) async fn held_and_made_by_hand(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    agent.hold_forms(true);
    let page = agent.visit(&stage.idp(&with("/form", &[("to", end.as_str())]))).await.unwrap();
    assert_eq!(stage.app.count("/end"), 0);
    let form = page.self_submitting_form().expect("the page is held").clone();
    agent.submit(&form).await.unwrap();
    assert_eq!(stage.app.last("/end").header("sec-fetch-site"), Some("cross-site"));
    agent.hold_forms(false);

    let fields =
        Params(vec![("state".into(), "1".into()), ("state".into(), "2".into()), ("x".into(), String::new())]);
    for (initiator, origin, site) in
        [(stage.idp("/"), stage.idp(""), "cross-site"), (stage.app("/"), stage.app(""), "same-origin")]
    {
        agent.send(Submission::form_post(end.clone(), &fields, &initiator)).await.unwrap();
        let seen = stage.app.last("/end");
        assert_eq!(seen.body, "state=1&state=2&x=");
        assert_eq!(seen.header("origin"), Some(origin.origin().ascii_serialization().as_str()));
        assert_eq!(seen.header("sec-fetch-site"), Some(site));
    }
    let opaque = harness::agent::Initiator::Opaque;
    agent.send(Submission::form_post(end.clone(), &fields, opaque)).await.unwrap();
    assert_eq!(stage.app.last("/end").header("origin"), Some("null"));
    assert_eq!(stage.app.last("/end").header("sec-fetch-site"), Some("cross-site"));
}

/// Every way in which a guarded API answers a background request.
pub(crate) async fn fetches(agent: &mut dyn Agent, stage: &Stage) {
    agent.visit(&stage.app(&set_cookies(&[]))).await.unwrap();
    let to_idp =
        stage.app(&with("/api", &[("status", "302"), ("location", stage.idp("/authorize").as_str())]));
    for (redirect, status) in
        [(RedirectMode::Follow, None), (RedirectMode::Manual, Some(0)), (RedirectMode::Error, None)]
    {
        let fetched = agent.fetch(Fetch::get(to_idp.clone()).redirect(redirect)).await.unwrap();
        assert_eq!(fetched.status(), status, "{redirect:?}: {fetched:?}");
    }
    assert_eq!(stage.app.last("/api").header("sec-fetch-mode"), Some("cors"));
    assert_eq!(stage.app.last("/api").header("sec-fetch-dest"), Some("empty"));
    assert_eq!(
        stage.idp.last("/authorize").header("origin"),
        Some(stage.app("").origin().ascii_serialization().as_str())
    );

    let open = stage.idp(&with("/open", &[("allow", "*")]));
    let fetched = agent.fetch(Fetch::get(open.clone())).await.unwrap();
    assert_eq!(fetched.status(), Some(200));
    let fetched = agent.fetch(Fetch::get(open.clone()).credentials(Credentials::Include)).await.unwrap();
    assert_eq!(fetched.status(), None, "a wildcard is not enough when cookies go along");
    let fetched = agent.fetch(Fetch::get(open.clone()).header("X-Requested-With", "fetch")).await.unwrap();
    assert_eq!(fetched.status(), None, "the preflight does not allow the header");
    assert_eq!(stage.idp.last("/open").method, "OPTIONS");
    let agreed = stage.idp(&with("/agreed", &[("allow", "*"), ("allow-headers", "x-requested-with")]));
    let fetched = agent.fetch(Fetch::get(agreed).header("X-Requested-With", "fetch")).await.unwrap();
    assert_eq!(fetched.status(), Some(200));
    assert_eq!(agent.fetch(Fetch::get(open.clone()).mode(FetchMode::NoCors)).await.unwrap(), Fetched::Opaque);
    assert_eq!(agent.fetch(Fetch::get(open).mode(FetchMode::SameOrigin)).await.unwrap().status(), None);
    fetched_cookies(agent, stage).await;
}

async fn fetched_cookies(agent: &mut dyn Agent, stage: &Stage) {
    let api = stage.app(&with("/api", &[("status", "401"), ("cookie", "fresh=1")]));
    let fetched = agent.fetch(Fetch::get(api.clone()).method("POST", Some("x"))).await.unwrap();
    let Fetched::Response { status: 401, headers, redirected: false, .. } = &fetched else {
        panic!("{fetched:?}")
    };
    assert!(headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("set-cookie")));
    let seen = stage.app.last("/api");
    assert_eq!(seen.header("origin"), Some(stage.app("").origin().ascii_serialization().as_str()));
    assert_eq!(seen.header("content-type"), Some("text/plain;charset=UTF-8"));
    assert!(seen.cookies().contains(&"strict".to_owned()));
    assert!(agent.cookies(&stage.app("/")).await.unwrap().iter().any(|cookie| cookie.name == "fresh"));

    agent.fetch(Fetch::get(api).credentials(Credentials::Omit)).await.unwrap();
    assert_eq!(stage.app.last("/api").header("cookie"), None);

    agent.visit(&stage.idp("/page")).await.unwrap();
    let origin = stage.idp("").origin().ascii_serialization();
    let agreed =
        [("allow", origin.as_str()), ("allow-credentials", "true"), ("cookie", "late=1; SameSite=Lax")];
    let across = Fetch::get(stage.app(&with("/api", &agreed))).credentials(Credentials::Include);
    assert_eq!(agent.fetch(across).await.unwrap().status(), Some(200));
    assert_eq!(cookies_of(&stage.app.last("/api")), sorted(&["none", "__Host-none", "__Secure-none"]));
    assert!(agent.cookies(&stage.app("/")).await.unwrap().iter().all(|cookie| cookie.name != "late"));
}

/// What the agent writes down.
pub(crate) async fn trace(agent: &mut dyn Agent, stage: &Stage) {
    let before = agent.exchanges().len();
    let end = stage.app(&with("/end", &[("cookie", "sid=1; HttpOnly")]));
    let start = stage.idp(&with(
        "/authorize",
        &[("status", "302"), ("location", &with("/form", &[("to", end.as_str())]))],
    ));
    agent.visit(&start).await.unwrap();

    let exchanges = agent.exchanges().split_off(before);
    let lines: Vec<(&str, Endpoint, Option<u16>)> = exchanges
        .iter()
        .map(|one| {
            (one.request.method.as_str(), one.endpoint, one.response.as_ref().map(|response| response.status))
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("GET", Endpoint::Authorize, Some(302)),
            ("GET", Endpoint::Other, Some(200)),
            ("POST", Endpoint::App, Some(200)),
        ]
    );
    let posted = &exchanges[2];
    assert_eq!(posted.request.body, "state=s1&id_token=a+b%26c");
    assert_eq!(posted.request.header("sec-fetch-site"), Some("cross-site"));
    let response = posted.response.as_ref().unwrap();
    assert_eq!(response.headers_named("set-cookie"), ["sid=1; HttpOnly"]);
    assert!(response.body.contains("This is end"));
    assert!(exchanges.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}

//! How much of its address a page tells the next one.

use harness::agent::Agent;
use url::Url;

use crate::stage::{Stage, with};

/// How a page may limit what it tells: its header, its head, and what it is told about then.
struct Case {
    header: &'static str,
    head: &'static str,
    /// Attributes of the form and the link.
    attributes: &'static str,
    told: Told,
}

#[derive(Clone, Copy, PartialEq)]
enum Told {
    Nothing,
    Origin,
    Everything,
}

use Told::{Everything, Nothing, Origin};

const fn case(header: &'static str, head: &'static str, attributes: &'static str, told: Told) -> Case {
    Case { header, head, attributes, told }
}

const LINKS: [Case; 11] = [
    case("", "", "", Origin),
    case("", "<meta name=referrer content=no-referrer>", "", Nothing),
    case("", "<meta name=Referrer content=NEVER>", "", Nothing),
    case("", "<meta name=referrer content=' no-referrer'>", "", Origin),
    case("", "<meta name=referrer content=always>", "", Everything),
    case("", "<meta name=referrer content=unsafe-url><meta name=referrer content=nonsense>", "", Everything),
    case("unsafe-url", "<meta name=referrer content=no-referrer>", "", Nothing),
    case("no-referrer, nonsense", "", "", Nothing),
    case("", "", "rel='nofollow NoReferrer' referrerpolicy=unsafe-url", Nothing),
    case("no-referrer", "", "referrerpolicy=unsafe-url", Everything),
    case("no-referrer", "", "referrerpolicy=nonsense", Nothing),
];

const FORMS: [Case; 5] = [
    case("", "", "", Origin),
    case("", "<meta name=referrer content=no-referrer>", "", Nothing),
    case("", "", "rel=noreferrer", Origin),
    case("unsafe-url", "", "referrerpolicy=no-referrer", Everything),
    case("same-origin", "", "", Nothing),
];

fn told(page: &Url, told: Told) -> Option<String> {
    match told {
        Nothing => None,
        Origin => Some(format!("{}/", page.origin().ascii_serialization())),
        Everything => Some(page.to_string()),
    }
}

fn address(stage: &Stage, case: &Case, body: &str) -> Url {
    let html = format!("<!doctype html><head>{}</head><body>{body}", case.head);
    let policy = format!("referrer-policy: {}", case.header);
    let mut query = vec![("html", html.as_str())];
    query.extend((!case.header.is_empty()).then_some(("header", policy.as_str())));
    stage.app(&with("/from", &query))
}

/// What links and forms to another origin say.
pub(crate) async fn policies(agent: &mut dyn Agent, stage: &Stage) {
    let to = stage.idp("/to");
    for case in &LINKS {
        let page = address(stage, case, &format!("<a href='{to}' {}>Go</a>", case.attributes));
        agent.visit(&page).await.unwrap();
        agent.click("Go").await.unwrap();
        let seen = stage.idp.last("/to");
        assert_eq!(seen.header("referer"), told(&page, case.told).as_deref(), "{page}");
    }
    for case in &FORMS {
        let form = format!("<form method=post action='{to}' {}><button>Go</button></form>", case.attributes);
        let page = address(stage, case, &form);
        agent.visit(&page).await.unwrap();
        agent.click("Go").await.unwrap();
        let seen = stage.idp.last("/to");
        assert_eq!(seen.header("referer"), told(&page, case.told).as_deref(), "{page}");
        let known = page.origin().ascii_serialization();
        let origin = if case.told == Nothing { "null" } else { known.as_str() };
        assert_eq!(seen.header("origin"), Some(origin), "{page}");
    }
}

/// A redirect may limit what is told from there on, and what was left out once does not come back.
pub(crate) async fn redirects(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    let via = |at: fn(&Stage, &str) -> Url, status: &str, policy: &str| {
        let query = [("status", status), ("location", end.as_str()), ("referrer-policy", policy)];
        at(stage, &with("/via", &query))
    };
    let page = |to: &Url| {
        let to = to.as_str().replace('&', "&amp;");
        let html = format!(
            "<!doctype html><a href='{to}'>Go</a><form method=post action='{to}'><button>Post</button></form>"
        );
        stage.app(&with("/from", &[("html", html.as_str())]))
    };
    for (what, via, all) in [
        ("the own origin says nothing", via(Stage::app, "302", ""), Everything),
        ("the own origin", via(Stage::app, "302", "no-referrer"), Nothing),
        ("the own origin, halfway", via(Stage::app, "302", "origin"), Origin),
        ("a stranger between", via(Stage::idp, "302", ""), Origin),
        ("a stranger that allows everything", via(Stage::idp, "302", "unsafe-url"), Origin),
        ("a stranger", via(Stage::idp, "302", "no-referrer"), Nothing),
    ] {
        let from = page(&via);
        agent.visit(&from).await.unwrap();
        agent.click("Go").await.unwrap();
        assert_eq!(stage.app.last("/end").header("referer"), told(&from, all).as_deref(), "{what}");
    }
    let from = page(&via(Stage::app, "307", "no-referrer"));
    agent.visit(&from).await.unwrap();
    agent.click("Post").await.unwrap();
    let seen = stage.app.last("/end");
    assert_eq!((seen.method.as_str(), seen.header("referer")), ("POST", None));
    assert_eq!(seen.header("origin"), Some(from.origin().ascii_serialization().as_str()));
}

//! What a Content-Security-Policy lets a page do by itself.

use harness::agent::{Agent, Fetch, FetchMode, Fetched};
use url::Url;

use crate::stage::{Stage, with};

const SUBMIT: &str = "document.forms[0].submit()";
/// The hash of `SUBMIT`.
const HASH: &str = "'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='";

fn page(stage: &Stage, policies: &[&str], html: &str) -> Url {
    let lines: Vec<String> =
        policies.iter().map(|policy| format!("content-security-policy: {policy}")).collect();
    let mut query: Vec<(&str, &str)> = lines.iter().map(|line| ("header", line.as_str())).collect();
    query.push(("html", html));
    stage.idp(&with("/page", &query))
}

/// Whether a page with these policies comes to the end by itself.
async fn goes_on(agent: &mut dyn Agent, stage: &Stage, policies: &[&str], html: &str) -> bool {
    let before = stage.app.count("/end");
    let page = agent.visit(&page(stage, policies, html)).await.unwrap();
    let posted = stage.app.count("/end") > before;
    assert_eq!(page.url.path() == "/end", posted, "{policies:?} {html}");
    posted
}

fn form(stage: &Stage, script: &str) -> String {
    format!(
        "<form method=post action='{}'><input type=hidden name=a value=1></form>{script}",
        stage.app("/end")
    )
}

/// Which policies let an inline script submit the form.
pub(crate) async fn scripts(agent: &mut dyn Agent, stage: &Stage) {
    let hashed = format!("script-src {HASH}");
    let both = format!("{hashed} 'unsafe-inline'");
    let other = "script-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='";
    let bare = format!("<script>{SUBMIT}</script>");
    let bare = form(stage, &bare);
    for (policies, yes) in [
        (&["script-src 'none'"][..], false),
        (&["default-src 'none'"], false),
        (&["default-src 'none'; script-src 'unsafe-inline'"], true),
        (&["script-src 'self' https: http: *"], false),
        (&["img-src 'none'; style-src 'self'; frame-ancestors 'none'"], true),
        (&["DEFAULT-SRC 'Unsafe-Inline'"], true),
        (&["default-src 'unsafe-inline'; script-src-elem 'self'"], false),
        (&["script-src 'none'; script-src-elem 'unsafe-inline'"], true),
        (&["script-src 'unsafe-inline'; script-src 'none'"], true),
        (&["script-src 'unsafe-inline' 'nonce-abc'"], false),
        (&["script-src 'unsafe-inline' 'strict-dynamic'"], false),
        (&[hashed.as_str()], true),
        (&[both.as_str()], true),
        (&[other], false),
        (&["script-src 'unsafe-inline'", "script-src 'self'"], false),
        (&["script-src 'unsafe-inline', script-src 'self'"], false),
        (&["script-src"], false),
        (&[""], true),
    ] {
        assert_eq!(goes_on(agent, stage, policies, &bare).await, yes, "{policies:?}");
    }
    script_elements(agent, stage).await;
}

async fn script_elements(agent: &mut dyn Agent, stage: &Stage) {
    let hashed = format!("script-src {HASH}");
    let unsafe_hashes = format!("script-src {HASH} 'unsafe-hashes'");
    let meta = |policy: &str| format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">");
    let run = format!("<script>{SUBMIT}</script>");
    let handler = format!("<body onload='{SUBMIT}'>");
    for (policy, before, script, yes) in [
        ("script-src 'nonce-abc'", "", format!("<script nonce=abc>{SUBMIT}</script>"), true),
        ("script-src 'nonce-abc'", "", format!("<script nonce=ABC>{SUBMIT}</script>"), false),
        (&hashed, "", format!("<script>{SUBMIT} </script>"), false),
        (
            "",
            "",
            "<script>HTMLFormElement.prototype.submit.call(document.forms[0])</script>".to_owned(),
            true,
        ),
        ("", "", format!("<script type=application/json>{SUBMIT}</script>"), false),
        ("", "", format!("<script type=module>{SUBMIT}</script>"), true),
        ("", &meta("script-src 'none'"), run.clone(), false),
        ("", &meta(&hashed), run.clone(), true),
        ("script-src 'unsafe-inline'", &handler, String::new(), true),
        (&hashed, &handler, String::new(), false),
        (&unsafe_hashes, &handler, String::new(), true),
        ("script-src 'unsafe-inline'; script-src-attr 'none'", &handler, String::new(), false),
        (
            "",
            "<meta http-equiv=content-security-policy-report-only content=\"script-src 'none'\">",
            run,
            true,
        ),
    ] {
        let html = format!("<!doctype html>{before}{}", form(stage, &script));
        let policies: &[&str] = if policy.is_empty() { &[] } else { &[policy] };
        assert_eq!(goes_on(agent, stage, policies, &html).await, yes, "{policy} {html}");
    }
    let reported = "content-security-policy-report-only: script-src 'none'";
    let html = form(stage, &format!("<script>{SUBMIT}</script>"));
    let page = stage.idp(&with("/page", &[("header", reported), ("html", html.as_str())]));
    assert_eq!(agent.visit(&page).await.unwrap().url.path(), "/end");
}

/// Where a form may go, by a script and by a button.
pub(crate) async fn form_action(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    let port = end.port().unwrap();
    let run = form(stage, &format!("<script>{SUBMIT}</script>"));
    for (policy, yes) in [
        ("default-src 'unsafe-inline'", true),
        ("form-action 'none'", false),
        ("form-action 'self'", false),
        ("form-action http:", true),
        ("form-action https:", false),
        ("form-action *", true),
        ("form-action localhost", false),
        ("form-action localhost:*", true),
        (&format!("form-action localhost:{port}"), true),
        (&format!("form-action http://localhost:{port}/end"), true),
        (&format!("form-action http://localhost:{port}/en"), false),
        (&format!("form-action https://localhost:{port}"), false),
        (&format!("form-action 'self' HTTP://LOCALHOST:{port}/"), true),
        ("form-action", false),
    ] {
        assert_eq!(goes_on(agent, stage, &[policy], &run).await, yes, "{policy}");
    }
    let button = format!("<!doctype html><form method=post action='{end}'><button>Go</button></form>");
    let from = page(stage, &["form-action 'self'"], &button);
    let before = stage.app.count("/end");
    agent.visit(&from).await.unwrap();
    let shown = agent.click("Go").await.unwrap();
    assert_eq!((&shown.url, shown.hops.len()), (&from, 1));
    assert_eq!(stage.app.count("/end"), before);
    let form = agent.page().unwrap().forms[0].clone();
    assert_eq!(agent.submit(&form).await.unwrap().url, from);
}

/// What a page may ask for of its own accord: by a script, as a picture, in a frame; and where it may be sent on to.
pub(crate) async fn requests(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    for (policy, script, picture, frame) in [
        ("", true, true, true),
        ("connect-src 'none'", false, true, true),
        ("connect-src 'self'", false, true, true),
        ("default-src 'none'", false, false, false),
        ("default-src 'none'; connect-src http://localhost:*", true, false, false),
        ("default-src 'self'; img-src *", false, true, false),
        ("default-src 'none'; child-src *", false, false, true),
        ("frame-src 'none'; child-src *", true, true, false),
        ("default-src *; connect-src", false, true, true),
        ("script-src 'none'; form-action 'none'", true, true, true),
    ] {
        let fetch = Fetch::get(end.clone()).mode(FetchMode::NoCors);
        for (fetch, yes) in
            [(fetch, script), (Fetch::image(end.clone()), picture), (Fetch::frame(end.clone()), frame)]
        {
            let what = fetch.destination;
            assert_eq!(asks(agent, stage, policy, fetch).await, yes, "{what:?} {policy}");
        }
    }
    let on = stage.idp(&with("/on", &[("status", "302"), ("location", end.as_str())]));
    for (policy, yes) in [("connect-src 'self'", false), ("connect-src 'self' http://localhost:*", true)] {
        let fetch = Fetch::get(on.clone()).mode(FetchMode::NoCors);
        assert_eq!(asks(agent, stage, policy, fetch).await, yes, "{policy}");
    }
}

/// Whether a request of a page with this policy comes to the end; of a script's, that it is told of a failure otherwise.
async fn asks(agent: &mut dyn Agent, stage: &Stage, policy: &str, fetch: Fetch) -> bool {
    let policies: &[&str] = if policy.is_empty() { &[] } else { &[policy] };
    let before = stage.app.count("/end");
    agent.visit(&page(stage, policies, "<!doctype html><p>Here")).await.unwrap();
    let is_script = fetch.destination == harness::agent::Destination::Empty;
    let seen = agent.fetch(fetch).await.unwrap();
    let asked = stage.app.count("/end") > before;
    assert_eq!(matches!(seen, Fetched::NetworkError(_)), is_script && !asked, "{policy} {seen:?}");
    asked
}

/// A policy for forms holds for the redirects that follow one.
pub(crate) async fn form_redirects(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    let on = stage.idp(&with("/on", &[("status", "303"), ("location", end.as_str())]));
    let on_html = on.as_str().replace('&', "&amp;");
    let button = format!("<!doctype html><form method=post action='{on_html}'><button>Go</button></form>");
    for (policy, yes) in [
        ("form-action 'self'", false),
        ("form-action *", true),
        (&format!("form-action 'self' http://localhost:{}/else", end.port().unwrap()), true),
    ] {
        let from = page(stage, &[policy], &button);
        let before = stage.app.count("/end");
        agent.visit(&from).await.unwrap();
        let shown = agent.click("Go").await.unwrap();
        assert_eq!(stage.app.count("/end") > before, yes, "{policy}");
        assert_eq!((shown.url == from, shown.hops.len()), (!yes, if yes { 2 } else { 1 }), "{policy}");
        assert_eq!(shown.status, 200, "{policy}");
    }
}

//! The same checks in a real Chromium: what the HTTP agent believes of browsers is what this one does.

use std::time::{Duration, Instant};

use harness::agent::{Agent, AgentError, Browser, BrowserAgent};
use mock_idp::Clock;

use crate::stage::{SHORT, Stage, with};
use crate::{content_policy, cookies, documents, referrers, shared};

/// A driver, or nothing and a printed reason where Chromium is not installed.
pub(crate) fn browser() -> Option<Browser> {
    match Browser::launch() {
        Ok(browser) => Some(browser),
        Err(missing) => {
            assert!(!harness::libtest::is_required("chromium"), "{missing}");
            harness::libtest::say_not_run(missing);
            None
        }
    }
}

async fn window(browser: &Browser, stage: &Stage) -> BrowserAgent {
    browser.agent(stage.options()).await.unwrap()
}

macro_rules! in_chromium {
    ($sentence:ident: $($module:ident::$check:ident),* $(,)?) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sentence() {
            let Some(browser) = browser() else { return };
            $(
                let began = Instant::now();
                let stage = Stage::start(Clock::system()).await;
                let mut agent = window(&browser, &stage).await;
                println!("{}: window after {} ms", stringify!($check), began.elapsed().as_millis());
                $module::$check(&mut agent, &stage).await;
                println!("{}: {} ms", stringify!($check), began.elapsed().as_millis());
            )*
        }
    };
}

in_chromium!(
    chromium_and_the_http_agent_agree:
    shared::cookie_table,
    shared::after_the_post,
    shared::redirects,
    shared::headers_per_hop,
    shared::people,
    shared::held_and_made_by_hand,
    shared::fetches,
    cookies::cookies,
    shared::enctypes,
    cookies::storage,
    shared::trace,
);

in_chromium!(
    chromium_and_the_http_agent_agree_on_what_documents_ask_for:
    cookies::clearing,
    cookies::crowded,
    documents::refreshes,
    documents::slashes,
    documents::newlines,
    documents::form_details,
    documents::pictures,
    referrers::policies,
    referrers::redirects,
    content_policy::scripts,
    content_policy::form_action,
    content_policy::form_redirects,
    content_policy::requests,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_withholds_unmarked_cookies_after_the_grace() {
    let Some(browser) = browser() else { return };
    let stage = Stage::start(Clock::system()).await;
    let flags = ["--enable-features=ShortLaxAllowUnsafeThreshold"];
    let mut agent = browser.agent_with(stage.options(), &flags).await.unwrap();
    agent.visit(&stage.app(&shared::set_cookies(&[]))).await.unwrap();
    let began = Instant::now();

    let mut sent = vec!["unmarked".to_owned()];
    while sent.contains(&"unmarked".to_owned()) && began.elapsed() < Duration::from_secs(30) {
        agent.visit(&stage.idp(&with("/form", &[("to", stage.app("/end").as_str())]))).await.unwrap();
        sent = stage.app.last("/end").cookies();
    }

    sent.sort();
    assert_eq!(sent, ["__Host-none", "__Secure-none", "none"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_tells_of_deadlines_drops_and_loops_like_the_http_agent() {
    let Some(browser) = browser() else { return };
    let stage = Stage::start(Clock::system()).await;
    let options = harness::agent::AgentOptions { deadline: SHORT * 10, ..stage.options() };
    let mut agent = browser.agent(options).await.unwrap();
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

    let refused = agent.visit(&format!("http://{closed}/").parse().unwrap()).await.unwrap_err();
    let dropped = agent.visit(&stage.app("/broken")).await.unwrap_err();
    let silent = agent.visit(&stage.app("/silent")).await.unwrap_err();
    let around = agent.visit(&stage.app(&with("/form", &[("to", "")]))).await.unwrap_err();

    assert!(matches!(&refused, AgentError::Unreachable { .. }), "{refused}");
    assert!(matches!(&dropped, AgentError::Dropped { .. }), "{dropped}");
    assert!(matches!(&silent, AgentError::Deadline { .. }), "{silent}");
    assert!(matches!(&around, AgentError::TooManyHops { .. }), "{around}");
    let page = agent.visit(&stage.app("/well")).await.unwrap();
    assert_eq!((page.status, page.text.as_str()), (200, "This is well"));
    assert!(agent.screenshot().await.unwrap().starts_with(b"\x89PNG"));
    agent.wait_for_text("This is well").await.unwrap();
    let absent = agent.wait_for_text("This is absent").await.unwrap_err();
    assert!(matches!(&absent, AgentError::Deadline { .. }), "{absent}");
    assert!(agent.source().await.unwrap().contains("<h1>This is well</h1>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_provider_sees_the_marker_cookie_and_windows_share_nothing() {
    let Some(browser) = browser() else { return };
    let stage = Stage::start(Clock::system()).await;
    let marked = harness::agent::AgentOptions { marker: Some("trial-7".to_owned()), ..stage.options() };
    let mut one = browser.agent(marked).await.unwrap();
    let mut other = window(&browser, &stage).await;
    one.plant_cookie(&stage.app("/"), "sid=1").await.unwrap();

    one.visit(&stage.idp(&with("/form", &[("to", stage.app("/end").as_str())]))).await.unwrap();
    assert_eq!(stage.idp.last("/form").header("cookie"), Some("mock_idp_marker=trial-7"));
    assert_eq!(stage.app.last("/end").header("cookie"), Some("sid=1"));
    other.visit(&stage.app("/home")).await.unwrap();
    assert_eq!(stage.app.last("/home").header("cookie"), None);
}

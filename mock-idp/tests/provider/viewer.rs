//! The trace as a page.

use std::time::Duration;

use mock_idp::fault::named;
use mock_idp::{LoginPolicy, Tenant};

use super::control::Desk;
use super::stage::{Got, read, request};

const HOSTILE: &str = "\"><script>alert(1)</script>";

async fn log_in(desk: &Desk, tenant: &Tenant) {
    tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    desk.stage.get(&request(&tenant.issuer(), &[("state", HOSTILE)])).await;
}

async fn page(desk: &Desk) -> Got {
    desk.stage.get(&format!("{}/tenants/_default/viewer", desk.control)).await
}

#[tokio::test]
async fn the_viewer_shows_every_exchange_with_its_tokens_and_its_lies() {
    let desk = Desk::new().await;
    let tenant = desk.stage.tenant();
    let _lie = tenant.arm(named::exp_missing()).unwrap();
    log_in(&desk, &tenant).await;

    let page = page(&desk).await;

    for text in ["/authorize", "the id_token&#39;s exp is missing", "&#34;the-nonce&#34;", "curl -i", ">303<"]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

#[tokio::test]
async fn what_the_viewer_shows_stays_text_and_nothing_foreign_is_loaded() {
    let desk = Desk::new().await;
    log_in(&desk, &desk.stage.tenant()).await;

    let page = page(&desk).await;

    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    let policy = page.header("content-security-policy");
    for rule in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for attribute in ["src=\"", "href=\"http", "@import", "url("] {
        assert!(!page.body.contains(attribute), "{attribute}");
    }
}

#[tokio::test]
async fn the_viewer_follows_with_rows_that_are_escaped_already() {
    let desk = Desk::new().await;
    let url = format!("{}/tenants/_default/viewer/rows?since=0", desk.control);
    let mut stream = desk.stage.http.get(&url).send().await.unwrap();

    log_in(&desk, &desk.stage.tenant()).await;

    let mut text = String::new();
    while text.matches("\n\n").count() < 2 {
        let next = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await;
        text.push_str(std::str::from_utf8(&next.unwrap().unwrap().unwrap()).unwrap());
    }
    assert!(text.contains("id: 1-") && text.contains("event: exchange\ndata: <li"), "{text}");
    assert!(!text.contains("<script>"), "{text}");
}

#[tokio::test]
async fn a_link_from_another_page_may_open_the_viewer_and_nothing_else() {
    let desk = Desk::new().await;
    let status = async |path: &str, headers: &[(&str, &str)]| {
        let mut call = desk.stage.http.get(format!("{}/tenants/_default{path}", desk.control));
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        read(call.send().await.unwrap()).await.status
    };
    let link =
        [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let frame =
        [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let script =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script")];

    assert_eq!(status("/viewer", &link).await, 200);
    assert_eq!(status("/viewer", &frame).await, 403);
    assert_eq!(status("/viewer", &script).await, 403);
    assert_eq!(status("/trace", &link).await, 403);
    assert_eq!(status("/viewer/rows", &link).await, 403);
}

/// What a stream says until it has so many events, or ends.
async fn heard(stream: &mut reqwest::Response, events: usize) -> String {
    let mut text = String::new();
    while text.matches("\n\n").count() < events {
        let next = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await.unwrap();
        let Some(chunk) = next.unwrap() else { break };
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    text
}

#[tokio::test]
async fn a_reader_from_before_a_restart_is_told_so_and_everything_from_the_start() {
    let desk = Desk::new().await;
    log_in(&desk, &desk.stage.tenant()).await;
    let url = format!("{}/tenants/_default/viewer/rows?since=2", desk.control);

    let mut stream = desk.stage.http.get(&url).header("last-event-id", "99").send().await.unwrap();

    let text = heard(&mut stream, 3).await;
    assert!(text.contains("event: restart\n") && text.contains("id: 1-"), "{text}");
}

#[tokio::test]
async fn who_knows_the_trace_of_an_issuer_that_was_replaced_gets_all_of_the_new_one() {
    let desk = Desk::new().await;
    let replaced = async |requests: usize| {
        desk.ok("POST", "/tenants", Some(serde_json::json!({"slug": "a"}))).await;
        for _ in 0..requests {
            desk.stage.get(&format!("{}/t/a/jwks", desk.stage.provider.base_url())).await;
        }
        desk.call("GET", "/tenants/a/trace", None).await.header("mock-idp-since").to_owned()
    };
    let old = replaced(1).await;

    let new = replaced(3).await;

    assert!(old.starts_with("1-") && new.starts_with("3-"), "{old} {new}");
    for path in ["viewer/rows", "trace/stream"] {
        let url = format!("{}/tenants/a/{path}", desk.control);
        let (by_url, by_header) = (format!("{url}?since={old}"), format!("{url}?since={new}"));
        let by_url = desk.stage.http.get(&by_url);
        for call in [by_url, desk.stage.http.get(&by_header).header("last-event-id", &old)] {
            let text = heard(&mut call.send().await.unwrap(), 5).await;
            assert!(text.contains("event: restart\n") && text.contains("\nid: 1-"), "{path}: {text}");
        }
    }
    let waited = desk.call("GET", &format!("/tenants/a/trace/wait?since={old}"), None).await;
    assert!(waited.header("mock-idp-since").starts_with("1-"), "{waited:?}");
    let all = desk.ok("GET", &format!("/tenants/a/trace?since={old}"), None).await;
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(desk.ok("GET", &format!("/tenants/a/trace?since={new}"), None).await, serde_json::json!([]));
    let page = desk.call("GET", "/tenants/a/viewer", None).await;
    assert!(page.body.contains(&format!("rows?since={new}\"")), "{}", page.body);
}

#[tokio::test]
async fn a_stream_ends_when_its_issuer_is_replaced_or_removed_and_outlives_a_reset() {
    let settings = toml::from_str("[tenant.named]").unwrap();
    let provider =
        mock_idp::MockIdp::builder().settings(settings).control(([127, 0, 0, 1], 0).into()).start();
    let provider = provider.await.unwrap();
    let control = provider.control_url().unwrap().to_owned();
    let desk = Desk { stage: super::stage::Stage::with(provider), control };
    let open = async || {
        let url = format!("{}/tenants/named/trace/stream", desk.control);
        desk.stage.http.get(&url).send().await.unwrap()
    };

    let mut stream = open().await;
    desk.ok("POST", "/reset", None).await;
    desk.stage.get(&format!("{}/t/named/jwks", desk.stage.provider.base_url())).await;
    assert!(heard(&mut stream, 2).await.contains("event: exchange"));

    desk.ok("POST", "/tenants", Some(serde_json::json!({"slug": "named"}))).await;
    assert_eq!(heard(&mut stream, 9).await, "");
    let mut stream = open().await;
    desk.ok("DELETE", "/tenants/named", None).await;
    assert_eq!(heard(&mut stream, 9).await, "retry: 1000\n\n");
}

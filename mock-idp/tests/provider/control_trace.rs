//! The trace over HTTP, and what is made of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::control::Desk;
use super::stage::{CALLBACK, request};

impl Desk {
    /// Two authorizations, one of them marked, and a look at the keys.
    async fn busy() -> Self {
        let desk = Self::new().await;
        desk.ok("PUT", "/tenants/_default/policy", Some(json!({"policy": "auto", "user": "alice"}))).await;
        let base = desk.stage.provider.base_url().to_owned();
        desk.stage.get(&request(&base, &[])).await;
        let marked = desk.stage.http.get(request(&base, &[("state", "")])).header("mock-idp-marker", "m");
        marked.send().await.unwrap();
        desk.stage.get(&format!("{base}/jwks")).await;
        desk
    }

    async fn seqs(&self, query: &str) -> Vec<u64> {
        let list = self.ok("GET", &format!("/tenants/_default/trace?{query}"), None).await;
        list.as_array().unwrap().iter().map(|exchange| exchange["seq"].as_u64().unwrap()).collect()
    }
}

#[tokio::test]
async fn the_trace_is_filtered_by_number_endpoint_leg_and_marker() {
    let desk = Desk::busy().await;

    assert_eq!(desk.seqs("").await, [1, 2, 3]);
    assert_eq!(desk.seqs("since=2").await, [3]);
    assert_eq!(desk.seqs("endpoint=authorize").await, [1, 2]);
    assert_eq!(desk.seqs("leg=back").await, [3]);
    assert_eq!(desk.seqs("marker=m").await, [2]);
}

#[tokio::test]
async fn an_exchange_comes_with_its_curl_line_and_its_tokens() {
    let desk = Desk::busy().await;

    let detail = desk.ok("GET", "/tenants/_default/trace/1", None).await;

    assert_eq!(detail["exchange"]["endpoint"], "authorize");
    assert!(detail["curl"].as_str().unwrap().starts_with("curl -i "), "{}", detail["curl"]);
    assert_eq!(detail["tokens"][0]["place"], "response header location");
    assert_eq!(detail["tokens"][0]["claims"]["nonce"], "the-nonce");
}

#[tokio::test]
async fn waiting_ends_with_the_exchange_that_fits_or_with_a_sentence() {
    let desk = Desk::new().await;
    let base = desk.stage.provider.base_url().to_owned();

    let waiting = desk.ok("GET", "/tenants/_default/trace/wait?endpoint=jwks", None);
    let later = async {
        desk.stage.get(&format!("{base}/healthz")).await;
        desk.stage.get(&format!("{base}/jwks")).await;
    };
    let (found, ()) = tokio::join!(waiting, later);
    assert_eq!(found["endpoint"], "jwks");
    // What was there already fits as well.
    assert_eq!(desk.ok("GET", "/tenants/_default/trace/wait?endpoint=health", None).await["seq"], 1);

    let error =
        desk.refused("GET", "/tenants/_default/trace/wait?since=2&timeout_millis=10", json!({})).await;
    assert!(error.contains("within 10 ms"), "{error}");
}

#[tokio::test]
async fn the_trace_is_streamed_as_it_happens() {
    let desk = Desk::busy().await;
    let url = format!("{}/tenants/_default/trace/stream?endpoint=jwks", desk.control);

    let mut stream = desk.stage.http.get(&url).header("last-event-id", "1").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    desk.stage.get(&format!("{}/jwks", desk.stage.provider.base_url())).await;
    let mut text = String::new();
    while text.matches("\n\n").count() < 3 {
        let next = tokio::time::timeout(Duration::from_secs(5), stream.chunk()).await;
        text.push_str(std::str::from_utf8(&next.unwrap().unwrap().unwrap()).unwrap());
    }

    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    let seqs: Vec<&str> = ids.iter().map(|id| id.split_once('-').unwrap().0).collect();
    assert_eq!(seqs, ["3", "4"]);
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap()["endpoint"], "jwks");
}

#[tokio::test]
async fn the_archive_has_every_exchange_in_the_format_of_the_browsers() {
    let desk = Desk::busy().await;

    let har = desk.ok("GET", "/tenants/_default/trace/har", None).await;

    assert_eq!(har["log"]["version"], "1.2");
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["request"]["queryString"][0], json!({"name": "client_id", "value": "an-app"}));
    assert!(entries[0]["response"]["redirectURL"].as_str().unwrap().starts_with(CALLBACK));
    assert!(entries[2]["startedDateTime"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_linter_judges_what_the_application_sent_over_the_run() {
    let desk = Desk::busy().await;

    let remarks = desk.ok("GET", "/tenants/_default/lint", None).await;

    let rules: Vec<&str> =
        remarks.as_array().unwrap().iter().map(|remark| remark["rule"].as_str().unwrap()).collect();
    for rule in ["state-short", "state-missing", "nonce-reused", "redirect-uri-unregistered"] {
        assert!(rules.contains(&rule), "{rule}: {remarks:#}");
    }
    assert_eq!(desk.ok("GET", "/tenants/_default/lint?since=3", None).await, json!([]));
}

//! Chromium's network events, joined into requests and their answers.
//!
//! One request id stands for a whole chain of redirects. The plain events tell of addresses and answers, the
//! `ExtraInfo` events of the headers as they went over the wire (cookies among them); both kinds come in the
//! order of the hops, but not in step with each other.

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

/// Everything that was heard so far and not yet handed on.
#[derive(Default)]
pub(super) struct Network {
    chains: Vec<Chain>,
    index: HashMap<String, usize>,
}

/// One request and everything it was redirected to.
#[derive(Default)]
struct Chain {
    id: String,
    kind: String,
    frame: String,
    plain: Vec<Hop>,
    sent: Vec<Vec<(String, String)>>,
    received: Vec<(u16, Vec<(String, String)>)>,
    finished: bool,
    failure: Option<String>,
}

#[derive(Default)]
struct Hop {
    method: String,
    url: String,
    body: String,
    wall_millis: i64,
    answer: Option<(u16, Vec<(String, String)>)>,
}

/// One request and its answer, complete.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) at_millis: i64,
    pub(super) answer: Option<(u16, Vec<(String, String)>)>,
    /// Whether it is a page of the main frame.
    pub(super) page: bool,
    /// Whether no redirect follows.
    pub(super) last: bool,
    pub(super) failure: Option<String>,
}

impl Network {
    /// Takes note of one event.
    pub(super) fn hear(&mut self, event: &Value) {
        let params = &event["params"];
        let Some(id) = params["requestId"].as_str() else { return };
        let Some(method) = event["method"].as_str().and_then(|name| name.strip_prefix("Network.")) else {
            return;
        };
        let chain = self.chain(id);
        match method {
            "requestWillBeSent" => chain.will_be_sent(params),
            "requestWillBeSentExtraInfo" => chain.sent.push(pairs(&params["headers"])),
            "responseReceived" => chain.answered(&params["response"]),
            "responseReceivedExtraInfo" => {
                chain.received.push((status(&params["statusCode"]), pairs(&params["headers"])));
            }
            "loadingFinished" => chain.finished = true,
            "loadingFailed" => {
                chain.finished = true;
                chain.failure = Some(text(&params["errorText"]));
            }
            _ => {}
        }
    }

    /// Whether the page of the main frame, a script or a background request is still on its way.
    pub(super) fn is_busy(&self, frame: &str) -> bool {
        self.chains.iter().any(|chain| !chain.finished && chain.matters_for_waiting(frame))
    }

    /// Hands on what is told completely, in order; the rest waits, unless `all` is asked for.
    pub(super) fn take(&mut self, frame: &str, all: bool) -> Vec<Told> {
        let mut told = Vec::new();
        let mut waiting = Vec::new();
        for chain in std::mem::take(&mut self.chains) {
            if chain.finished || all {
                told.extend(chain.told(frame));
            } else {
                waiting.push(chain);
            }
        }
        self.index = waiting.iter().enumerate().map(|(at, chain)| (chain.id.clone(), at)).collect();
        self.chains = waiting;
        told
    }

    fn chain(&mut self, id: &str) -> &mut Chain {
        let at = *self.index.entry(id.to_owned()).or_insert_with(|| {
            self.chains.push(Chain { id: id.to_owned(), ..Chain::default() });
            self.chains.len() - 1
        });
        &mut self.chains[at]
    }
}

impl Chain {
    fn will_be_sent(&mut self, params: &Value) {
        if params["redirectResponse"].is_object() {
            self.answered(&params["redirectResponse"]);
        }
        let request = &params["request"];
        self.kind = text(&params["type"]);
        self.frame = text(&params["frameId"]);
        self.plain.push(Hop {
            method: text(&request["method"]),
            url: text(&request["url"]),
            body: text(&request["postData"]),
            wall_millis: millis(&params["wallTime"]),
            answer: None,
        });
    }

    fn answered(&mut self, response: &Value) {
        if let Some(hop) = self.plain.last_mut() {
            hop.answer = Some((status(&response["status"]), pairs(&response["headers"])));
        }
    }

    /// Pages in frames do not: Chromium does not tell here how those of other sites end, and the page around them
    /// is not complete before they are.
    fn matters_for_waiting(&self, frame: &str) -> bool {
        match self.kind.as_str() {
            "Document" => self.frame == frame,
            kind => matches!(kind, "XHR" | "Fetch" | "Script" | "Stylesheet" | "Preflight"),
        }
    }

    /// Pages and background requests are told of; pictures, styles and the driver's own pages are not.
    fn told(self, frame: &str) -> Vec<Told> {
        let Self { id, kind, frame: own, mut plain, mut sent, mut received, mut failure, .. } = self;
        if !matches!(kind.as_str(), "Document" | "XHR" | "Fetch" | "Preflight") {
            return Vec::new();
        }
        // A script that follows redirects itself is shown the first answer: where it leads is told of, and never asked.
        let is_unsent = sent.len() < plain.len() && plain.len() > 1 && kind != "Document";
        if is_unsent && failure.as_deref() == Some("net::ERR_ABORTED") {
            plain.pop();
            failure = None;
        }
        let page = kind == "Document" && own == frame;
        let hops = plain.len();
        sent.resize_with(hops, Vec::new);
        received.resize_with(hops, || (0, Vec::new()));
        let each = plain.into_iter().zip(sent).zip(received).enumerate();
        let told = each.filter_map(|(at, ((hop, sent), received))| {
            let url = Url::parse(&hop.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
            // What a page may not see was answered all the same.
            let answer = Some(received).filter(|(_, headers)| !headers.is_empty()).or(hop.answer);
            Some(Told {
                id: id.clone(),
                method: hop.method,
                url,
                headers: sent,
                body: hop.body,
                at_millis: hop.wall_millis,
                answer,
                page,
                last: at + 1 == hops,
                failure: failure.clone().filter(|_| at + 1 == hops),
            })
        });
        told.collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn status(value: &Value) -> u16 {
    value.as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit for the next 285 million years"
)]
pub(super) fn millis(seconds: &Value) -> i64 {
    (seconds.as_f64().unwrap_or_default() * 1000.0) as i64
}

/// Headers; several of one name come as one value of several lines.
fn pairs(headers: &Value) -> Vec<(String, String)> {
    let Value::Object(headers) = headers else { return Vec::new() };
    let each = headers.iter().flat_map(|(name, value)| {
        let lines = value.as_str().unwrap_or_default().split('\n');
        lines.map(|line| (name.to_ascii_lowercase(), line.to_owned())).collect::<Vec<_>>()
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(url: &str, redirect: Option<u16>) -> Value {
        let mut event = json!({ "method": "Network.requestWillBeSent", "params": {
            "requestId": "1", "type": "Document", "frameId": "main", "wallTime": 1.5,
            "request": { "method": "GET", "url": url, "headers": {} } } });
        if let Some(status) = redirect {
            event["params"]["redirectResponse"] = json!({ "status": status, "headers": { "Location": url } });
        }
        event
    }

    fn extra(cookie: &str) -> Value {
        json!({ "method": "Network.requestWillBeSentExtraInfo",
                "params": { "requestId": "1", "headers": { "Cookie": cookie } } })
    }

    fn received(status: u16, cookies: &str) -> Value {
        json!({ "method": "Network.responseReceivedExtraInfo",
                "params": { "requestId": "1", "statusCode": status, "headers": { "Set-Cookie": cookies } } })
    }

    fn failed(why: &str) -> Value {
        json!({ "method": "Network.loadingFailed", "params": { "requestId": "1", "errorText": why } })
    }

    fn fetched(url: &str, redirect: Option<u16>) -> Value {
        let mut event = sent(url, redirect);
        event["params"]["type"] = json!("Fetch");
        event
    }

    #[test]
    fn a_redirect_that_a_script_does_not_follow_is_an_answer_and_no_request() {
        for (end, expected) in [
            ("net::ERR_ABORTED", vec![("/api", Some(302))]),
            ("net::ERR_CONNECTION_REFUSED", vec![("/api", Some(302)), ("/authorize", None)]),
        ] {
            let mut network = Network::default();
            for event in [
                fetched("http://localhost:1/api", None),
                extra("a=1"),
                received(302, "x=1"),
                fetched("http://127.0.0.1:1/authorize", Some(302)),
                failed(end),
            ] {
                network.hear(&event);
            }

            let told = network.take("main", false);

            let lines: Vec<(&str, Option<u16>)> =
                told.iter().map(|one| (one.url.path(), one.answer.as_ref().map(|answer| answer.0))).collect();
            assert_eq!(lines, expected);
            assert!(told.last().is_some_and(|one| one.last));
        }
    }

    #[test]
    fn an_answer_that_the_page_may_not_see_is_told() {
        let mut network = Network::default();
        for event in [
            fetched("http://localhost:1/api", None),
            extra("a=1"),
            received(200, "x=1"),
            failed("net::ERR_FAILED"),
        ] {
            network.hear(&event);
        }

        let told = network.take("main", false);

        assert_eq!(told[0].answer.as_ref().map(|answer| answer.0), Some(200));
    }

    #[test]
    fn a_chain_of_redirects_is_told_hop_by_hop_with_the_headers_of_the_wire() {
        let mut network = Network::default();
        for event in [
            extra("a=1"),
            sent("http://localhost:1/", None),
            received(302, "x=1; Path=/\ny=2"),
            sent("http://localhost:1/next", Some(302)),
            json!({ "method": "Network.responseReceived",
                    "params": { "requestId": "1", "response": { "status": 200, "headers": {} } } }),
            extra("a=1; x=1"),
            received(200, "z=3"),
        ] {
            network.hear(&event);
        }

        assert!(network.is_busy("main"));
        assert!(network.take("main", false).is_empty());
        network.hear(&json!({ "method": "Network.loadingFinished", "params": { "requestId": "1" } }));
        assert!(!network.is_busy("main"));
        let told = network.take("main", false);

        let lines: Vec<(&str, bool, u16)> =
            told.iter().map(|one| (one.url.path(), one.last, one.answer.as_ref().unwrap().0)).collect();
        assert_eq!(lines, [("/", false, 302), ("/next", true, 200)]);
        assert_eq!(told[1].headers, [("cookie".to_owned(), "a=1; x=1".to_owned())]);
        assert_eq!(told[0].answer.as_ref().unwrap().1.len(), 2);
        assert!(told[0].page);
        assert_eq!(told[0].at_millis, 1500);
    }
}

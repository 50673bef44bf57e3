//! HTTP as such: lengths, HEAD, preflights, and connections that outlive every lie that does not end them.

use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::Duration;

use mock_idp::fault::{WIRE, WireAt};
use mock_idp::trace::Endpoint;
use mock_idp::{Client, Fault, Trace};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::stage::{Stage, read, request};

/// A connection without a client library, which would hide what is on it.
struct Line(BufReader<TcpStream>);

#[derive(Debug)]
struct Answer {
    status: u16,
    /// The announced length, if there is one.
    length: Option<usize>,
    body: Vec<u8>,
}

impl Line {
    async fn to(stage: &Stage) -> Self {
        let address = stage.provider.base_url().strip_prefix("http://").unwrap();
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    async fn ask(&mut self, method: &str, url: &str) -> Answer {
        let target = url.strip_prefix("http://").unwrap().split_once('/').unwrap().1;
        let text = format!("{method} /{target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), self.answer(method == "HEAD")).await.expect("an answer")
    }

    async fn answer(&mut self, to_head: bool) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).await.unwrap(), 0, "the connection ended after {head:?}");
        }
        let status: u16 = head.split(' ').nth(1).unwrap_or_else(|| panic!("{head:?}")).parse().unwrap();
        let lengths: Vec<&str> =
            head.lines().filter_map(|line| line.strip_prefix("content-length: ")).collect();
        assert!(lengths.len() < 2 && !head.contains("transfer-encoding"), "{head}");
        let length = lengths.first().map(|length| length.parse().unwrap());
        let has_body = !to_head && !matches!(status, 204 | 304);
        let mut body = Vec::new();
        let wanted = if has_body { length.expect("a length") } else { 0 };
        (&mut self.0).take(wanted as u64).read_to_end(&mut body).await.unwrap();
        Answer { status, length, body }
    }
}

/// The threads in which something panicked. A provider's task runs in its test's own thread.
static PANICS: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());

fn watch_for_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.lock().unwrap().push(thread::current().id());
        usual(panic);
    }));
}

/// Lies that leave the connection whole, each with the status that it leads to.
fn whole(at: WireAt, honest: u16) -> Vec<(Vec<Fault>, u16)> {
    let long = "long".repeat(50_000);
    vec![
        (vec![], honest),
        (vec![at.body("x")], honest),
        (vec![at.body("")], honest),
        (vec![at.body(&long)], honest),
        (vec![at.content_type("text/html")], honest),
        (vec![at.header("x-a", "b")], honest),
        (vec![at.drip(10_000_000)], honest),
        (vec![at.body(&long), at.drip(10_000_000)], honest),
        (vec![at.truncate(5), at.body("four")], honest),
        (vec![at.status(503)], 503),
        (vec![at.status(204)], 204),
        (vec![at.status(304), at.body("x"), at.truncate(0)], 304),
        (vec![at.status(204), at.body("x"), at.drip(1)], 204),
        (vec![at.status(205)], 205),
        (vec![at.redirect("http://localhost:1/")], 302),
        (vec![at.redirect("http://localhost:1/"), at.body("moved")], 302),
    ]
}

fn places(stage: &Stage) -> [(Endpoint, String); 3] {
    let base = stage.provider.base_url();
    [
        (Endpoint::Discovery, format!("{base}/.well-known/openid-configuration")),
        (Endpoint::Jwks, format!("{base}/jwks")),
        (Endpoint::Authorize, request(base, &[("response_mode", "form_post")])),
    ]
}

fn traced(trace: &Trace) -> (Option<usize>, String) {
    let response = trace.snapshot().pop().unwrap().response.unwrap();
    (response.header("content-length").map(|length| length.parse().unwrap()), response.body)
}

#[tokio::test]
async fn no_lie_about_the_body_leaves_a_wrong_length_or_spoils_the_connection() {
    watch_for_panics();
    let stage = Stage::alice().await;
    let (tenant, health) = (stage.tenant(), format!("{}/healthz", stage.provider.base_url()));
    for (endpoint, url) in places(&stage) {
        for (faults, status) in whole(WIRE.at(endpoint), 200) {
            let mut connection = Line::to(&stage).await;
            let clauses: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let lie = tenant.arm(faults).unwrap();

            let got = connection.ask("GET", &url).await;
            let traced_get = traced(&tenant.trace());
            let head = connection.ask("HEAD", &url).await;
            let traced_head = traced(&tenant.trace());
            drop(lie);

            let what = format!("{endpoint} {clauses:?}");
            assert_eq!((got.status, head.status, head.length), (status, status, got.length), "{what}");
            let text = String::from_utf8(got.body).unwrap();
            assert_eq!(traced_get, (got.length, text[..text.len().min(65_536)].to_owned()), "{what}");
            assert_eq!(traced_head, (got.length, String::new()), "{what}");
            // Had either answer been longer or shorter than it said, this one would not be found.
            assert_eq!(connection.ask("GET", &health).await.body, b"ok\n", "{what}");
        }
    }
    assert!(!PANICS.lock().unwrap().contains(&thread::current().id()));
}

#[tokio::test]
async fn a_truncated_body_breaks_off_and_a_head_has_nothing_to_truncate() {
    watch_for_panics();
    let stage = Stage::alice().await;
    for (endpoint, url) in places(&stage) {
        for bytes in [0, 5] {
            let honest = Line::to(&stage).await.ask("GET", &url).await;
            let lie = stage.tenant().arm(vec![WIRE.at(endpoint).truncate(bytes)]).unwrap();

            let got = Line::to(&stage).await.ask("GET", &url).await;
            let mut connection = Line::to(&stage).await;
            let head = connection.ask("HEAD", &url).await;

            assert_eq!((got.length, got.body.len()), (honest.length, bytes), "{endpoint}");
            assert_eq!(head.length, honest.length, "{endpoint}");
            assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (2, 1), "{endpoint}");
            assert_eq!(connection.ask("HEAD", &url).await.length, honest.length, "{endpoint}");
        }
    }
    assert!(!PANICS.lock().unwrap().contains(&thread::current().id()));
}

#[tokio::test]
async fn a_script_of_any_origin_may_ask_for_the_public_documents() {
    let stage = Stage::new().await;
    for (_, url) in &places(&stage)[..2] {
        let question = stage
            .http
            .request(reqwest::Method::OPTIONS, url)
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "x-requested-with");

        let allowed = read(question.send().await.unwrap()).await;
        let got = stage.get(url).await;

        assert_eq!((allowed.status, allowed.body.as_str()), (204, ""));
        assert_eq!(allowed.header("access-control-allow-origin"), "*");
        assert!(allowed.header("access-control-allow-methods").contains("GET"));
        assert_eq!(allowed.header("access-control-allow-headers"), "*, authorization");
        assert_eq!(got.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_preflight_names_authorization_and_the_methods_of_its_endpoint() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();
    for (path, methods) in
        [("/jwks", "GET, HEAD"), ("/userinfo", "GET, HEAD, POST"), ("/token", "POST"), ("/par", "POST")]
    {
        let question = stage.http.request(reqwest::Method::OPTIONS, format!("{base}{path}"));

        let got = read(question.header("origin", "http://app.test").send().await.unwrap()).await;

        assert_eq!(got.header("access-control-allow-methods"), methods, "{path}: {got:?}");
        assert_eq!(got.header("allow"), format!("{methods}, OPTIONS"), "{path}");
        // A star does not stand for it.
        assert!(got.header("access-control-allow-headers").contains("authorization"), "{path}: {got:?}");
    }
}

#[tokio::test]
async fn a_preflight_does_not_eat_the_lie_that_is_meant_for_the_answer() {
    let stage = Stage::new().await;
    let url = format!("{}/jwks", stage.provider.base_url());
    let lie = stage.tenant().arm(vec![WIRE.at(Endpoint::Jwks).status(500).first()]).unwrap();

    let preflight = stage.http.request(reqwest::Method::OPTIONS, &url).send().await.unwrap();
    assert_eq!((preflight.status().as_u16(), lie.report()[0].fired), (204, 0));

    assert_eq!(stage.get(&url).await.status, 500);
    assert_eq!(stage.tenant().trace().count(Endpoint::Jwks), 2);
}

#[tokio::test]
async fn a_method_that_nobody_answers_is_told_which_are() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();
    for (path, allowed) in [("/jwks", "GET,HEAD,OPTIONS"), ("/token", "POST,OPTIONS")] {
        let got = read(stage.http.put(format!("{base}{path}")).send().await.unwrap()).await;

        assert_eq!((got.status, got.header("allow")), (405, allowed));
        assert!(got.body.contains("the header Allow names"), "{got:?}");
    }
}

#[tokio::test]
async fn what_a_script_may_ask_it_may_read_whether_the_answer_is_good_or_bad() {
    let stage = Stage::alice().await;
    let base = stage.provider.base_url();
    let secret = Client { client_secret: Some("s".into()), ..Client::unregistered("an-app") };
    stage.tenant().add_client(secret);
    let good = [
        ("grant_type", "client_credentials"),
        ("client_id", "an-app"),
        ("client_secret", "s"),
        ("token", "x"),
    ];
    for path in ["/token", "/revoke", "/device_authorization", "/par", "/introspect"] {
        let url = format!("{base}{path}");
        let preflight =
            stage.http.request(reqwest::Method::OPTIONS, &url).header("origin", "http://app.test");
        let preflight = read(preflight.send().await.unwrap()).await;
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"), "{path}");
        for form in [&good[..], &[]] {
            let asked = stage.http.post(&url).header("origin", "http://app.test").form(form);

            let got = read(asked.send().await.unwrap()).await;

            assert_eq!(got.header("access-control-allow-origin"), "*", "{path}: {got:?}");
            assert_eq!(got.status == 200, !form.is_empty() && path != "/par", "{path}: {got:?}");
        }
    }
}

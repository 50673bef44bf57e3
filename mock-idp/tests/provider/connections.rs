//! Connections as such: requests that never arrive, answers that nobody takes, and what is no HTTP.

use std::time::Duration;

use mock_idp::MockIdp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_millis(200);
/// Nothing here takes nearly as long, on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(20);

async fn impatient() -> MockIdp {
    MockIdp::builder().patience(PATIENCE).start().await.unwrap()
}

/// Sends octets, and reads until the provider ends the connection.
pub(crate) async fn told(provider: &MockIdp, octets: &[u8]) -> String {
    let mut stream = TcpStream::connect(provider.base_url().strip_prefix("http://").unwrap()).await.unwrap();
    // The provider may end the connection while there is more to come.
    let _ = stream.write_all(octets).await;
    ending(&mut stream).await
}

async fn ending(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

#[track_caller]
fn assert_sentence(answer: &str, status: &str, words: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
    assert!(body.contains(words) && body.ends_with('\n'), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_is_late() {
    let provider = impatient().await;

    for beginning in ["G", "GET /jwks HTTP/1.1\r\nhost: localhost\r\n"] {
        assert_sentence(
            &told(&provider, beginning.as_bytes()).await,
            "408",
            "longer than 200ms; send it at once",
        );
    }
}

#[tokio::test]
async fn a_head_in_drops_is_late_although_something_always_comes() {
    let provider = impatient().await;
    let address = provider.base_url().strip_prefix("http://").unwrap();
    let (mut reading, mut writing) = TcpStream::connect(address).await.unwrap().into_split();
    let dripping = tokio::spawn(async move {
        let mut beat = tokio::time::interval(PATIENCE / 10);
        while writing.write_all(b"x").await.is_ok() {
            beat.tick().await;
        }
    });

    let mut answer = String::new();
    let _ = timeout(DEADLINE, reading.read_to_string(&mut answer)).await.expect("the connection ends");

    assert_sentence(&answer, "408", "send it at once");
    dripping.abort();
}

#[tokio::test]
async fn a_connection_that_waits_for_its_next_request_is_not_late() {
    let provider = impatient().await;
    let mut stream = TcpStream::connect(provider.base_url().strip_prefix("http://").unwrap()).await.unwrap();

    for _ in 0..3 {
        let pause = timeout(PATIENCE * 2, stream.readable()).await;
        assert!(pause.is_err(), "the provider says nothing by itself, and does not hang up");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let length = timeout(DEADLINE, stream.read(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("ok\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_head_too_large_is_refused_with_the_limit_that_it_breaks() {
    let provider = impatient().await;
    let request = |headers: &str| format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");

    let many = told(&provider, request(&"x: y\r\n".repeat(100)).as_bytes()).await;
    assert_sentence(&many, "431", "more than 100 headers");
    let large = told(&provider, request(&format!("x: {}\r\n", "y".repeat(200_000))).as_bytes()).await;
    assert_sentence(&large, "431", "more than 128 KiB");
    let long = format!("GET /?{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(70_000));
    assert_sentence(&told(&provider, long.as_bytes()).await, "414", "in the body of a POST");

    let most = request(&format!("{}connection: close\r\n", "x: y\r\n".repeat(98)));
    assert!(told(&provider, most.as_bytes()).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_a_sentence() {
    let provider = impatient().await;

    for octets in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\x00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: one\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
    ] {
        let answer = told(&provider, octets).await;
        assert_sentence(&answer, "400", "this is no request of HTTP/1.1");
    }
    assert_eq!(provider.tenant().trace().snapshot(), []);
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let provider = impatient().await;
    let jwks = mock_idp::fault::WIRE.at(mock_idp::Endpoint::Jwks);
    let _large = provider.tenant().arm(vec![jwks.body("x".repeat(32 * 1024 * 1024))]).unwrap();
    let mut stream = TcpStream::connect(provider.base_url().strip_prefix("http://").unwrap()).await.unwrap();

    stream.write_all(b"GET /jwks HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    // Nothing is read until the provider has given up: then the rest of the body never comes.
    let wait = tokio::time::interval_at(tokio::time::Instant::now() + PATIENCE * 10, PATIENCE).tick().await;

    let received = ending(&mut stream).await.len();
    assert!(received < 32 * 1024 * 1024, "{received} bytes after {:?}", wait.elapsed());
}

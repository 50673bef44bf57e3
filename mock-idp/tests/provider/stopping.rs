//! Being told to stop while somebody is being answered.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::fault::WIRE;
use mock_idp::trace::{Endpoint, Filter};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::stage::client;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_mins(1);

async fn connected(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://")).await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn an_answer_that_is_under_way_when_the_program_is_terminated_is_sent_to_its_end() {
    let mut running = super::program::Running::start_with(&[], &[]);
    let lie =
        serde_json::json!({"seam": "wire", "endpoint": "jwks", "verb": "drip", "bytes_per_second": 1000});
    let armed = client().post(format!("{}/tenants/_default/faults", running.control())).json(&lie);
    assert_eq!(armed.send().await.unwrap().status(), 201);
    let (mut asking, mut idle) = (connected(running.issuer()).await, connected(running.issuer()).await);
    asking.write_all(b"GET /jwks HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 1];
    asking.read_exact(&mut first).await.unwrap();

    running.signal("-TERM");

    let mut rest = String::new();
    asking.read_to_string(&mut rest).await.unwrap();
    let (head, body) = rest.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{rest}");
    assert_eq!(idle.read(&mut first).await.unwrap(), 0, "nobody waits for it");
    assert!(running.ended().success());
}

#[tokio::test]
async fn streams_end_when_it_stops_and_nobody_is_let_in_any_more() {
    let provider = MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start().await.unwrap();
    let (issuer, control) = (provider.base_url().to_owned(), provider.control_url().unwrap().to_owned());
    let stream = client().get(format!("{control}/tenants/_default/trace/stream")).send().await.unwrap();

    let (said, ()) = tokio::join!(stream.text(), provider.stop(LONG));

    assert!(said.unwrap().starts_with("retry: "));
    for url in [issuer, control] {
        assert!(client().get(&url).send().await.unwrap_err().is_connect(), "{url}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_when_it_stops() {
    let provider = MockIdp::start().await.unwrap();
    let tenant = provider.tenant();
    let _late = tenant.arm(vec![WIRE.at(Endpoint::Jwks).delay(u64::MAX)]).unwrap();
    let asked = tokio::spawn(client().get(format!("{}/jwks", provider.base_url())).send());
    tenant.trace().follow(Filter { endpoint: Some(Endpoint::Jwks), ..Filter::default() }).next().await;

    provider.stop(Duration::from_millis(10)).await;

    assert!(asked.await.unwrap().is_err());
}

//! What a request may not be: late, or longer than any honest one.

use std::time::Duration;

use mock_idp::MockIdp;
use mock_idp::trace::Endpoint;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::stage::Stage;

/// Announces a body, sends the beginning of it, and reads until the connection ends.
async fn dawdle(url: &str, path: &str, content_type: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {content_type}\r\ncontent-length: 9\r\n\r\n{{"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer))
        .await
        .expect("the connection ends")
        .unwrap();
    answer
}

#[tokio::test]
async fn a_body_that_does_not_come_holds_no_connection() {
    let provider = MockIdp::builder()
        .control(([127, 0, 0, 1], 0).into())
        .patience(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let (base, control) = (provider.base_url(), provider.control_url().unwrap());

    let form = dawdle(base, "/authorize", "application/x-www-form-urlencoded").await;
    let json = dawdle(control, "/tenants", "application/json").await;

    for answer in [form, json] {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("connection: close") && answer.contains("longer than 50ms"), "{answer}");
    }
    let response = provider.tenant().trace().snapshot().pop().unwrap().response.unwrap();
    assert_eq!(response.status, 408);
    assert_eq!(provider.tenant().trace().count(Endpoint::Authorize), 1);
}

#[tokio::test]
async fn two_hundred_parameters_are_enough_for_everybody() {
    let stage = Stage::alice().await;
    let base = stage.provider.base_url().to_owned();
    let honest = super::stage::request(&base, &[]);
    let own = honest.matches('=').count();
    let more = |count: usize| "&x=y".repeat(count);

    // Too many of the same are refused by the protocol; more than that are not even looked at.
    let full = stage.get(&format!("{honest}{}", more(200 - own))).await;
    assert_eq!(full.fragment().first("error"), Some("invalid_request"));
    let over = stage.get(&format!("{honest}{}", more(201 - own))).await;
    assert!(over.status == 400 && over.body.contains("the URL has more than 200 parameters"), "{over:?}");

    let fields = vec![("x", "y"); 201];
    let over = stage.post(&format!("{base}/authorize"), &fields).await;
    assert!(over.status == 400 && over.body.contains("the body has more than 200 parameters"), "{over:?}");
    let full = stage.post(&format!("{base}/end-session"), &fields[1..]).await;
    assert_eq!(full.status, 200);
}

#[tokio::test]
async fn a_body_of_64_kibibytes_is_the_largest_that_is_read_and_may_be_kept() {
    let provider = MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start().await.unwrap();
    let control = format!("{}/tenants/_default/clients", provider.control_url().unwrap());
    let stage = Stage::with(provider);
    let base = stage.provider.base_url();
    let callbacks = |size: usize| {
        let uri = format!("http://localhost/{}", "x".repeat(size));
        serde_json::json!({ "client_id": "large", "redirect_uris": [uri] })
    };
    for (path, json) in [("/par", false), ("/token", false), ("/register", true), ("/login", false)] {
        let url = format!("{base}{path}");
        let asked = if json {
            stage
                .http
                .post(&url)
                .header("content-type", "application/json")
                .body(callbacks(65_536).to_string())
        } else {
            stage.http.post(&url).form(&[("state", "x".repeat(65_536))])
        };
        let got = super::stage::read(asked.send().await.unwrap()).await;

        assert_eq!(got.status, 413, "{path}");
        assert!(got.body.contains("larger than 65536 bytes; send less"), "{path}: {got:?}");
    }

    let honest = stage.post(&format!("{base}/token"), &[("state", &"x".repeat(65_000))]).await;
    let asked = stage.http.post(control).header("content-type", "application/json");
    let at_control = asked.body(callbacks(100_000).to_string()).send().await.unwrap().status();

    assert_eq!((honest.status, at_control.as_u16()), (400, 201));
}

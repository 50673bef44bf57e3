//! Request objects that are fetched from where the client registered them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mock_idp::{Client, Endpoint, Leg, Rules};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::pushed::{object, with_key};
use super::stage::{CLIENT, Stage};

/// The same, with a text that can be changed.
async fn changing(text: &str) -> (String, Arc<Mutex<String>>) {
    let text = Arc::new(Mutex::new(text.to_owned()));
    let shown = Arc::clone(&text);
    let told = move || {
        let text = shown.lock().unwrap().clone();
        format!("HTTP/1.1 200 x\r\ncontent-length: {}\r\n\r\n{text}", text.len())
    };
    (served(told).await.0, text)
}

/// A server that answers everything with this text: the address of a document there, and how often it was asked for.
pub(super) async fn serving(text: &str) -> (String, Arc<AtomicUsize>) {
    fixed(format!("HTTP/1.1 200 x\r\ncontent-length: {}\r\n\r\n{text}\n", text.len() + 1)).await
}

async fn fixed(answer: String) -> (String, Arc<AtomicUsize>) {
    served(move || answer.clone()).await
}

async fn served(answer: impl Fn() -> String + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/request.jwt", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.unwrap() > 0 {}
            count.fetch_add(1, Ordering::Relaxed);
            stream.get_mut().write_all(answer().as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

/// A client that has registered an address.
fn registered(address: &str) -> Client {
    Client { request_uris: vec![address.to_owned()], ..with_key() }
}

#[tokio::test]
async fn a_request_object_at_a_registered_address_is_the_request() {
    let stage = Stage::alice().await;
    let object = object(&json!({ "iss": CLIENT, "nonce": "fetched-nonce", "state": "fetched-state" }));
    let (address, asked) = serving(&object).await;
    stage.tenant().add_client(registered(&address));

    let got = stage.authorize(&[("request_uri", &address)]).await;

    let answer = got.fragment();
    assert_eq!(answer.first("state"), Some("fetched-state"), "{got:?}");
    assert_eq!(got.claims()["nonce"], "fetched-nonce");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let trace = stage.tenant().trace().snapshot();
    let fetched = trace.iter().find(|exchange| exchange.endpoint == Endpoint::RequestObject).unwrap();
    assert_eq!((fetched.leg, &fetched.request.url), (Leg::Back, &address));
    assert_eq!(fetched.response.as_ref().unwrap().body.trim(), object);
}

#[tokio::test]
async fn it_is_fetched_once_for_a_login_and_lasts_through_the_login_page() {
    let stage = Stage::new().await;
    stage.tenant().set_rules(Rules::Strict);
    let (address, asked) = serving(&object(&json!({ "nonce": "fetched-nonce" }))).await;
    stage
        .tenant()
        .add_client(Client { redirect_uris: vec![super::stage::CALLBACK.into()], ..registered(&address) });

    let got = stage.browser().sign_in("alice", &[("request_uri", &address)]).await;

    assert_eq!(got.claims()["nonce"], "fetched-nonce");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_address_that_gives_no_request_object_is_named_with_what_it_did() {
    let stage = Stage::alice().await;
    let refusing = fixed("HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n".to_owned()).await.0;
    let breaking = fixed("HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\ne30".to_owned()).await.0;
    let huge = serving(&"x".repeat(70_000)).await.0;
    let large = serving(&"x".repeat(40_000)).await.0;
    let moved = fixed("HTTP/1.1 302 x\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n".to_owned()).await.0;
    let (page, _) = serving("<p>hello</p>").await;
    let (unsigned, _) = serving("eyJhbGciOiJub25lIn0.e30.").await;
    for (address, error, problem) in [
        (refusing, "invalid_request_uri", "answered with 404"),
        (breaking, "invalid_request_uri", "breaks off"),
        (huge, "invalid_request_uri", "too long"),
        (large, "invalid_request_uri", "send a smaller one"),
        (moved, "invalid_request_uri", "answered with 302"),
        ("http://127.0.0.1:1/".to_owned(), "invalid_request_uri", "cannot be reached"),
        (unsigned, "invalid_request_uri", "unsigned"),
        (page, "invalid_request_object", "the request object"),
    ] {
        stage.tenant().add_client(registered(&address));

        let answer = stage.authorize(&[("request_uri", &address)]).await.fragment();

        assert_eq!(answer.first("error"), Some(error), "{address} {answer:?}");
        assert!(answer.first("error_description").unwrap().contains(problem), "{address} {answer:?}");
        assert_eq!(answer.first("state"), Some("the-state"));
    }
}

#[tokio::test]
async fn two_logins_with_one_address_keep_what_each_of_them_found_there() {
    let stage = Stage::new().await;
    let with_state = |state: &str| object(&json!({ "state": state }));
    let (place, text) = changing(&with_state("state-1")).await;
    stage.tenant().add_client(registered(&place));
    let mut browser = stage.browser();

    let waiting = browser.authorize(&[("request_uri", &place)]).await.header("location").to_owned();
    *text.lock().unwrap() = with_state("state-2");
    let other = stage.browser().sign_in("alice", &[("request_uri", &place)]).await;
    stage.tenant().add_client(with_key());
    let got = browser.post(&waiting, &[("person", "alice")]).await;

    assert_eq!(got.fragment().first("state"), Some("state-1"), "{got:?}");
    assert_eq!(other.fragment().first("state"), Some("state-2"), "{other:?}");
    let late = stage.authorize(&[("request_uri", &place)]).await;
    assert_eq!(
        late.fragment().first("error"),
        Some("invalid_request_uri"),
        "it is registered no more: {late:?}"
    );
}

#[tokio::test]
async fn a_request_that_is_wrong_in_itself_makes_the_provider_ask_nobody() {
    let stage = Stage::alice().await;
    let (address, asked) = serving(&object(&json!({}))).await;
    stage.tenant().add_client(Client { require_pushed_authorization_requests: true, ..registered(&address) });
    stage.authorize(&[("request_uri", &address)]).await;
    stage.tenant().add_client(registered(&address));
    stage.authorize(&[("request_uri", &address), ("redirect_uri", "http://evil.test/")]).await;
    stage.authorize(&[("request_uri", &address), ("client_id", "another")]).await;
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    let bare = format!("{}/authorize?client_id={CLIENT}&request_uri=", stage.provider.base_url());
    let got = stage.get(&format!("{bare}{address}x")).await;

    assert!(got.status == 400 && got.body.contains("none of the client"), "{got:?}");
    assert_eq!(
        stage.get(&format!("{bare}{address}%23a-fragment")).await.status,
        400,
        "without a redirect URI in it"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

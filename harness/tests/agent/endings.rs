//! How an answer ends: with the connection, where nothing says how long it is, and otherwise when it has all been read.

use harness::agent::{Agent, AgentError, AgentOptions, HttpAgent, Page, Trust};
use harness::target::certificates::Certificates;
use mock_idp::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

const TO_THE_END: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<h1>All of it</h1>";
const CUT_SHORT: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 99\r\n\r\n<h1>Some of it</h1>";
const HALF_A_CHUNK: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n99\r\n<h1>Some of it</h1>";

/// More than is read at once, so that it is an answer before its end is known.
const LONG: usize = 1024 * 1024;

/// What comes after the answer, where TLS would say that it is closed.
#[derive(Clone, Copy)]
enum After {
    Nothing,
    Nonsense,
}

async fn opened(url: &str, trust: Trust) -> Result<Page, AgentError> {
    let nowhere = Url::parse("http://127.0.0.1:1/").unwrap();
    let mut agent = HttpAgent::new(AgentOptions { trust, ..AgentOptions::new(nowhere, Clock::system()) });
    agent.visit(&Url::parse(url).unwrap()).await
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
}

/// The page that a plain server sends and then hangs up.
async fn plain(answer: &'static str) -> Result<Page, AgentError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    opened(&url, Trust::default()).await
}

/// The same over TLS, which the server does not close.
async fn secured(answer: &'static str, after: After) -> Result<Page, AgentError> {
    let certificates = Certificates::new().unwrap();
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config(&certificates)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        if matches!(after, After::Nonsense) {
            stream.write_all(&b" ".repeat(LONG)).await.unwrap();
        }
        stream.flush().await.unwrap();
        let (mut below, _): (TcpStream, _) = stream.into_inner();
        if matches!(after, After::Nonsense) {
            below.write_all(b"this is no record of TLS").await.unwrap();
        }
    });
    opened(&url, Trust::with(certificates.authority()).unwrap()).await
}

fn config(certificates: &Certificates) -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(certificates.fill("{tls_cert}")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificates.fill("{tls_key}")).unwrap();
    let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
    let config = ServerConfig::builder_with_provider(std::sync::Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()
}

#[tokio::test]
async fn an_answer_without_a_length_ends_with_the_connection_whether_or_not_tls_was_closed() {
    for page in [plain(TO_THE_END).await, secured(TO_THE_END, After::Nothing).await] {
        let page = page.unwrap();

        assert_eq!((page.status, page.text.as_str()), (200, "All of it"));
    }
}

#[tokio::test]
async fn an_answer_that_ends_before_its_length_is_none() {
    for page in [
        plain(CUT_SHORT).await,
        plain(HALF_A_CHUNK).await,
        secured(CUT_SHORT, After::Nothing).await,
        secured(HALF_A_CHUNK, After::Nothing).await,
    ] {
        let error = page.unwrap_err();

        assert!(matches!(error, AgentError::Dropped { .. }), "{error}");
    }
}

#[tokio::test]
async fn whatever_else_goes_wrong_with_a_connection_is_no_end_of_an_answer() {
    let error = secured(TO_THE_END, After::Nonsense).await.unwrap_err();

    assert!(matches!(error, AgentError::Dropped { .. }), "{error}");
}

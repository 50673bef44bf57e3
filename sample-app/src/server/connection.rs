//! The accept loop. It owns its connections, so that ending it ends them, and it waits for no client for ever.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber as _;

use super::transport::Transport;

/// How long the server waits for its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the head of a request, from its first byte or from the end of the answer before.
    pub(super) head: Duration,
    /// For the answers under way, once the server is told to stop.
    pub(super) stop: Duration,
}

/// Browsers keep connections open longer than a slow head takes; those that are closed are opened again.
pub(super) const PATIENCE: Patience =
    Patience { head: Duration::from_secs(30), stop: Duration::from_secs(3) };

/// Serves every connection until `stopped`; then answers what was asked before, as long as `patience` has it. What
/// is still open when this ends, or is dropped, is closed.
pub(super) async fn serve(
    listener: TcpListener,
    app: (Router, Transport),
    patience: Patience,
    stopped: impl Future<Output = ()>,
) {
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = connection(stream, app.clone(), patience.head, stopping.clone());
                    connections.spawn(connection.with_current_subscriber());
                }
                // Out of file descriptors, or the peer is gone already: others may have more luck.
                Err(_) => pause(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stop.send_replace(true);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(patience.stop, finished).await.is_err() {
        tracing::warn!("stopping without {} clients that take too long", connections.len());
    }
}

async fn connection(
    stream: TcpStream,
    (router, transport): (Router, Transport),
    head: Duration,
    stopping: watch::Receiver<bool>,
) {
    // Answers are small and complete: waiting for more only costs time.
    let _ = stream.set_nodelay(true);
    match transport {
        Transport::Plain => answer(stream, router, head, stopping).await,
        #[cfg(feature = "tls")]
        Transport::Tls { plain_too: true, .. } if !begins_tls(&stream).await => {
            answer(stream, router, head, stopping).await;
        }
        #[cfg(feature = "tls")]
        Transport::Tls { acceptor, .. } => {
            let mut stopped = stopping.clone();
            // Who has not finished the handshake has asked for nothing yet.
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(head, acceptor.accept(stream)) => shaken,
                _ = stopped.wait_for(|stopping| *stopping) => return,
            };
            if let Ok(Ok(stream)) = shaken {
                answer(stream, router, head, stopping).await;
            }
        }
    }
}

/// Is the first octet that of a handshake (RFC 8446 5.1)?
#[cfg(feature = "tls")]
async fn begins_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    stream.peek(&mut first).await.is_ok() && first == [22]
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    head: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router);
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    // A connection that breaks is its client's affair.
    tokio::select! {
        _ = &mut serving => return,
        _ = stopping.wait_for(|stopping| *stopping) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

#[expect(clippy::disallowed_methods, reason = "a full table of files empties by itself or not at all")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;

    const AT_ONCE: Duration = Duration::from_millis(50);
    const SOON: Duration = Duration::from_secs(10);
    const LONG: Duration = Duration::from_mins(1);

    async fn server(patience: Patience) -> (TcpStream, oneshot::Sender<()>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async move {
            let _ = stopped.await;
        };
        let router = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/never", get(std::future::pending::<()>));
        let server = tokio::spawn(serve(listener, (router, Transport::Plain), patience, stopped));
        (TcpStream::connect(address).await.unwrap(), stop, server)
    }

    #[tokio::test]
    async fn a_client_that_does_not_finish_the_head_of_its_request_is_cut_off() {
        let (mut client, _stop, _server) = server(Patience { head: AT_ONCE, stop: LONG }).await;
        client.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();

        let mut answer = Vec::new();
        let end = timeout(SOON, client.read_to_end(&mut answer)).await.expect("the server hangs up");

        assert!(end.is_err() || !answer.starts_with(b"HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn stopping_waits_only_so_long_for_an_answer_that_never_comes() {
        let (mut client, stop, server) = server(Patience { head: LONG, stop: AT_ONCE }).await;
        client.write_all(b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut other = TcpStream::connect(client.peer_addr().unwrap()).await.unwrap();
        other.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        other.read_exact(&mut [0; 15]).await.unwrap();

        stop.send(()).unwrap();

        timeout(SOON, server).await.expect("the server ends").unwrap();
    }

    #[tokio::test]
    async fn stopping_waits_for_no_client_that_asks_for_nothing() {
        let (mut client, stop, server) = server(Patience { head: LONG, stop: LONG }).await;
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");

        stop.send(()).unwrap();

        timeout(SOON, server).await.expect("the server ends").unwrap();
    }
}

//! The accept loop. It owns its connections, so that ending it ends them, and can end one without an answer.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::{Service, ServiceExt as _};

use super::forwarded::Peer;
use super::opening::Opening;
use super::watched::{Said, Turn, Watched};
use crate::fault::Lies;

/// Marks a response that must not be sent: the connection is dropped instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct HangUp;

#[derive(Debug, thiserror::Error)]
#[error("a fault told the provider to hang up")]
struct HungUp;

/// The largest head of a request: a URL of 64 KiB, which is hyper's own limit, and as much in headers.
const HEAD_LIMIT: usize = 128 * 1024;

/// How long connections are served.
#[derive(Clone)]
pub(crate) struct Terms {
    /// How long a request's head, and every piece of an answer, may take to get across.
    pub(crate) patience: Duration,
    /// Whether the provider is about to stop: then what is under way is answered, and nothing else.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Terms {
    async fn stop(mut self) {
        // Nobody is left who could say so: that is a stop as well.
        let _ = self.stopping.wait_for(|stopping| *stopping).await;
    }
}

/// Serves every connection until the task is aborted, or told to stop and nothing is under way any more.
pub(crate) async fn serve<S>(listener: TcpListener, service: S, terms: Terms, opening: Opening)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Unpin + 'static,
    S::Future: Send,
{
    let mut connections = JoinSet::new();
    let mut stop = pin!(terms.clone().stop());
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Answers are small and complete: waiting for more only costs time.
                    let _ = stream.set_nodelay(true);
                    let (peer, opening) = (Peer(peer.ip()), opening.clone());
                    connections.spawn(opened(stream, peer, service.clone(), terms.clone(), opening));
                }
                // Out of file descriptors, or the peer is gone already: others may have more luck.
                Err(_) => pause(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn opened<S>(stream: TcpStream, peer: Peer, service: S, terms: Terms, opening: Opening)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Unpin + 'static,
    S::Future: Send,
{
    #[cfg(feature = "tls")]
    if let Some(tls) = opening.tls {
        let (acceptor, lies) = tls.begin();
        // Whoever does not come to terms in time, or not at all, is not heard.
        match tokio::time::timeout(terms.patience, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => connection(stream, (peer, lies), service, terms).await,
            // To hang up is how a certificate is refused.
            Ok(Err(_)) => lies.iter().flat_map(Lies::heard).for_each(drop),
            Err(_) => {}
        }
        return;
    }
    #[cfg(not(feature = "tls"))]
    let Opening {} = opening;
    connection(stream, (peer, None), service, terms).await;
}

async fn connection<T, S>(stream: T, (peer, lies): (Peer, Option<Lies>), service: S, terms: Terms)
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Unpin + 'static,
    S::Future: Send,
{
    let turn = Turn::default();
    let watched = Watched::new(stream, turn.clone(), terms.patience);
    let service = service_fn(move |request: Request<Incoming>| {
        turn.asked();
        let (service, turn, lies) = (service.clone(), turn.clone(), lies.clone());
        // In a box, which an idle connection does not have.
        Box::pin(async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            if let Some(lies) = lies {
                request.extensions_mut().insert(lies);
            }
            let response = match service.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let hangs_up = response.extensions().get::<HangUp>().is_some();
            let response = response.map(|body| Said::new(body, turn));
            if hangs_up { Err(HungUp) } else { Ok(response) }
        })
    });
    let mut serving =
        http1::Builder::new().max_buf_size(HEAD_LIMIT).serve_connection(TokioIo::new(watched), service);
    let stopping = terms.stopping.clone();
    let (mut stop, mut waits, mut is_told) = (pin!(terms.stop()), false, false);
    let result = poll_fn(|context| {
        // The task waits for it once; to ask whenever something else wakes it would cost every request.
        if !is_told && (!waits || stopping.has_changed().unwrap_or(true)) {
            waits = true;
            is_told = stop.as_mut().poll(context).is_ready();
            if is_told {
                Pin::new(&mut serving).graceful_shutdown();
            }
        }
        serving.poll_without_shutdown(context)
    })
    .await;
    // A fault ends a connection without another word; one that breaks otherwise is its client's affair.
    if !result.as_ref().is_err_and(hyper::Error::is_user) {
        serving.into_parts().io.into_inner().end(result).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "being late is the point: a fault, or a full table of files")]
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

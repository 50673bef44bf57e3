//! The accept loop. It owns its connections, so that ending it ends them, and can end one without an answer.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::{Service, ServiceExt as _};

/// Marks a response that must not be sent: the connection is dropped instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct HangUp;

#[derive(Debug, thiserror::Error)]
#[error("a fault told the provider to hang up")]
struct HungUp;

/// Serves every connection until the task is aborted.
pub(crate) async fn serve<S>(listener: TcpListener, service: S)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, service.clone()));
                }
                // Out of file descriptors, or the peer is gone already: others may have more luck.
                Err(_) => pause(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection<S>(stream: TcpStream, service: S)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    // Answers are small and complete: waiting for more only costs time.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let service = service.clone();
        async move {
            let response = match service.oneshot(request.map(Body::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<HangUp>().is_some() { Err(HungUp) } else { Ok(response) }
        }
    });
    // A connection that breaks is its client's affair.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

#[expect(clippy::disallowed_methods, reason = "being late is the point: a fault, or a full table of files")]
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

//! Receiving a response of the provider: what kind of request may carry it, how much of it, and in which encoding.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use http_body_util::BodyExt as _;

use crate::config::{ResponseMode, Settings};
use crate::error::Refusal;
use crate::params::Params;
use crate::policy::CallbackPolicy;
use crate::rule::{Rule, check};

/// The outside of a request to the callback.
pub(crate) struct Head {
    #[cfg_attr(
        not(feature = "weakness"),
        expect(dead_code, reason = "the router knows the one path that there is")
    )]
    pub(crate) path: String,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    /// How the response is to come.
    pub(crate) mode: ResponseMode,
    pub(crate) query: Option<String>,
}

/// A request that may carry a response, with its body.
pub(crate) struct Received {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

/// One row about the request itself.
pub(crate) type RequestRule = Rule<Head, Settings>;

const FORM: &str = "application/x-www-form-urlencoded";
/// A form of some kilobytes takes no longer than this.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
const TOO_MANY: Refusal =
    Refusal { reason: "too-many-bodies", clause: "RFC 9110 15.6.4", status: StatusCode::SERVICE_UNAVAILABLE };
/// What is read of a body that is too large, so that the sender gets to see the answer.
const DRAIN: usize = 32 * 1024 * 1024;

/// What must hold of a request before its body is read.
pub(crate) fn request_rules() -> Vec<RequestRule> {
    vec![
        RequestRule::new("post-only-callback", "OAuth Form Post 2", |head, _| {
            head.mode != ResponseMode::FormPost || head.method == Method::POST
        })
        .status(StatusCode::METHOD_NOT_ALLOWED),
        RequestRule::new("get-only-callback", "RFC 6749 4.1.2", |head, _| {
            head.mode != ResponseMode::Query || head.method == Method::GET
        })
        .status(StatusCode::METHOD_NOT_ALLOWED),
        RequestRule::new("form-content-type-check", "OAuth Form Post 2", |head, _| {
            head.mode != ResponseMode::FormPost || is_form(&head.headers)
        })
        .status(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ]
}

/// Whatever its letter case and its parameters.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

/// The parameters: from where they were to be and from nowhere else.
pub(crate) fn as_asked(received: &Received) -> Option<Params> {
    match received.head.mode {
        ResponseMode::FormPost => from_body(received),
        ResponseMode::Query => from_query(received),
    }
}

/// From the address alone.
pub(crate) fn from_query(received: &Received) -> Option<Params> {
    Params::parse(received.head.query.as_deref().unwrap_or_default().as_bytes())
}

/// From the body alone.
pub(crate) fn from_body(received: &Received) -> Option<Params> {
    Params::parse(&received.body)
}

/// Reads a request that carries a response in this `mode`.
pub(crate) async fn receive(
    policy: &CallbackPolicy,
    (settings, mode): (&Settings, ResponseMode),
    parts: Parts,
    body: Body,
) -> Result<Params, Refusal> {
    let query = parts.uri.query().map(str::to_owned);
    let path = parts.uri.path().to_owned();
    let head = Head { path, method: parts.method, headers: parts.headers, mode, query };
    check(&policy.request, &head, settings)?;
    let late = |_| Refusal {
        reason: "body-too-slow",
        clause: "RFC 9110 15.5.9",
        status: StatusCode::REQUEST_TIMEOUT,
    };
    let _turn = policy.bodies.try_acquire().map_err(|_| TOO_MANY)?;
    let body =
        tokio::time::timeout(policy.body_deadline, read(body, policy.body_limit)).await.map_err(late)??;
    (policy.params)(&Received { head, body }).ok_or(Refusal::new("malformed-form", "OAuth Form Post 2"))
}

async fn read(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut kept = Vec::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::new("broken-body", "RFC 9112 8"))?;
        let Ok(data) = frame.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else if seen > DRAIN {
            break;
        }
    }
    if seen > limit {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(Refusal { reason: "body-limit", clause: "RFC 9110 15.5.14", status });
    }
    Ok(kept.into())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::config::Origin;

    /// A body of which nothing ever comes.
    struct Silent;

    impl axum::body::HttpBody for Silent {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_body_that_never_comes_is_not_waited_for() {
        let settings = Settings::unauthenticated(Origin::parse("http://localhost:3000").unwrap());
        let policy = CallbackPolicy { body_deadline: Duration::from_millis(20), ..CallbackPolicy::honest() };
        let request = Request::post("/callback").header(header::CONTENT_TYPE, FORM).body(()).unwrap();

        let how = (&settings, settings.response_mode);
        let receiving = receive(&policy, how, request.into_parts().0, Body::new(Silent));
        let received = tokio::time::timeout(Duration::from_secs(10), receiving).await.expect("in time");

        let refusal = received.expect_err("refused");
        assert_eq!((refusal.reason, refusal.status), ("body-too-slow", StatusCode::REQUEST_TIMEOUT));
    }
}

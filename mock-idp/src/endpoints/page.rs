//! Pages as HTTP.

use std::sync::LazyLock;

use askama::Template;
use bytes::Bytes;
use url::Url;

use crate::checks::Untrusted;
use crate::pages::{self, Policy, ProblemPage, Referrer};
use crate::protocol::Encoded;

/// A page of the provider, which no other site may frame.
pub(super) fn page(status: u16, template: &impl Template) -> Encoded {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::new(&[pages::STYLE], &[pages::ONCE_SCRIPT]));
    let mut headers = POLICY.headers(Referrer::Nothing);
    headers.push(("x-frame-options", "DENY".into()));
    Encoded { status, headers, body: written(template) }
}

/// A page that frames pages of applications, and goes on by itself when they have loaded.
pub(super) fn framing(frames: &[Url], template: &impl Template) -> Encoded {
    let origins: Vec<String> = frames.iter().map(|url| url.origin().ascii_serialization()).collect();
    let mut headers =
        Policy::new(&[pages::STYLE], &[pages::GO_ON_SCRIPT]).framing(&origins).headers(Referrer::Nothing);
    headers.push(("x-frame-options", "DENY".into()));
    Encoded { status: 200, headers, body: written(template) }
}

/// A page about a request that cannot be answered to the application.
pub(super) fn untrusted(title: &str, problem: &Untrusted, home: &str) -> Encoded {
    let template = ProblemPage {
        title,
        problem: &problem.problem,
        remedy: &problem.remedy,
        difference: problem.difference.as_deref(),
        home,
    };
    page(400, &template)
}

/// A redirect.
pub(super) fn redirect(status: u16, location: String) -> Encoded {
    let headers = vec![("location", location.into()), ("cache-control", "no-store".into())];
    Encoded { status, headers, body: Bytes::new() }
}

fn written(template: &impl Template) -> Bytes {
    template.render().expect("writing to a string cannot fail").into()
}

//! What can go wrong between the user agent and the application, in sentences.

use std::time::Duration;

use url::Url;

use super::browser::BrowserError;
use super::jar::Refusal;
use super::page::Hop;

/// Why an agent could not do what it was asked to do.
///
/// None of these is a verdict by itself: a dropped connection is the application's fault in one scenario
/// and ours in the next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// No connection could be opened.
    #[error("nothing answers at {url} ({cause}): start it, or correct the address")]
    Unreachable {
        /// The address that was asked for.
        url: Url,
        /// What the operating system said.
        cause: String,
    },
    /// The answer was not complete within the deadline of one request.
    #[error("no complete answer from {url} within {} ms: raise the deadline, or find what it waits for", after.as_millis())]
    Deadline {
        /// The address that was asked for.
        url: Url,
        /// The deadline.
        after: Duration,
    },
    /// The connection ended before the answer was complete.
    #[error("the connection to {url} was dropped before the answer was complete ({cause})")]
    Dropped {
        /// The address that was asked for.
        url: Url,
        /// What the HTTP client said.
        cause: String,
    },
    /// One navigation led through more pages than any honest login needs.
    #[error("gave up after {} hops, which looks like a login loop: {}", hops.len(), list(hops))]
    TooManyHops {
        /// Every hop that was made, in order.
        hops: Vec<Hop>,
    },
    /// Something needs a current page and there is none.
    #[error("no page is open: visit one first")]
    NoPage,
    /// No link or button carries the text.
    #[error("no link or button reads “{text}” on this page; there are: {}", quoted(known))]
    NotFound {
        /// The visible text that was looked for.
        text: String,
        /// The visible texts of the links and buttons of the page.
        known: Vec<String>,
    },
    /// The link or button does nothing without its script.
    #[error("“{text}” works by script only: run this in a browser (--browser)")]
    NeedsScript {
        /// The visible text of the control.
        text: String,
    },
    /// The form has no such field.
    #[error("the form has no field “{name}”; its fields are: {}", quoted(known))]
    NoField {
        /// The name that was asked for.
        name: String,
        /// The names of the fields of the form.
        known: Vec<String>,
    },
    /// The form has no such submit button.
    #[error("the form has no submit button “{text}”; its buttons are: {}", quoted(known))]
    NoButton {
        /// The visible text that was asked for.
        text: String,
        /// The texts of the submit buttons of the form.
        known: Vec<String>,
    },
    /// A cookie that was to be planted is one that browsers do not store.
    #[error("a browser would not store “{line}”: {why}")]
    CookieRefused {
        /// The Set-Cookie line.
        line: String,
        /// The rule that refuses it.
        why: Refusal,
    },
    /// No browser does that, whoever asks it to: only an agent that writes its requests itself can.
    #[error("{what}")]
    NotInABrowser {
        /// A sentence that says what cannot be done, and what to do instead.
        what: String,
    },
    /// This agent cannot do that.
    #[error("{what}")]
    Unsupported {
        /// A sentence that says what cannot be done, and what to do instead.
        what: String,
    },
    /// The browser or its driver failed.
    #[error(transparent)]
    Browser(#[from] BrowserError),
}

fn list(hops: &[Hop]) -> String {
    let lines: Vec<String> = hops.iter().map(ToString::to_string).collect();
    lines.join(" → ")
}

fn quoted(texts: &[String]) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = texts.iter().map(|text| format!("“{text}”")).collect();
    quoted.join(", ")
}

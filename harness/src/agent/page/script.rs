//! Whether a page would submit its form by itself: what its inline scripts call, and whether they may run.

use scraper::{ElementRef, Html};

use super::Page;
use super::extract::{all, first, named};
use crate::agent::content_policy::{ContentPolicy, Inline};

/// The policy of a page when its head has been read, and whether a script that runs submits a form.
///
/// A policy in a `meta` element holds for what follows it.
pub(super) fn run(document: &Html, page: &Page) -> (ContentPolicy, bool) {
    let mut policy = ContentPolicy::of(&page.headers, &page.url);
    let mut submitted = false;
    for element in all(document, "head meta[http-equiv][content], script") {
        if element.value().name() == "script" {
            submitted |= runs(element, &policy);
        } else if named(element, "http-equiv", "content-security-policy") {
            policy.add(element.attr("content").unwrap_or_default());
        }
    }
    let handler = first(document, "body[onload]").and_then(|body| body.attr("onload"));
    submitted |= handler.is_some_and(|text| submits(text) && policy.runs(Inline::Handler { text }));
    (policy, submitted)
}

fn runs(script: ElementRef<'_>, policy: &ContentPolicy) -> bool {
    let text: String = script.text().collect();
    let element = Inline::Element { nonce: script.attr("nonce"), text: &text };
    script.attr("src").is_none() && is_script(script) && submits(&text) && policy.runs(element)
}

/// Anything but a script's type makes the element a block of data.
fn is_script(element: ElementRef<'_>) -> bool {
    let kind = element.attr("type").unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "" | "module") || kind.ends_with("javascript") || kind.ends_with("ecmascript")
}

/// Goes by the calls that pages of providers make, `HTMLFormElement.prototype.submit.call(…)` among them.
fn submits(text: &str) -> bool {
    [".submit(", ".submit.call(", ".requestSubmit(", ".click("].iter().any(|call| text.contains(call))
}

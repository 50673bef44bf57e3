//! Content-Security-Policy, as far as it decides what a page does with its forms and what it may ask for.
//!
//! Read are the directives over inline scripts, `form-action`, and those over requests of scripts, pictures and frames.
//! Scripts of other files, `sandbox`, `navigate-to` and Trusted Types are not: an agent without scripts has nothing to
//! apply them to.

mod source;

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::fetch::Destination;

/// An inline script.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inline<'s> {
    /// The content of a `script` element, and its nonce.
    Element { nonce: Option<&'s str>, text: &'s str },
    /// The value of an attribute such as `onload`.
    Handler { text: &'s str },
}

/// Every policy of a page: what one of them forbids is forbidden.
#[derive(Debug, Clone)]
pub(super) struct ContentPolicy {
    page: Arc<Url>,
    policies: Vec<Directives>,
}

/// One policy: names in lower case and their values, first come first.
#[derive(Debug, Clone)]
struct Directives(Vec<(String, Vec<String>)>);

impl ContentPolicy {
    /// The policies of an answer; those that only report forbid nothing.
    pub(super) fn of(headers: &[(String, String)], page: &Url) -> Self {
        let mut read = Self { page: Arc::new(page.clone()), policies: Vec::new() };
        for (_, line) in
            headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-security-policy"))
        {
            read.add(line);
        }
        read
    }

    /// Adds what a header or a `meta` element says: one policy, or several between commas.
    pub(super) fn add(&mut self, line: &str) {
        self.policies.extend(line.split(',').map(Directives::read));
    }

    /// Whether an inline script may run.
    pub(super) fn runs(&self, script: Inline<'_>) -> bool {
        let directives = match script {
            Inline::Element { .. } => ["script-src-elem", "script-src", "default-src"],
            Inline::Handler { .. } => ["script-src-attr", "script-src", "default-src"],
        };
        let lists = self.policies.iter().filter_map(|policy| policy.first(&directives));
        lists.into_iter().all(|list| list_runs(list, script))
    }

    /// Whether a form may go to an address, by itself or after it was redirected.
    pub(super) fn lets_form_go(&self, to: &Url, redirected: bool) -> bool {
        let mut lists = self.policies.iter().filter_map(|policy| policy.first(&["form-action"]));
        lists.all(|list| list.iter().any(|word| source::matches(word, &self.page, to, redirected)))
    }
}

impl ContentPolicy {
    /// Whether the page may ask for an address of its own accord, or be sent on to it when it has asked. What is
    /// fetched in advance is nobody's yet.
    pub(super) fn lets_ask(&self, what: Destination, to: &Url, redirected: bool) -> bool {
        let directives: &[&str] = match what {
            Destination::Empty => &["connect-src", "default-src"],
            Destination::Image | Destination::Icon => &["img-src", "default-src"],
            Destination::Frame => &["frame-src", "child-src", "default-src"],
            Destination::Prefetch => &[],
        };
        let mut lists = self.policies.iter().filter_map(|policy| policy.first(directives));
        lists.all(|list| list.iter().any(|word| source::matches(word, &self.page, to, redirected)))
    }
}

impl Directives {
    fn read(policy: &str) -> Self {
        let words = policy.split(';').filter_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            Some((words.next()?.to_ascii_lowercase(), words.map(ToOwned::to_owned).collect()))
        });
        Self(words.collect())
    }

    /// The value of the first of these names that the policy has.
    fn first(&self, names: &[&str]) -> Option<&[String]> {
        let value = |name: &&str| self.0.iter().find(|(known, _)| known == *name);
        names.iter().find_map(value).map(|(_, words)| &words[..])
    }
}

/// CSP 3, 6.7.3.3: does the element match the source list?
fn list_runs(list: &[String], script: Inline<'_>) -> bool {
    let has = |keyword: &str| list.iter().any(|word| word.eq_ignore_ascii_case(keyword));
    let closer = list.iter().any(|word| nonce(word).is_some() || hash(word).is_some());
    if has("'unsafe-inline'") && !closer && !has("'strict-dynamic'") {
        return true;
    }
    match script {
        Inline::Element { nonce: own, text } => {
            let own = own.filter(|own| !own.is_empty());
            own.is_some_and(|own| list.iter().any(|word| nonce(word) == Some(own))) || hashed(list, text)
        }
        Inline::Handler { text } => has("'unsafe-hashes'") && hashed(list, text),
    }
}

fn hashed(list: &[String], text: &str) -> bool {
    list.iter().filter_map(|word| hash(word)).any(|(algorithm, expected)| {
        let digest = digest::digest(algorithm, text.as_bytes());
        STANDARD.encode(digest) == expected
    })
}

/// The text between the quotes, after a prefix whose case does not matter.
fn quoted<'w>(word: &'w str, prefix: &str) -> Option<&'w str> {
    let inner = word.strip_prefix('\'')?.strip_suffix('\'')?;
    let (start, rest) = inner.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

fn nonce(word: &str) -> Option<&str> {
    quoted(word, "nonce-")
}

/// The algorithm of a hash source and the hash in the standard alphabet.
fn hash(word: &str) -> Option<(&'static digest::Algorithm, String)> {
    let known = [("sha256-", &digest::SHA256), ("sha384-", &digest::SHA384), ("sha512-", &digest::SHA512)];
    let (rest, algorithm) =
        known.into_iter().find_map(|(prefix, algorithm)| Some((quoted(word, prefix)?, algorithm)))?;
    Some((algorithm, rest.replace('-', "+").replace('_', "/")))
}

#[cfg(test)]
mod tests;

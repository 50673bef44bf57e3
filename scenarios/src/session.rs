//! How long a session lasts, what can be read from it, and what is kept of the pages that it opens.

use crate::jar;
use harness::agent::{Cookie, Page};
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Trial, TrialAgent};
use mock_idp::Params;
use mock_idp::trace::{Endpoint, Response};

pub(crate) const SCENARIOS: &[Scenario] = &[EXPIRED, LOGGED_OUT, SEALED, NO_STORE, FRAMED];

const EXPIRED: Scenario = Scenario::must("session/expired")
    .clause("ASVS 5.0 7.3; RFC 6265bis 8.4")
    .why("a session ends by the app's clock, not by the good will of whoever keeps the cookie")
    .covers(&["CK-13"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(expired(t)));

async fn expired(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let start = t.position();
    t.tenant().clock().advance(31 * 86_400);
    let subject = agent.probe().await?;
    t.demand(subject.is_none(), start, "nobody is signed in after a month", format!("{subject:?} still is"))
}

const LOGGED_OUT: Scenario = Scenario::harden("session/after-logout")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RP-Initiated Logout 2")
    .why("whoever copied the cookie before the logout must not have a session after it")
    .covers(&["CK-14"])
    .run(|t| Box::pin(logged_out(t)));

pub(crate) async fn logged_out(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let copied = jar::cookies(t, &mut agent).await?;
    if jar::browser_with(t, &copied).await?.probe().await?.is_none() {
        return Err(Trial::no_difference("a copy of all cookies is no session in another browser"));
    }
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(false)?;
    let mut thief = jar::browser_with(t, &copied).await?;
    let start = t.position();
    let subject = thief.probe().await?;
    t.demand(
        subject.is_none(),
        start,
        "the copied cookie is nobody's",
        format!("it is a session of {subject:?}"),
    )
}

const SEALED: Scenario = Scenario::should("session/sealed")
    .clause("OAuth Browser-Based Apps 6.1.3.2")
    .why("a session that is kept in the browser is encrypted: what it holds is nobody else's business")
    .covers(&["CK-23"])
    .run(|t| Box::pin(sealed(t)));

async fn sealed(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let subject = t.subject(HONEST)?;
    let shows = |cookie: &Cookie| jar::faces(&cookie.value).any(|face| face.contains(&subject));
    let readable = jar::cookies(t, &mut agent).await?.into_iter().find(|cookie| shows(cookie));
    let seen = readable.as_ref().map_or(String::new(), |cookie| format!("{} shows it", cookie.name));
    t.demand(readable.is_none(), 0, "the person's sub cannot be read from a cookie, base64 or not", seen)
}

/// No clause asks for it: an answer that says nothing may be kept for as long as a cache guesses.
const NO_STORE: Scenario = Scenario::harden("session/no-store")
    .clause("RFC 9111 4.2.2, 5.2.2.5")
    .demands("a cache stores nothing of an answer that says no-store; of one that says nothing it may guess how long it is good")
    .why("a page of a signed-in person that is kept shows itself again after the logout, or to somebody else")
    .covers(&["CK-18"])
    .run(|t| Box::pin(no_store(t)));

async fn no_store(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let landing = agent.log_in(HONEST).await?;
    landing.clone().accepted(&t.subject(HONEST)?)?;
    let answers = landing.conversation.iter().filter(|exchange| exchange.endpoint == Endpoint::App);
    let shared = answers.filter(|exchange| exchange.response.as_ref().is_some_and(is_shared_with_a_cookie));
    let shared: Vec<_> = shared.map(|exchange| exchange.request.url.clone()).collect();
    let outcome = match shared.first() {
        None => Ok(()),
        Some(url) => Err(landing.found("no cookie in an answer that is kept for everybody", url.clone())),
    };
    t.input("what sets a cookie", outcome);
    for (label, path) in [
        ("a guarded page", t.profile().page.clone()),
        ("the probe", t.profile().probe.path.clone()),
        ("the API", t.profile().api.clone()),
    ] {
        let outcome = not_stored(t, &mut agent, &path).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// Sets a cookie, and lets a cache give the same to the next who asks (RFC 9111 3, 4.1).
fn is_shared_with_a_cookie(answer: &Response) -> bool {
    let says = |header: &str, words: &[&str]| {
        let value = answer.header(header).unwrap_or_default().to_ascii_lowercase();
        let mut said =
            value.split(',').map(|word| word.split('=').next().unwrap_or_default().trim().to_owned());
        said.any(|word| words.contains(&word.as_str()))
    };
    answer.header("set-cookie").is_some()
        && says("cache-control", &["public", "max-age", "s-maxage"])
        && !says("cache-control", &["no-store", "no-cache", "private"])
        && !says("vary", &["cookie", "*"])
}

async fn not_stored(t: &Trial, agent: &mut TrialAgent, path: &str) -> Outcome {
    let start = t.position();
    let page = agent.look(path).await?;
    let header = page.header("cache-control").unwrap_or("no Cache-Control");
    t.demand(header.contains("no-store"), start, "Cache-Control: no-store", header)
}

const FRAMED: Scenario = Scenario::should("session/framed")
    .clause("RFC 9700 4.16")
    .why("a page that can be framed by anybody can be clicked by anybody")
    .covers(&["CB-32"])
    .run(|t| Box::pin(framed(t)));

async fn framed(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    for (label, path) in
        [("the home page", t.profile().home.clone()), ("a guarded page", t.profile().page.clone())]
    {
        let (start, page) = (t.position(), agent.look(&path).await?);
        let outcome = unframed(t, start, &page);
        t.input(label, outcome);
    }
    let start = t.position();
    let nonsense = Params(vec![("state".to_owned(), "of no login".to_owned())]);
    let page = agent.post(&nonsense).await?;
    let outcome = unframed(t, start, &page);
    t.input("a refusal of the callback", outcome);
    Ok(())
}

fn unframed(t: &Trial, start: usize, page: &Page) -> Outcome {
    let expected = "frame-ancestors that name who may frame it, or X-Frame-Options: DENY or SAMEORIGIN";
    let policies = page.headers_named("content-security-policy");
    let (refused, seen) = framing(&policies, page.header("x-frame-options"));
    t.demand(refused, start, expected, seen)
}

/// Do the headers keep strangers from framing the page? And what they say of it. Browsers ignore X-Frame-Options
/// where a policy has frame-ancestors (CSP 3, 6.4.2.1).
pub(crate) fn framing(policies: &[&str], frame_options: Option<&str>) -> (bool, String) {
    let policies = policies.iter().flat_map(|header| header.split(','));
    let ancestors: Vec<_> = policies.filter_map(|policy| policy.split(';').find_map(ancestors)).collect();
    if !ancestors.is_empty() {
        let named = |sources: &Vec<&str>| !sources.iter().any(|source| is_anybody(source));
        return (ancestors.iter().any(named), format!("frame-ancestors {}", ancestors.concat().join(" ")));
    }
    match frame_options {
        Some(value) => {
            let refuses = ["deny", "sameorigin"].contains(&value.trim().to_ascii_lowercase().as_str());
            (refuses, format!("X-Frame-Options: {value}"))
        }
        None => (false, "neither is there".to_owned()),
    }
}

/// The sources of a frame-ancestors directive. None at all means 'none'.
fn ancestors(directive: &str) -> Option<Vec<&str>> {
    let mut words = directive.split_ascii_whitespace();
    words.next().filter(|name| name.eq_ignore_ascii_case("frame-ancestors"))?;
    Some(words.collect())
}

/// A source that names nobody: a scheme alone, or any host, whatever its scheme, port and path.
fn is_anybody(source: &str) -> bool {
    let scheme_alone = source.ends_with(':');
    let host = source.split_once("://").map_or(source, |(_, host)| host);
    scheme_alone || host.split([':', '/']).next() == Some("*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_framed_by_anybody_where_a_source_names_nobody() {
        for open in ["*", "https:", "HTTP:", "https://*", "*:443", "https://*:*/", "'self' *"] {
            assert!(!framing(&[&format!("frame-ancestors {open}")], Some("DENY")).0, "{open}");
        }
        for closed in
            ["'none'", "'SELF'", "", "https://portal.example", "*.example.com 'self'", "a.example:*"]
        {
            assert!(framing(&[&format!("default-src *; Frame-Ancestors {closed}")], None).0, "{closed}");
        }
    }

    #[test]
    fn the_strictest_policy_holds_and_the_first_directive_of_each() {
        assert!(framing(&["frame-ancestors *", "frame-ancestors 'none'"], None).0);
        assert!(framing(&["frame-ancestors *, frame-ancestors 'none'"], None).0);
        assert!(!framing(&["frame-ancestors *; frame-ancestors 'none'"], None).0);
    }

    #[test]
    fn without_a_policy_the_older_header_says_it() {
        assert!(framing(&["default-src 'self'"], Some(" SameOrigin")).0);
        assert!(!framing(&[], Some("ALLOW-FROM https://a.example")).0);
        assert!(!framing(&[], None).0);
    }
}

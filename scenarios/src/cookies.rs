//! Two cookies matter: the transaction's, which must come back with a cross-site POST, and the session's,
//! which must not be read or sent where it does not belong.

use crate::jar::{self, list};
use harness::agent::{Cookie, SameSite};
use harness::target::profile::HTTPS;
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Stop, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[
    TRANSACTION_COMES_BACK,
    TRANSACTION_HIDDEN,
    TRANSACTION_SHORT_LIVED,
    TRANSACTION_NARROW,
    SLOW_LOGIN,
    SESSION_HIDDEN,
    SESSION_SECURE,
    SESSION_SECURE_HTTPS,
    SESSION_ATTRIBUTES,
];

const TRANSACTION_COMES_BACK: Scenario = Scenario::must("cookie/transaction-comes-back")
    .clause("RFC 6265bis 4.1.2.7, 5.7, 8.8.6")
    .why("only a cookie with SameSite=None and Secure is sent with the provider's POST for as long as a login takes")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_comes_back(t)));

async fn transaction_comes_back(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    let returns = |cookie: &Cookie| cookie.same_site == Some(SameSite::None) && cookie.secure;
    t.demand(
        cookies.iter().any(returns),
        0,
        "a cookie with SameSite=None and Secure is set when the login starts",
        list(&cookies),
    )
}

const TRANSACTION_HIDDEN: Scenario = Scenario::should("cookie/transaction-http-only")
    .clause("RFC 6265bis 4.1.2.6, 8.8.6")
    .why("no script needs to read what binds a login to its browser")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_hidden(t)));

async fn transaction_hidden(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    let hidden = cookies.iter().all(|cookie| cookie.http_only);
    t.demand(hidden, 0, "every cookie that the login hangs on is HttpOnly", list(&cookies))
}

const TRANSACTION_SHORT_LIVED: Scenario = Scenario::should("cookie/transaction-short-lived")
    .clause("RFC 6265bis 4.1.2.2; RFC 9700 4.7")
    .why("a login that was not finished within a day never will be; what it left behind should go away")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_short_lived(t)));

async fn transaction_short_lived(t: &mut Trial) -> Outcome {
    /// Seconds for the requests themselves, and for clocks that differ.
    const SLACK: i64 = 300;
    let cookies = transaction_cookies(t).await?;
    let latest = t.tenant().clock().unix() + 86_400 + SLACK;
    let short = |cookie: &Cookie| cookie.expires.is_some_and(|expires| expires <= latest);
    let expected = "every cookie that the login hangs on expires within a day";
    t.demand(cookies.iter().all(short), 0, expected, list(&cookies))
}

const TRANSACTION_NARROW: Scenario = Scenario::should("cookie/transaction-narrow")
    .clause("RFC 6265bis 4.1.3.2, 8.6, 8.8.6")
    .why("__Host- keeps sibling hosts from planting a login of theirs; a narrow Path keeps it out of other requests")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_narrow(t)));

async fn transaction_narrow(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    let narrow = |cookie: &Cookie| cookie.name.starts_with("__Host-") || cookie.path != "/";
    let expected = "every cookie that the login hangs on has the prefix __Host-, or a Path that is not /";
    t.demand(cookies.iter().all(narrow), 0, expected, list(&cookies))
}

/// The cookies that a login hangs on: of those that its start leaves in an empty browser, each without which it
/// cannot be finished, or which is enough to finish it. All of them if none is.
async fn transaction_cookies(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let mut agent = t.agent().await?;
    agent.begin(HONEST).await?;
    let all = by_name(jar::cookies(t, &mut agent).await?);
    t.demand(!all.is_empty(), 0, "the start of a login leaves a cookie that binds it", "it leaves none")?;
    let bound = bound(t, all.len()).await?;
    Ok(bound.into_iter().filter_map(|place| all.get(place).cloned()).collect())
}

/// Which of so many cookies, in the order of their names, a login hangs on.
pub(crate) async fn bound(t: &Trial, count: usize) -> Result<Vec<usize>, Stop> {
    if count == 1 {
        return Ok(vec![0]);
    }
    let mut bound = Vec::new();
    for at in 0..count {
        if !finishes(t, |place| place != at).await? || finishes(t, |place| place == at).await? {
            bound.push(at);
        }
    }
    Ok(if bound.is_empty() { (0..count).collect() } else { bound })
}

/// Names may differ from login to login in what follows a common beginning, so that their order stays the same.
pub(crate) fn by_name(mut cookies: Vec<Cookie>) -> Vec<Cookie> {
    cookies.sort_by(|one, other| one.name.cmp(&other.name));
    cookies
}

/// Can a login be finished when, of the cookies that its start has left, only these are kept?
pub(crate) async fn finishes(t: &Trial, keeps: impl Fn(usize) -> bool) -> Result<bool, Stop> {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let all = by_name(jar::cookies(t, &mut agent).await?);
    let lost: Vec<_> = all.into_iter().enumerate().filter(|(place, _)| !keeps(*place)).collect();
    let lost: Vec<_> = lost.into_iter().map(|(_, cookie)| cookie).collect();
    jar::forget(t, &mut agent, &lost).await?;
    Ok(agent.deliver(&pending.form.fields).await?.subject.is_some())
}

const SLOW_LOGIN: Scenario = Scenario::tolerate("cookie/slow-login")
    .clause("RFC 6265bis 5.6.7.2")
    .why("people take minutes to sign in; a cookie without SameSite is sent for two of them only, so every fast test passes")
    .covers(&["CK-02"])
    .needs(&[Need::AgedCookies])
    .run(|t| Box::pin(slow_login(t)));

async fn slow_login(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    t.age_cookies(180);
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const SESSION_HIDDEN: Scenario = Scenario::must("cookie/session-http-only")
    .clause("OAuth Browser-Based Apps 6.1.3.2")
    .why("a session that scripts can read is a session that one injected script can take away")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_hidden(t)));

async fn session_hidden(t: &mut Trial) -> Outcome {
    let cookies = session_cookies(t).await?;
    let hidden = cookies.iter().all(|cookie| cookie.http_only);
    t.demand(hidden, 0, "every cookie that the session hangs on is HttpOnly", list(&cookies))
}

const SESSION_SECURE: Scenario = Scenario::harden("cookie/session-secure")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 4.1.2.5")
    .why("browsers accept Secure on loopback over http as well, where it shows what production will do")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_secure(t)));

async fn session_secure(t: &mut Trial) -> Outcome {
    let cookies = session_cookies(t).await?;
    let secure = cookies.iter().all(|cookie| cookie.secure);
    t.demand(secure, 0, "every cookie that the session hangs on is Secure", list(&cookies))
}

const SESSION_SECURE_HTTPS: Scenario = Scenario::must("cookie/session-secure-over-https")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 4.1.2.5")
    .why("without Secure, one request over http hands the session to everybody on the way")
    .covers(&["CK-07"])
    .variant(HTTPS)
    .unsandwiched()
    .run(|t| Box::pin(session_secure(t)));

const SESSION_ATTRIBUTES: Scenario = Scenario::should("cookie/session-attributes")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 4.1.3.2")
    .why("SameSite keeps the session out of foreign requests; without Domain no sibling host receives it")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_attributes(t)));

async fn session_attributes(t: &mut Trial) -> Outcome {
    let cookies = session_cookies(t).await?;
    let strict = |cookie: &Cookie| matches!(cookie.same_site, Some(SameSite::Lax | SameSite::Strict));
    t.demand(cookies.iter().all(strict), 0, "SameSite=Lax or Strict on the session", list(&cookies))?;
    let own = |cookie: &Cookie| cookie.path == "/" && cookie.host_only;
    t.demand(cookies.iter().all(own), 0, "Path=/ and no Domain on the session", list(&cookies))?;
    if !cookies.iter().any(|cookie| cookie.name.starts_with("__Host-")) {
        t.observe("the session cookie has no __Host- prefix, so a sibling host could overwrite it");
    }
    Ok(())
}

/// The cookies that the session of somebody who has just signed in hangs on.
async fn session_cookies(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let mut agent = t.signed_in(HONEST).await?;
    let cookies = jar::session(t, &mut agent).await?;
    t.demand(!cookies.is_empty(), 0, "a login sets a cookie that the session hangs on", "it sets none")?;
    Ok(cookies)
}

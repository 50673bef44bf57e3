//! How long a session lasts, what can be read from it, and what is kept of the pages that it opens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::agent::Cookie;
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Trial, TrialAgent};

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

async fn logged_out(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let copied = agent.cookies().await?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?;
    let mut thief = t.agent().await?;
    for cookie in &copied {
        thief.plant(&format!("{}={}; Path=/; Secure; HttpOnly", cookie.name, cookie.value)).await?;
    }
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
    let readable = agent.cookies().await?.into_iter().find(|cookie| shows(cookie, &subject));
    let seen = readable.as_ref().map_or(String::new(), |cookie| format!("{} shows it", cookie.name));
    t.demand(readable.is_none(), 0, "the person's sub cannot be read from a cookie, base64 or not", seen)
}

/// True if the text stands in the cookie, as it is or in base64url.
fn shows(cookie: &Cookie, text: &str) -> bool {
    let mut parts = cookie.value.split(['.', '%', '~', '|', ':']);
    let readable = |part: &str| {
        let decoded = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).unwrap_or_default();
        String::from_utf8_lossy(&decoded).contains(text)
    };
    cookie.value.contains(text) || parts.any(readable)
}

const NO_STORE: Scenario = Scenario::should("session/no-store")
    .clause("RFC 9111 5.2.2; OAuth Browser-Based Apps 6.1.3")
    .why("a page of a signed-in person that is kept shows itself again after the logout, or to somebody else")
    .covers(&["CK-18"])
    .run(|t| Box::pin(no_store(t)));

async fn no_store(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    for path in [t.profile().page.clone(), t.profile().probe.path.clone()] {
        let start = t.position();
        let page = agent.look(&path).await?;
        let header = page.header("cache-control").unwrap_or("no Cache-Control").to_owned();
        let outcome =
            t.demand(header.contains("no-store"), start, "Cache-Control: no-store", header.as_str());
        t.input(path, outcome);
    }
    Ok(())
}

const FRAMED: Scenario = Scenario::should("session/framed")
    .clause("RFC 9700 4.16")
    .why("a page that can be framed by anybody can be clicked by anybody")
    .covers(&["CB-32"])
    .run(|t| Box::pin(framed(t)));

async fn framed(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    for path in [t.profile().home.clone(), t.profile().page.clone()] {
        let outcome = unframed(t, &mut agent, &path).await;
        t.input(path, outcome);
    }
    Ok(())
}

async fn unframed(t: &Trial, agent: &mut TrialAgent, path: &str) -> Outcome {
    let start = t.position();
    let page = agent.look(path).await?;
    let policy = page.header("content-security-policy").unwrap_or_default();
    let refused = policy.contains("frame-ancestors") || page.header("x-frame-options").is_some();
    t.demand(refused, start, "frame-ancestors in the policy, or X-Frame-Options", "neither is there")
}

//! A session cookie that was changed, cut, or put in another's place is no session.

use crate::jar;
use harness::agent::Cookie;
use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Stop, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[TAMPERED, SWAPPED];

const TAMPERED: Scenario = Scenario::must("cookie/session-tampered")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 8.4")
    .why("a session cookie that was changed, cut or put in another's place is no session")
    .covers(&["CK-11"])
    .run(|t| Box::pin(tampered(t)));

/// A session that the sample sealed in the same format under another secret, good until the year 2100.
const OF_ANOTHER_APP: &str = include_str!("session-of-another-app.jwe").trim_ascii();

async fn tampered(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let session = jar::session(t, &mut agent).await?;
    let all = |change: &dyn Fn(&str) -> String| -> Vec<Cookie> {
        session.iter().map(|cookie| Cookie { value: change(&cookie.value), ..cookie.clone() }).collect()
    };
    let variants = [
        ("the first character", all(&|value| jar::flipped(value, 0))),
        ("a character in the middle", all(&|value| jar::flipped(value, value.len() / 2))),
        ("a character near the end", all(&|value| jar::flipped(value, value.len().saturating_sub(4)))),
        ("cut in half", all(&|value| value[..value.len() / 2].to_owned())),
        ("nothing but dots", all(&|_| "....".to_owned())),
        ("another app's session", all(&|_| OF_ANOTHER_APP.to_owned())),
    ];
    for (label, cookies) in variants {
        let outcome = nobody(t, &cookies).await;
        t.input(label, outcome);
    }
    let outcome = pieces_swapped(t).await;
    t.input("two pieces swapped", outcome);
    Ok(())
}

/// A browser with these cookies is nobody, and the app does not crash over them.
async fn nobody(t: &Trial, cookies: &[Cookie]) -> Outcome {
    let mut agent = jar::browser_with(t, cookies).await?;
    let home = t.profile().home.clone();
    let landing = agent.visit(&home).await?;
    if let Some(subject) = &landing.subject {
        return Err(landing.found("nobody is signed in", format!("{subject} is")));
    }
    landing.refused()
}

/// A session too large for one cookie, with its pieces in the wrong order.
async fn pieces_swapped(t: &Trial) -> Outcome {
    let mut pieces = jar::pieces(t).await?;
    let (first, last) = (pieces[0].value.clone(), pieces[1].value.clone());
    (pieces[0].value, pieces[1].value) = (last, first);
    nobody(t, &pieces).await
}

const SWAPPED: Scenario = Scenario::must("cookie/purposes-swapped")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 8.4")
    .why("what was sealed as a session is no login under way, and the other way round, whatever the key")
    .covers(&["CK-11"])
    .run(|t| Box::pin(swapped(t)));

async fn swapped(t: &mut Trial) -> Outcome {
    let outcome = transaction_as_session(t).await;
    t.input("a login under way as the session", outcome);
    let outcome = session_as_transaction(t).await;
    t.input("a session as the login under way", outcome);
    Ok(())
}

async fn transaction_as_session(t: &Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let mut session = jar::session(t, &mut agent).await?;
    let value = transaction(t).await?.pop().map(|cookie| cookie.value).unwrap_or_default();
    for cookie in &mut session {
        value.clone_into(&mut cookie.value);
    }
    nobody(t, &session).await
}

async fn session_as_transaction(t: &Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let value = jar::session(t, &mut agent).await?.pop().map(|cookie| cookie.value).unwrap_or_default();
    let mut other = t.agent().await?;
    let pending = other.begin(FORGED).await?;
    let mut cookies = jar::cookies(t, &mut other).await?;
    jar::forget(t, &mut other, &cookies).await?;
    for cookie in &mut cookies {
        value.clone_into(&mut cookie.value);
    }
    jar::plant(t, &mut other, &cookies).await?;
    other.deliver(&pending.form.fields).await?.refused()
}

/// The cookies of a login under way, as long as one of them says anything.
async fn transaction(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let mut agent = t.agent().await?;
    agent.begin(HONEST).await?;
    let mut cookies = jar::cookies(t, &mut agent).await?;
    cookies.retain(|cookie| !cookie.value.is_empty());
    if cookies.is_empty() {
        return Err(Trial::no_difference("the start of a login leaves no cookie with a value"));
    }
    Ok(cookies)
}
